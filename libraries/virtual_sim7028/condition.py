"""The condition that the module is in: which faults have befallen it, and what they keep from it.

It stands between the world and the firmware: it says what the firmware hears, and holds back the
effects that a fault does not let happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lab_evidence import Direction, Event, Json, Recorder, Source
from virtual_sim7028.effects import After, Cancel, Effect, Reset, Timer, Wakeup
from virtual_sim7028.faults import Fault, PlannedFault, Remedy
from virtual_sim7028.grammar import Command, Form, Malformed, parse_command

_ATTACHED = Timer(Wakeup.ATTACHED)
_STANDSTILL = frozenset({Fault.POWER_OFF, Fault.HANG, Fault.DEAD})
_WITHOUT_NETWORK = frozenset({Fault.DETACHED, Fault.NETWORK_OFF})
_STILL_TAKEN = {
    Fault.GARBLED: {""},
    Fault.MUDDLED: {"", "Z"},
    Fault.WEDGED: {"", "Z", "+CFUN", "+QCRST"},
}
"""The names of the commands that are no ERROR."""


class CannotHappen(Exception):
    """A fault cannot befall a module that is as this one; the message says how it is."""


class Condition:
    """What has befallen the module.

    Args:
        plan: what is to befall it, and when.
        recorder: is told when a fault begins and when it is over.
    """

    def __init__(self, plan: Iterable[PlannedFault], recorder: Recorder) -> None:
        self._plan = list(dict.fromkeys(plan))  # to plan one twice is to plan it once
        self._heard: Counter[PlannedFault] = Counter()
        self._recorder = recorder
        self._present: set[Fault] = set()
        self._search: After | None = None

    def __str__(self) -> str:
        names = [fault.value for fault in Fault if fault in self._present]
        return ", ".join(names) or "well"

    @property
    def has_power(self) -> bool:
        """Whether the supply is there."""
        return Fault.POWER_OFF not in self._present

    @property
    def runs(self) -> bool:
        """Whether the firmware does."""
        return not self._present & _STANDSTILL

    @property
    def hears(self) -> bool:
        """Whether the firmware gets what comes in at the UART."""
        return self.runs and Fault.DEAF not in self._present

    def begin(self, fault: Fault) -> None:
        """A fault befalls the module; one that is there already goes on.

        Raises:
            CannotHappen: the firmware stands still, and this would be the firmware's.
        """
        if not self.runs and fault not in (Fault.POWER_OFF, Fault.NETWORK_OFF):
            raise CannotHappen(
                f"{fault.value} befalls a module that runs, and this one does not: {self}."
                " sim7028-lab virtual-module --faults tells what ends that"
            )
        if fault in _STANDSTILL:
            self._search = None
        if fault not in self._present:
            self._present.add(fault)
            self._record(fault.value, {"fault": fault.value, "state": "begins"})

    def end(self, remedy: Remedy) -> None:
        """What this remedy helps against is over."""
        for fault in Fault:
            if fault in self._present and remedy.ends(fault.remedy):
                self._present.remove(fault)
                self._record(f"{fault.value} is over", {"fault": fault.value, "state": "is over"})

    def _record(self, text: str, data: dict[str, Json]) -> None:
        self._recorder.record(Event(Source.FAULT, Direction.NOTED, f"virtual module: {text}", data))

    # What comes in

    def due(self, line: bytes) -> tuple[Fault, ...]:
        """The planned faults that come with this command line, each once, in their plan's order."""
        awaited = [planned for planned in self._plan if planned.is_begun_by(line)]
        self._heard.update(awaited)
        now = [planned for planned in awaited if self._heard[planned] == planned.count]
        self._plan = [planned for planned in self._plan if planned not in now]
        return tuple(planned.fault for planned in now)

    def accepts(self, line: bytes) -> bool:
        """Whether a command line is taken, and not an ERROR; it ends what it is the remedy of."""
        try:
            command = parse_command(line)
        except Malformed:
            return not self._present & _STILL_TAKEN.keys()
        if command is None:
            return True
        taken = [names for fault, names in _STILL_TAKEN.items() if fault in self._present]
        if any(command.name not in names for names in taken):
            return False
        remedy = _remedy(command)
        if remedy is not None:
            self.end(remedy)
        return True

    # What goes out

    def let_pass(self, effect: Effect) -> bool:
        """Whether an effect happens; where there is no network, it is not found."""
        match effect:
            case After(timer=timer) if timer == _ATTACHED and self._present & _WITHOUT_NETWORK:
                self._search = effect
                return False
            case Cancel(timer) if timer == _ATTACHED:
                self._search = None
            case Reset():
                self._search = None
                self.end(Remedy.RESTART)
            case _:
                pass
        return True

    def released(self) -> tuple[Effect, ...]:
        """What was held back and can happen now; it is told once."""
        if self._search is None or self._present & _WITHOUT_NETWORK:
            return ()
        search, self._search = self._search, None
        return (search,)


def _remedy(command: Command) -> Remedy | None:
    """What a command that is taken is the remedy of, if any."""
    match command:
        case Command("", Form.EXECUTE):
            return Remedy.AT
        case Command("Z", Form.EXECUTE):
            return Remedy.ATZ
        case Command("+CFUN", Form.WRITE, b"0" | b"4"):
            return Remedy.RADIO_OFF
        case _:
            return None
