"""How far an operation has come, read from the lines of its journal."""

from collections.abc import Iterable, Iterator
from typing import Any

from console.domain.progress import JournalBroken, Line, Progress, read
from console.models import JournalLine, Operation

QUIET_KINDS = ("output", "progress", "waiting", "note", "warning", "started", "failed", "ending")
"""Lines that only tell: their data need not be read."""
PAGE = 2000
"""How many lines are held in memory at once."""


def progress_of(operation_id: int) -> Progress:
    """The operation's progress. Raises `JournalBroken` when a line is missing or cannot be understood."""
    last = Operation.objects.values_list("last_seq", flat=True).get(pk=operation_id)
    try:
        return read(_lines(operation_id, last), last)
    except ValueError as error:  # what stands in the database is no JSON
        raise JournalBroken("A line of the journal cannot be read.") from error


def _lines(operation_id: int, last: int) -> Iterator[Line]:
    """Page by page, as long as there are lines: who reads may stop at any of them, and no cursor stays open."""
    seen = 0
    while rows := list(_page(operation_id, seen, last)):
        for seq, kind, step, data in rows:
            seen = seq
            yield Line(seq, kind, step, None if kind in QUIET_KINDS else data)


def _page(operation_id: int, after: int, last: int) -> Iterable[tuple[int, str, str, Any]]:
    lines = JournalLine.objects.filter(operation_id=operation_id, seq__gt=after, seq__lte=last).order_by("seq")
    return lines.values_list("seq", "kind", "step", "data")[:PAGE]
