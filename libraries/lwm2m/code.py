"""CoAP response codes, as a device's answer carries them."""

from __future__ import annotations

import re
from enum import IntEnum

_DOTTED = re.compile(r"([2-5])\.([0-2][0-9]|3[01])", re.ASCII)


class Code(IntEnum):
    """A CoAP response code; its number is the code's own byte, class * 32 + detail.

    RFC 7252 12.1.2, with those of RFC 7959, 8132, 8516 and 8768.
    """

    CREATED = 65
    DELETED = 66
    VALID = 67
    CHANGED = 68
    CONTENT = 69
    CONTINUE = 95
    BAD_REQUEST = 128
    UNAUTHORIZED = 129
    BAD_OPTION = 130
    FORBIDDEN = 131
    NOT_FOUND = 132
    METHOD_NOT_ALLOWED = 133
    NOT_ACCEPTABLE = 134
    REQUEST_ENTITY_INCOMPLETE = 136
    CONFLICT = 137
    PRECONDITION_FAILED = 140
    REQUEST_ENTITY_TOO_LARGE = 141
    UNSUPPORTED_CONTENT_FORMAT = 143
    UNPROCESSABLE_ENTITY = 150
    TOO_MANY_REQUESTS = 157
    INTERNAL_SERVER_ERROR = 160
    NOT_IMPLEMENTED = 161
    BAD_GATEWAY = 162
    SERVICE_UNAVAILABLE = 163
    GATEWAY_TIMEOUT = 164
    PROXYING_NOT_SUPPORTED = 165
    HOP_LIMIT_REACHED = 168

    @classmethod
    def parse(cls, text: str) -> Code:
        """Read `4.04`, or a name such as `Not Found`.

        Raises:
            ValueError: neither a code's number nor its name.
        """
        if match := _DOTTED.fullmatch(text):
            return cls(int(match[1]) * 32 + int(match[2]))
        name = re.sub(r"[ _-]+", "_", text.strip()).upper()
        if name not in cls.__members__:
            raise ValueError(
                f"{text!r} is not a CoAP response code: write one such as 4.04 or Not Found"
            )
        return cls[name]

    @property
    def dotted(self) -> str:
        """Class and detail as they are written: `4.04`."""
        return f"{self.value >> 5}.{self.value & 31:02d}"

    @property
    def is_success(self) -> bool:
        """Whether the class is 2."""
        return self.value >> 5 == 2

    def __str__(self) -> str:
        return f"{self.dotted} {self.name.replace('_', ' ').title()}"
