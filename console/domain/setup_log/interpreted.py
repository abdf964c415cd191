"""The lines of set-up scripts that a run interprets, and whether the log tells that each one ended well."""

import re
from collections import Counter
from dataclasses import dataclass, field

from console.domain.setup_log.instructions import LONGEST, Instruction, understand
from console.domain.setup_log.kept import Kept
from console.domain.setup_log.report import Line, Place
from console.domain.setup_log.timeline import SCRIPTS, Timeline

MOST = 50
"""Lines of one command that are kept while it is open whether the log tells exits of it."""
COMMANDS = 50
SHOWN = 300
LISTED = 200
"""Lines that are kept of the cluster's scripts, and as many others."""
_COMMAND = 60
NOT_TOLD = "setup-log.exit-not-told"
_EXIT = re.compile(r"Process has exited with (?:exit code )?(?:0[xX])?([0-9A-Fa-f]{1,8})\b")
_REGSVR32 = {
    1: "its arguments are wrong",
    3: "the DLL cannot be loaded",
    4: "the DLL cannot register itself",
    5: "registering failed",
}


@dataclass(frozen=True)
class _Waiting:
    text: str
    place: Place
    depth: int
    script: str

    @property
    def command(self) -> str:
        """Its first word, in which lines of one sort agree."""
        return self.text.partition(":")[0].strip()[:_COMMAND].casefold()

    @property
    def line(self) -> Instruction:
        """What it was to do."""
        return understand(self.text)


@dataclass
class Interpreted:
    """What was interpreted so far; findings go to `kept`, failures to the stage of the timeline."""

    kept: Kept
    timeline: Timeline
    total: int = 0
    well: int = 0
    waiting: _Waiting | None = None
    of_cluster: list[Line] = field(default_factory=list)
    others: list[Line] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)
    _untold: dict[str, list[tuple[_Waiting, bool]]] = field(default_factory=dict)
    _more: Counter[str] = field(default_factory=Counter)

    @property
    def heard(self) -> bool:
        """Whether there was a line or an exit."""
        return bool(self.total or self.well or self.waiting)

    def begins(self, text: str, place: Place, depth: int) -> None:
        """A line is interpreted; whatever waits for its exit has got none."""
        self.give_up()
        self.total += 1
        self.timeline.interpreted()
        self.waiting = self._at(text, place, depth)

    def launched(self, text: str, place: Place, depth: int) -> None:
        """A process is started; by the line that waits, if there is one."""
        if self.waiting is None:
            self.waiting = self._at(f"CreateProcess:{text}", place, depth)

    def left(self, depth: int) -> None:
        """A function was left, and `depth` are open now."""
        if self.waiting is not None and self.waiting.depth > depth:
            self.give_up()

    def exited(self, text: str, before: str, place: Place) -> bool:
        """A process has exited, of the line that waits or of what `before` tells. False when no exit code is there."""
        match = _EXIT.match(text)
        if match is None:
            return False
        code, waiting, self.waiting = int(match[1], 16), self.waiting, None
        if waiting is not None and len(self._told) < COMMANDS:
            self._told.add(waiting.command)
        if waiting is not None:
            self._list(waiting, f"{code:08X}")
        if code == 0:
            self.well += 1
            return True
        waiting = waiting or self._at(f"CreateProcess:{before}", place, 0)
        line = waiting.line
        self._failed(waiting, line, line.code, _meaning(code, line), f"{code:08X}")
        return True

    def give_up(self, *, at_end: bool = False) -> None:
        """No exit of the line that waits will come any more."""
        waiting, self.waiting = self.waiting, None
        if waiting is None:
            return
        self._list(waiting, "")
        command = waiting.command if waiting.command in self._untold or len(self._untold) < COMMANDS else ""
        held = self._untold.setdefault(command, [])
        if len(held) < MOST or at_end:
            held.append((waiting, at_end))
        else:
            self._more[command] += 1

    def close(self) -> None:
        """The run is over: tell which lines have no exit.

        Not every log tells an exit of lines that start no process. Where this one never does so for a command, its
        lines are noted and no more; but for the one in which the run ends.
        """
        self.give_up(at_end=True)
        for command, held in self._untold.items():
            for waiting, at_end in held:
                line = waiting.line
                expected = line.process or command in self._told or at_end
                missing = "The log ends after it." if at_end else 'No "Process has exited with 00000000" follows.'
                self._failed(waiting, line, line.code if expected else NOT_TOLD, missing)
            if self._more[command]:
                line = held[0][0].line
                expected = line.process or command in self._told
                self.kept.left_out[line.code if expected else NOT_TOLD] += self._more[command]

    def _list(self, waiting: _Waiting, exit_code: str) -> None:
        kept = self.of_cluster if waiting.script in SCRIPTS else self.others
        if len(kept) < LISTED:
            kept.append(Line(waiting.text[:SHOWN], exit_code, waiting.script, waiting.place))

    def listed(self) -> tuple[Line, ...]:
        """The lines that are kept, in the order of the log."""
        return tuple(sorted([*self.of_cluster, *self.others], key=lambda line: line.place.line))

    def _at(self, text: str, place: Place, depth: int) -> _Waiting:
        return _Waiting(text[:LONGEST], place, depth, self.timeline.script())

    def _failed(self, waiting: _Waiting, line: Instruction, code: str, why: str, exit_code: str = "") -> None:
        if code != NOT_TOLD:
            self.timeline.failed(waiting.script)
        evidence = f"<{line.text[:SHOWN]}>: {why}" if line.text else f"A line without text: {why}"
        data = {"does": line.does, "mends": line.mend, "script": waiting.script, "command": line.command}
        self.kept.add(code, line.about, evidence, waiting.place, data | {"exit": exit_code})


def _meaning(code: int, line: Instruction) -> str:
    known = _REGSVR32.get(code) if "regsvr32" in line.text.casefold() else None
    return f"Process has exited with {code:08X} ({known or code})."
