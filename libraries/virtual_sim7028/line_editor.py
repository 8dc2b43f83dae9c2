"""From typed bytes to command lines (V.250: S3 ends a line, S5 takes a character back)."""

from __future__ import annotations


class LineEditor:
    """Collects one line at a time; every byte but the three above is kept as it is."""

    def __init__(self) -> None:
        self._line = bytearray()

    def type(self, byte: int) -> bytes | None:
        """Take one byte.

        Returns:
            The line that it ends, without its end; None while the line goes on.
        """
        match byte:
            case 0x0D:
                line = bytes(self._line)
                self._line.clear()
                return line
            case 0x08:
                del self._line[-1:]
            case 0x0A:  # a terminal's CR LF is one line
                pass
            case _:
                self._line.append(byte)
        return None
