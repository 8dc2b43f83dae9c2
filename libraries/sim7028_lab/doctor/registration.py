"""The proof: the module registers, the server lists it, and it takes the registration back."""

from __future__ import annotations

import contextlib
import time
import uuid

from lab_evidence import Silent
from sim7028 import Configuration, UrcMissing
from sim7028_lab.account import Account
from sim7028_lab.doctor.check import Check, Outcome, bad, good, warning
from sim7028_lab.doctor.module import NETWORK
from sim7028_lab.doctor.server import REST
from sim7028_lab.doctor.subject import Subject


def _registration(subject: Subject) -> Outcome:
    timing, coap = subject.file.timing, subject.server.coap
    endpoint = f"sim7028-doctor-{uuid.uuid4().hex[:8]}"
    with contextlib.ExitStack() as undo:
        account = Account(subject.leshan, endpoint, timing, Silent())
        undo.callback(account.close)
        subject.module.start()
        undo.callback(subject.module.release)
        subject.module.configure(Configuration(coap.host, coap.port, endpoint))
        began = time.monotonic()
        try:
            session = subject.module.open(within=timing.registration)
        except UrcMissing:
            return bad(
                f"no +LMOPEN within {timing.registration:g} s of AT+LWOPEN: the module did not get"
                f" through to {coap}",
                f"see that UDP port {coap.port} of {coap.host} is open from the module's network:"
                " firewall, port forwarding, leshan.coap_host and coap_port; on a slow radio raise"
                " timing.registration",
            )
        took = time.monotonic() - began
        account.follow(began)
        session.close()
        account.expect_gone()
    return good(f"made in {took:.1f} s, seen by the server, and taken back")


def _conformance(subject: Subject) -> Outcome:
    """What the module did in all of this that is neither documented nor in the baseline."""
    baseline = subject.file.module.baseline_file
    found = subject.watch.take_new()
    if not found:
        return good("nothing but what is documented or in the baseline")
    told = "; ".join(map(str, found))
    return warning(
        f"{told}. A scenario that meets this will fail",
        f"accept it with its reason in {baseline}, or write a baseline with --learn FILE",
    )


REGISTRATION = Check("registration", _registration, needs=(NETWORK, REST))
CONFORMANCE = Check("conformance", _conformance, needs=(REGISTRATION,))
