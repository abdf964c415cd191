"""How far an operation has come, as its journal tells whoever carries it on after another worker or after a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.domain.errors import ChangeoverError
from console.domain.outcome import Todo, WaitsFor

SAID = "said"
"""The line of a person's word for a step that nothing else can tell of: it ends the step."""
ACCEPTED = "accepted"
"""The line of a step that nobody can tell of and that a person takes so: it ends the step, and proves nothing."""
TAKEN_ON = "taken-on"
"""The line of a step that acts though what speaks against it cannot be told: a person took that on, for one time."""
FINISHED_KINDS = frozenset({"done", "already", "skipped", SAID, ACCEPTED})
"""The lines that end a step: proved, found as it shall be, left out, done by a person's word, or accepted."""
RESTED = "waiting-for-person"
"""The line with which a procedure rests: what was under way is settled by it, unless its data says `in_doubt`."""
REOPENED = "reopened"
"""The line of a procedure's step that was over and whose goal does not hold any more."""
ACTING = "acting"
"""The line that is written right before a step acts: after it, and before the step's end, its effect is in doubt."""
CONTINUED = "continued"
"""The line of a person who has an ended operation carried on; it answers what was in doubt."""
RESUMED = "resumed"
"""The line of a worker that took the operation over from another."""
KINDS = (
    "started",
    ACTING,
    "output",
    "progress",
    "waiting",
    "done",
    "already",
    "skipped",
    "failed",
    "note",
    "warning",
    RESUMED,
    CONTINUED,
    RESTED,
    REOPENED,
    SAID,
    ACCEPTED,
    TAKEN_ON,
    "ending",
)
"""Every kind of line that there is."""


class JournalBroken(ChangeoverError):
    """What an operation has done cannot be told, because its journal is not whole."""

    remedy = (
        "Nothing is lost by waiting: restore the journal from the last backup if it was edited, or observe the "
        "cluster afresh, acknowledge this operation with what you found, and make a new plan from what is true."
    )


@dataclass(frozen=True)
class Line:
    """A line of the journal as far as it tells how far the operation has come."""

    seq: int
    kind: str
    step: str = ""
    data: Any = None


@dataclass(frozen=True)
class Progress:
    """What is done, what is in doubt, and what was gathered on the way."""

    finished: frozenset[str] = frozenset()
    """Keys of the steps that are over, in whatever way."""
    skipped: frozenset[str] = frozenset()
    """Those of them that a person left out."""
    in_doubt: str = ""
    """The key of the step that was about to act, or had acted, when nothing more was heard; empty when none is."""
    changed: bool = False
    """Whether any step of the operation has acted."""
    todo: tuple[Todo, ...] = field(default=())
    acted: Mapping[str, int] = field(default_factory=dict)
    """The attempt in which each step acted last: it names what was left on nodes."""
    resumed: int = 0
    """How often workers have taken the operation over since a step of it ended, or a person had it carried on."""
    rested: bool = False
    """Whether it is a procedure that has rested before."""
    accepted: frozenset[str] = frozenset()
    """Keys of the steps that are over because a person took them unproved."""
    asked: frozenset[str] = frozenset()
    """Keys of the steps that a person was asked about here: what was accepted of them before this record is void."""
    taken_on: Mapping[str, str] = field(default_factory=dict)
    """Steps that may act though what speaks against it cannot be told, and who took that on; until they rest or end."""

    @property
    def over(self) -> frozenset[str]:
        """Keys of the steps that are not performed again.

        Before the first change these are only what a person left out, unless it has rested: a procedure asks by itself
        whether what it had done still holds.
        """
        return self.finished if self.changed or self.rested else self.skipped


FRESH = Progress()
"""Of an operation that nobody has begun."""


def read(lines: Iterable[Line], last: int) -> Progress:
    """The progress that the journal's `lines`, in their order, tell; `last` is the number that the last one must have.

    Raises `JournalBroken` for a gap, and for a line that cannot be understood.
    """
    reader, expected = _Reader(), 1
    for line in lines:
        if line.seq != expected:
            raise JournalBroken(f"The journal has a gap: line {expected} is missing, and line {line.seq} follows.")
        reader.take(line)
        expected += 1
    if expected - 1 != last:
        raise JournalBroken(f"The journal ends with line {expected - 1}, but {last} lines were written.")
    return reader.progress()


class _Reader:
    """Takes the lines in, one by one."""

    def __init__(self) -> None:
        self._finished: set[str] = set()
        self._skipped: set[str] = set()
        self._todo: list[Todo] = []
        self._acted: dict[str, int] = {}
        self._in_doubt = ""
        self._resumed = 0
        self._rested = False
        self._accepted: set[str] = set()
        self._asked: set[str] = set()
        self._taken_on: dict[str, str] = {}

    def take(self, line: Line) -> None:
        """Take one line in. Raises `JournalBroken` for one that cannot be understood."""
        try:
            self._take(line, dict(line.data or {}))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise JournalBroken(f"Line {line.seq} of the journal ({line.kind}) cannot be understood.") from error

    def _take(self, line: Line, data: Mapping[str, Any]) -> None:
        if line.kind not in KINDS:
            raise ValueError(line.kind)
        if line.kind == ACTING:
            self._in_doubt = line.step
            self._acted[line.step] = int(data["attempt"])
        elif line.kind in FINISHED_KINDS and line.step:
            self._end(line, data)
        elif line.kind == TAKEN_ON:
            self._taken_on[line.step] = str(data["by"])
        elif line.kind == CONTINUED:
            self._in_doubt, self._resumed = "", 0
        elif line.kind == RESUMED:
            self._resumed += 1
        elif line.kind == RESTED:
            self._rest(line, data)
        elif line.kind == REOPENED:
            self._finished.discard(line.step)
            self._accepted.discard(line.step)
            self._asked.add(line.step)

    def _rest(self, line: Line, data: Mapping[str, Any]) -> None:
        self._rested, self._resumed = True, 0
        self._taken_on.pop(line.step, None)
        if data.get("waits_for") == WaitsFor.PROOF:
            self._asked.add(line.step)
        if not data.get("in_doubt"):
            self._in_doubt = ""

    def _end(self, line: Line, data: Mapping[str, Any]) -> None:
        self._finished.add(line.step)
        self._taken_on.pop(line.step, None)
        (self._accepted.add if line.kind == ACCEPTED else self._accepted.discard)(line.step)
        if line.kind == "skipped":
            self._skipped.add(line.step)
        self._todo.extend(Todo(**item) for item in data.get("todo", ()))
        self._resumed = 0
        if self._in_doubt == line.step:
            self._in_doubt = ""

    def progress(self) -> Progress:
        """What the lines so far tell."""
        return Progress(
            frozenset(self._finished),
            frozenset(self._skipped),
            self._in_doubt,
            bool(self._acted),
            tuple(self._todo),
            dict(self._acted),
            self._resumed,
            self._rested,
            frozenset(self._accepted),
            frozenset(self._asked),
            dict(self._taken_on),
        )
