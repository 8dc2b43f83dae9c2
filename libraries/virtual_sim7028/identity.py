"""Who the module and its SIM say they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the module and its SIM say they are; the defaults are numbers reserved for tests.

    Attributes:
        imei, imsi, iccid: 15, 15 and 19 or 20 digits.
        pin: the SIM's PIN; None when it asks for none.
    """

    manufacturer: str = "SIMCOM_Ltd"
    model: str = "SIM7028"
    revision: str = "VIRTUAL-SIM7028-0.1"
    imei: str = "001010280702810"
    imsi: str = "001010123456789"
    iccid: str = "89882390000012345678"
    pin: str | None = None
