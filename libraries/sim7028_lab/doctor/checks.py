"""Which checks a bench has, and their order."""

from __future__ import annotations

from leshan import Mode
from sim7028_lab.benchfile import BenchFile
from sim7028_lab.benchsections import LABGRID
from sim7028_lab.doctor import host, module, serial, server
from sim7028_lab.doctor.check import Check
from sim7028_lab.doctor.registration import CONFORMANCE, REGISTRATION


def checks_of(file: BenchFile) -> tuple[Check, ...]:
    """What a bench needs, from this machine over module and server to the proof: a registration.

    Args:
        file: the bench file.
    """
    place = (serial.PLACE,) if file.module.port == LABGRID else ()
    engine = (server.ENGINE,) if file.leshan.mode is not Mode.REMOTE else ()
    return (
        host.PYTHON,
        host.RESULTS,
        host.TEMPORARY,
        host.CLOCK,
        *place,
        serial.POWER,
        serial.PORT,
        serial.ANSWER,
        module.IDENTITY,
        module.SIM,
        module.NETWORK,
        module.SLEEP,
        module.SIGNAL,
        module.ADDRESS,
        module.MODULE_CLOCK,
        module.DIALECT,
        *engine,
        server.SERVER,
        server.REST,
        server.COAP,
        REGISTRATION,
        CONFORMANCE,
    )
