"""The journal as pages read it: a window of lines at a time, never all of it, folded by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.domain.progress import ACCEPTED
from console.models import JournalLine, Operation
from console.services.journal_filter import JournalFilter

WINDOW = 300
BATCH = 500
TROUBLE = frozenset({"failed", "warning"})
NEWS = TROUBLE | {"resumed", "continued", "skipped", ACCEPTED}
"""The lines that nobody should have to look for: their step is folded out."""
OPENING = "Before the first step"


@dataclass
class Group:
    """Lines of one step that follow each other."""

    step: str
    title: str
    lines: list[JournalLine] = field(default_factory=list)
    open: bool = False

    @property
    def trouble(self) -> bool:
        """Whether something went wrong among them."""
        return any(line.kind in TROUBLE for line in self.lines)

    @property
    def news(self) -> bool:
        """Whether something went wrong among them, or somebody else went on."""
        return any(line.kind in NEWS for line in self.lines)


@dataclass(frozen=True)
class Window:
    """A stretch of the journal, oldest first."""

    lines: Sequence[JournalLine]
    earlier: bool
    """Whether there are lines before it."""
    later: bool
    """Whether there are lines after it."""

    @property
    def first(self) -> int:
        """The number of its first line; 0 when it is empty."""
        return self.lines[0].seq if self.lines else 0

    @property
    def last(self) -> int:
        """The number of its last line; 0 when it is empty."""
        return self.lines[-1].seq if self.lines else 0


def window(
    operation: Operation, wanted: JournalFilter, *, before: int | None = None, around: int | None = None
) -> Window:
    """The last lines; or those before a number; or those about a number, which a permalink names."""
    lines = wanted.of(operation)
    if around is not None:
        before = around + WINDOW // 2
    newest = lines.order_by("-seq")
    found = list((newest if before is None else newest.filter(seq__lt=before))[: WINDOW + 1])
    shown = found[:WINDOW][::-1]
    later = before is not None and lines.filter(seq__gte=before).exists()
    return Window(shown, earlier=len(found) > WINDOW, later=later)


def after(operation_id: int, seq: int) -> list[JournalLine]:
    """The lines after that number, at most `BATCH`."""
    return list(JournalLine.objects.filter(operation_id=operation_id, seq__gt=seq).order_by("seq")[:BATCH])


def folded(lines: Sequence[JournalLine], titles: Mapping[str, str], *, all_open: bool) -> list[Group]:
    """The lines by step; a line of no step stays with the one before. Trouble, news and the last step are open."""
    groups: list[Group] = []
    for line in lines:
        if not groups or (line.step and line.step != groups[-1].step):
            groups.append(Group(line.step, titles.get(line.step, line.step or OPENING)))
        groups[-1].lines.append(line)
    for group in groups:
        group.open = all_open or group.news or group is groups[-1]
    return groups


def as_json(line: JournalLine) -> dict[str, Any]:
    """A line for the live page."""
    return {
        "seq": line.seq,
        "at": line.at.isoformat(),
        "kind": line.kind,
        "step": line.step,
        "text": line.text,
    }
