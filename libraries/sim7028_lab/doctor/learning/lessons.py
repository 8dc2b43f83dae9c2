"""What a module can be asked to show of itself without harm.

No lesson tries a PIN, writes what survives a restart, or asks more of the network than one more
attach. Each begins and ends without a session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim7028_lab.doctor.learning import commands, habits, requests, sessions
from sim7028_lab.doctor.learning.observation import Observation, Untried
from sim7028_lab.doctor.learning.study import Study


@dataclass(frozen=True)
class Lesson:
    """One thing that the module is made to do.

    Attributes:
        about: what, for a person who waits.
        rows: what it can show.
        give: makes it, and tells what was seen as it is seen.
    """

    about: str
    rows: tuple[str, ...]
    give: Callable[[Study], Iterator[Observation | Untried]]


_OF_REQUESTS = (
    "read_urc",
    "blanks_accepted",
    "write_urc",
    "dedup",
    "ack_delay",
    "result0",
    "execute_urc",
    "empty_buffer",
    "ack_on_ignore",
    "observing",
    "plain_formats",
    "update_on_lifetime_write",
    "create_code",
    "delete_code",
    habits.OWN_OBJECTS,
    habits.CONFIGURED_WHILE_OPEN,
    habits.DOUBLE_INSTANCE,
    habits.WRONG_TYPE,
    habits.WRONG_ANSWER,
    habits.NEVER_ADDED,
)
_OF_SERVICE = (
    "configure_before_start",
    "start_again",
    "connecttype_accepted",
    "plain_errors",
    habits.NO_DEFAULT_SERVER,
    habits.STOP_UNSTARTED,
)

_OF_RADIO = ("attach_time", "reopen_urc", habits.BACK_BY_ITSELF)

LESSONS = (
    Lesson("how long it restarts", ("boot_time",), commands.restart),
    Lesson("in which order it takes commands", _OF_SERVICE, commands.service),
    Lesson("what its test forms tell", ("test_forms",), commands.forms),
    Lesson("how it registers", ("open_urc", "lifetime", habits.LOWEST_SESSION), sessions.opening),
    Lesson("how it carries requests", _OF_REQUESTS, requests.requests),
    Lesson("how it comes back to the network", _OF_RADIO, sessions.radio),
    Lesson("what it does without a server", ("unresolved",), commands.unresolved),
    Lesson("how long it waits for a deaf server", ("close_limit",), sessions.closing),
)
"""In an order in which none spoils the next: the first makes the module forget what was set."""

UNTRIED = {
    "server_port": "a server would have to listen at every port",
    "update_margin": "it shows only after minutes, at a long lifetime",
    "answer_limit": "it shows only after minutes without an answer",
    "longest_write": "each try would take kilobytes of the air",
    "attributes_code": "the server's REST API has no write-attributes",
}
"""Rows that no lesson can show, and why."""
