"""What a release of Leshan cannot show, whatever the device does, and how that is recognised."""

from __future__ import annotations

import re
from dataclasses import dataclass

from leshan.errors import ServerLimit
from leshan.reply import Reply


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that a release cannot show.

    Attributes:
        name: what, in a few words.
        reason: why not.
        status: the HTTP status that the server answers with then.
        words: what its answer looks like, from beginning to end; nothing else that the server
            answers does.
    """

    name: str
    reason: str
    status: int
    words: re.Pattern[str]

    def fits(self, reply: Reply) -> bool:
        """Whether the server answered so because of this."""
        return reply.status == self.status and self.words.fullmatch(reply.text) is not None

    def error(self, reply: Reply) -> ServerLimit:
        """What to raise for an answer that fits."""
        return ServerLimit(
            reply.asked,
            f"HTTP {reply.status} {reply.words}",
            reply.elapsed,
            remedy=f"The server cannot show {self.name}: {self.reason}. That says nothing about the"
            " device; use another release of Leshan, or do without.",
            limit=self.name,
            reason=self.reason,
        )
