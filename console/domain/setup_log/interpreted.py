"""The lines of set-up scripts that a run interprets, and whether the log tells that each one ended well."""

import re
from collections import Counter
from dataclasses import dataclass, field

from console.domain.setup_log.instructions import Instruction, understand
from console.domain.setup_log.kept import Kept
from console.domain.setup_log.report import Place
from console.domain.setup_log.timeline import Timeline

MOST = 50
"""Lines of one command that are kept while it is open whether the log tells exits of it."""
COMMANDS = 200
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
    line: Instruction
    place: Place
    depth: int
    script: str


@dataclass
class Interpreted:
    """What was interpreted so far; findings go to `kept`, failures to the stage of the timeline."""

    kept: Kept
    timeline: Timeline
    total: int = 0
    well: int = 0
    _waiting: _Waiting | None = None
    _told: set[str] = field(default_factory=set)
    _untold: dict[str, list[tuple[_Waiting, bool]]] = field(default_factory=dict)
    _more: Counter[str] = field(default_factory=Counter)

    @property
    def heard(self) -> bool:
        """Whether there was a line or an exit."""
        return bool(self.total or self.well or self._waiting)

    def begins(self, text: str, place: Place, depth: int) -> None:
        """A line is interpreted; whatever waits for its exit has got none."""
        self.give_up()
        self.total += 1
        self.timeline.interpreted()
        self._waiting = _Waiting(understand(text), place, depth, self.timeline.script())

    def launched(self, text: str, place: Place, depth: int) -> None:
        """A process is started; by the line that waits, if there is one."""
        if self._waiting is None:
            line = understand(f"CreateProcess:{text}")
            self._waiting = _Waiting(line, place, depth, self.timeline.script())

    def left(self, depth: int) -> None:
        """A function was left, and `depth` are open now."""
        if self._waiting is not None and self._waiting.depth > depth:
            self.give_up()

    def exited(self, text: str, before: str, place: Place) -> bool:
        """A process has exited, of the line that waits or of what `before` tells. False when no exit code is there."""
        match = _EXIT.match(text)
        if match is None:
            return False
        code, waiting, self._waiting = int(match[1], 16), self._waiting, None
        if waiting is not None and len(self._told) < COMMANDS:
            self._told.add(waiting.line.command.casefold())
        if code == 0:
            self.well += 1
            return True
        waiting = waiting or _Waiting(understand(f"CreateProcess:{before}"), place, 0, self.timeline.script())
        self._failed(
            waiting, waiting.line.code, f"{_shown(waiting)} {_meaning(code, waiting.line)}", exit=f"{code:08X}"
        )
        return True

    def give_up(self, *, at_end: bool = False) -> None:
        """No exit of the line that waits will come any more."""
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return
        command = waiting.line.command.casefold()
        held = self._untold.setdefault(command if len(self._untold) < COMMANDS else "", [])
        if len(held) < MOST:
            held.append((waiting, at_end))
        else:
            self._more[command if command in self._untold else ""] += 1

    def close(self) -> None:
        """The run is over: tell which lines have no exit.

        Not every log tells an exit of lines that start no process. Where this one never does so for a command, its
        lines are noted and no more; but for the one in which the run ends.
        """
        self.give_up(at_end=True)
        for command, held in self._untold.items():
            for waiting, at_end in held:
                expected = waiting.line.process or command in self._told or at_end
                code = waiting.line.code if expected else NOT_TOLD
                missing = "the log ends after it" if at_end else 'no "Process has exited with 00000000" follows'
                self._failed(waiting, code, f"{_shown(waiting)} {missing}.")
            if self._more[command]:
                last = held[-1][0].line
                expected = last.process or command in self._told
                self.kept.left_out[last.code if expected else NOT_TOLD] += self._more[command]

    def _failed(self, waiting: _Waiting, code: str, evidence: str, **data: str) -> None:
        line = waiting.line
        if code != NOT_TOLD:
            self.timeline.failed(waiting.script)
        data |= {"does": line.does, "mends": line.mend, "script": waiting.script, "command": line.command}
        self.kept.add(code, line.about, evidence, waiting.place, **data)


def _shown(waiting: _Waiting) -> str:
    line = waiting.line
    return f"<{line.text[:300]}>:" if line.text else "A line without text:"


def _meaning(code: int, line: Instruction) -> str:
    known = _REGSVR32.get(code) if "regsvr32" in line.text.casefold() else None
    return f"Process has exited with {code:08X} ({known or code})."
