"""The journal as pages read it: a window of lines at a time, never all of it, folded by step."""

import json
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
BEGINS = "started"
"""The line with which a step's part of the journal begins."""
COUNTS = "progress"
"""The line that says how far a step has come."""
OPENING = "Before the first step"


@dataclass
class Group:
    """Lines of one step that follow each other: of a filter those that fit, else all, of which some are at hand."""

    step: str
    title: str
    first: int
    """The number of its first line."""
    last: int
    """The number of its last line."""
    lines: list[JournalLine] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    """Kinds of lines that are in it; of a part that is not at hand those that are news."""
    open: bool = False

    @property
    def trouble(self) -> bool:
        """Whether something went wrong among them."""
        return not TROUBLE.isdisjoint(self.kinds)

    @property
    def news(self) -> bool:
        """Whether something went wrong among them, or somebody else went on."""
        return not NEWS.isdisjoint(self.kinds)

    @property
    def spans(self) -> int:
        """How many lines of the journal it reaches over."""
        return self.last - self.first + 1


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
    newest = lines.filter(seq__lte=operation.last_seq).order_by("-seq")
    found = list((newest if before is None else newest.filter(seq__lt=before))[: WINDOW + 1])
    shown = found[:WINDOW][::-1]
    later = before is not None and lines.filter(seq__gte=before).exists()
    return Window(shown, earlier=len(found) > WINDOW, later=later)


def after(operation_id: int, seq: int, limit: int = BATCH) -> list[JournalLine]:
    """The lines after that number, at most `limit`."""
    return list(JournalLine.objects.filter(operation_id=operation_id, seq__gt=seq).order_by("seq")[:limit])


def between(operation_id: int, first: int, last: int) -> list[JournalLine]:
    """The lines from one number to another, both counted in, at most `BATCH`."""
    lines = JournalLine.objects.filter(operation_id=operation_id, seq__gte=first, seq__lte=last)
    return list(lines.order_by("seq")[:BATCH])


def folded(lines: Sequence[JournalLine], titles: Mapping[str, str]) -> list[Group]:
    """The lines that fit a filter by step, all folded out; a line of no step stays with the one before."""
    groups: list[Group] = []
    for line in lines:
        if not groups or (line.step and line.step != groups[-1].step):
            groups.append(Group(line.step, titles.get(line.step, line.step or OPENING), line.seq, line.seq, open=True))
        groups[-1].lines.append(line)
        groups[-1].kinds.add(line.kind)
        groups[-1].last = line.seq
    return groups


def sections(
    operation: Operation, titles: Mapping[str, str], part: Window, *, pointed: int | None = None
) -> list[Group]:
    """The whole journal by step, with the lines of `part` in their places; the other lines are only counted.

    Only where steps begin, and what is news, is read of it. News, the last step, and the one that holds the line
    `pointed` are folded out.
    """
    groups = _outline(operation, titles)
    lines = iter(part.lines)
    line = next(lines, None)
    for group in groups:
        while line is not None and line.seq <= group.last:
            group.lines.append(line)
            line = next(lines, None)
        holds = pointed is not None and group.first <= pointed <= group.last
        group.open = group.news or holds or group is groups[-1]
    return groups


def _outline(operation: Operation, titles: Mapping[str, str]) -> list[Group]:
    """Where each step's part begins and ends, up to the last line that `operation` knows of."""
    found = JournalLine.objects.filter(operation=operation, kind__in=(BEGINS, *NEWS), seq__lte=operation.last_seq)
    groups = [Group("", OPENING, 1, operation.last_seq)] if operation.last_seq else []
    for seq, kind, step in sorted(found.order_by().values_list("seq", "kind", "step")):
        if kind == BEGINS and step:
            groups[-1].last = seq - 1
            groups.append(Group(step, titles.get(step, step), seq, operation.last_seq))
        groups[-1].kinds.add(kind)
    return [group for group in groups if group.spans]


def as_json(line: JournalLine) -> dict[str, Any]:
    """A line for the live page; one that counts says how far its step has come."""
    told: dict[str, Any] = {
        "seq": line.seq,
        "at": line.at.isoformat(),
        "kind": line.kind,
        "step": line.step,
        "text": line.text,
    }
    done, total = counted(line)
    return told if done is None else told | {"done": done, "total": total}


def counted(line: JournalLine) -> tuple[int, int] | tuple[None, None]:
    """How many of how many the line says are done; None of none for a line that does not count."""
    data: Mapping[str, Any] = (line.data or {}) if line.kind == COUNTS else {}
    done, total = data.get("done"), data.get("total")
    return (done, total) if isinstance(done, int) and isinstance(total, int) else (None, None)


def as_text(line: JournalLine) -> str:
    """The same as one line of JSON."""
    return json.dumps(as_json(line), ensure_ascii=False)
