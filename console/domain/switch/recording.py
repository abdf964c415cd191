"""Receipts of a long stream of changes: kept slice by slice before they are sent, settled when all are answered."""

from collections.abc import Iterable, Iterator
from itertools import islice

from console.domain.directory import EntryChange, Modified
from console.domain.receipts import UNKNOWN, UNSENT, Receipt, Receipts

SLICE = 500
"""Changes of one receipt. A slice is in memory from when it is kept until all of it is answered."""


class _Slice:
    """One receipt under way: what was fed of it, and what was answered."""

    def __init__(self, number: int, changes: tuple[EntryChange, ...]) -> None:
        self.number = number
        self.changes = changes
        self.fed = 0
        self.results: dict[EntryChange, Modified] = {}

    @property
    def complete(self) -> bool:
        return len(self.results) == len(self.changes)

    def in_order(self) -> list[Modified]:
        """The results, with what is not answered as unknown and what was not fed as unsent."""
        return [
            self.results.get(change, Modified(UNKNOWN if place < self.fed else UNSENT))
            for place, change in enumerate(self.changes)
        ]


class MailboxReceipts:
    """Passes changes on to be sent, each slice only after its receipt stands, and takes the answers in any order."""

    def __init__(self, receipts: Receipts, step: str = "", kind: str = "") -> None:
        """`step` and `kind` are those of the step that sends."""
        self._receipts = receipts
        self._step = step
        self._kind = kind
        self._open: dict[EntryChange, _Slice] = {}

    def feed(self, changes: Iterable[EntryChange]) -> Iterator[EntryChange]:
        """The same changes. Raises `LeaseLost` instead of the first of a slice that may not be sent any more."""
        source = iter(changes)
        while part := tuple(islice(source, SLICE)):
            found = f"{len(part):,} mailboxes pointed at the server before."
            number = self._receipts.keep(Receipt(self._step, self._kind, found, changes=part))
            kept = _Slice(number, part)
            self._open.update(dict.fromkeys(part, kept))
            for change in part:
                kept.fed += 1
                yield change

    def answered(self, change: EntryChange, result: Modified) -> None:
        """Take an answer; the last one of a slice settles its receipt. Raises `LeaseLost`."""
        kept = self._open.pop(change)
        kept.results[change] = result
        if kept.complete:
            self._receipts.settle(kept.number, kept.in_order())

    def broken_off(self) -> None:
        """Settle what was begun, with what is not known of it. Raises `LeaseLost`."""
        for kept in dict.fromkeys(self._open.values()):
            self._receipts.settle(kept.number, kept.in_order())
        self._open.clear()
