"""How far an operation has come, read from the lines of its journal."""

from collections.abc import Iterator

from console.domain.progress import JournalBroken, Line, Progress, read
from console.models import JournalLine, Operation

QUIET_KINDS = ("output", "progress", "waiting", "note", "warning", "started", "failed", "ending")
"""Lines that only tell: their data need not be read."""


def progress_of(operation_id: int) -> Progress:
    """The operation's progress. Raises `JournalBroken` when a line is missing or cannot be understood."""
    last = Operation.objects.values_list("last_seq", flat=True).get(pk=operation_id)
    try:
        return read(_lines(operation_id, last), last)
    except ValueError as error:  # what stands in the database is no JSON
        raise JournalBroken("A line of the journal cannot be read.") from error


def _lines(operation_id: int, last: int) -> Iterator[Line]:
    rows = JournalLine.objects.filter(operation_id=operation_id, seq__lte=last).order_by("seq")
    for seq, kind, step, data in rows.values_list("seq", "kind", "step", "data").iterator(chunk_size=2000):
        yield Line(seq, kind, step, None if kind in QUIET_KINDS else data)
