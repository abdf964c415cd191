"""How a kit is applied: the reference for what runs on a node, with no more asked of `ldifde` than its exit code."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

BATCH = 50
"""Records that are handed over at once."""


@dataclass(frozen=True)
class Sent:
    """What became of a batch, which ends at the first record that is refused."""

    code: int
    """0 when every record was carried out."""
    passed: int | None = None
    """How many were carried out before the one that was refused; None when that cannot be told."""


Send = Callable[[Sequence[str]], Sent]
"""Has records carried out, one after the other, up to the first that is refused."""


@dataclass(frozen=True)
class Conflict:
    """A record that was refused: somebody had changed the object, it is gone, or it was right already."""

    number: int
    """Its place in the kit, from 1."""
    code: int
    record: str


@dataclass(frozen=True)
class Applied:
    """How far a kit was applied."""

    records: int
    conflicts: tuple[Conflict, ...]
    untried: int
    """Records at the end for which no time was left."""

    @property
    def applied(self) -> int:
        """How many records were carried out."""
        return self.records - self.untried - len(self.conflicts)


def split(text: str) -> Iterator[str]:
    """The records of an LDIF file: what stands between empty lines, without comments and the line of the version."""
    lines: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        if line.startswith(("#", "version:")):
            continue
        if line:
            lines.append(line)
        elif lines:
            yield "\n".join(lines) + "\n"
            lines = []


def apply_records(
    records: Sequence[str], send: Send, *, batch: int = BATCH, time_left: Callable[[], bool] = lambda: True
) -> Applied:
    """Carry out `records` in batches; when one stops, keep the record at which it did and go on after it.

    Where a batch does not tell how far it came, its records are sent once more, each alone: every one compares before
    it writes, so one that had been carried out is refused and kept, and the directory is the same.
    """
    conflicts: list[Conflict] = []
    at, alone = 0, 0
    while at < len(records) and time_left():
        size = 1 if at < alone else batch
        part = records[at : at + size]
        sent = send(part)
        passed = _passed(sent, len(part))
        if passed is None:
            alone = at + len(part)
            continue
        at += passed
        if passed < len(part):
            conflicts.append(Conflict(at + 1, sent.code, records[at]))
            at += 1
    return Applied(len(records), tuple(conflicts), len(records) - at)


def _passed(sent: Sent, size: int) -> int | None:
    """How many of `size` records were carried out; None when that has to be found out."""
    if sent.code == 0:
        return size
    if size == 1:
        return 0
    return sent.passed if sent.passed is not None and 0 <= sent.passed < size else None
