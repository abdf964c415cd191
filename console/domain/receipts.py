"""Receipts: what a step found before it changed something, kept before it acts, so that it can be taken back."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from console.domain.directory import EntryChange, Modified
from console.domain.errors import ChangeoverError
from console.domain.lease import LeaseLost


@dataclass(frozen=True)
class Receipt:
    """The observed state before a change, by the step that is about to make it."""

    step: str
    kind: str
    """The kind of the step, which says what its inverse is."""
    found: str
    """What was there before, as a sentence."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """What is acted on (JSON values), such as node, service, source, target."""
    changes: tuple[EntryChange, ...] = ()
    """What is about to change in the directory, with the values that were observed as `before`."""


class Receipts(Protocol):
    """Where receipts are kept, under the operation's lease. Whatever is kept here stands before its change is sent."""

    def keep(self, receipt: Receipt) -> int:
        """Keep it and give its number in the operation. Raises `LeaseLost`."""

    def settle(self, number: int, results: Iterable[Modified]) -> None:
        """Say how each change of the receipt ended, in their order. Raises `LeaseLost`."""

    def latest(self, step: str) -> Receipt | None:
        """The last receipt that was kept for the step in this operation, whoever kept it; None when there is none."""


class NoReceipts:
    """Keeps nothing: for stages that nobody takes back."""

    def keep(self, receipt: Receipt) -> int:
        """Take no notice."""
        return 0

    def settle(self, number: int, results: Iterable[Modified]) -> None:
        """Take no notice."""

    def latest(self, step: str) -> Receipt | None:
        """None was kept."""
        return None


UNKNOWN = "unknown"
"""The outcome of a change that may have been sent and was not answered, or of one whose receipt was never settled."""
UNSENT = "unsent"
"""The outcome of a change that was certainly not sent."""
STANDING = frozenset({"applied", UNKNOWN})
"""The outcomes of changes that are there to be taken back, or may be."""


@dataclass(frozen=True)
class Kept:
    """A receipt as it is read back, with what became of its changes."""

    number: int
    receipt: Receipt
    results: tuple[Modified, ...] | None = None
    """How each change ended, in their order; None when nobody said."""

    def fates(self) -> Iterator[tuple[EntryChange, str]]:
        """Each change with its outcome."""
        results = self.results if self.results is not None else (Modified(UNKNOWN),) * len(self.receipt.changes)
        for change, result in zip(self.receipt.changes, results, strict=True):
            yield change, result.outcome


class KeptReceipts(Protocol):
    """The receipts of one operation, read back as often as needed."""

    def newest_first(self) -> Iterator[Kept]:
        """All of them, the last one kept first, one or few in memory at a time."""


@contextmanager
def settling(receipts: Receipts, receipt: Receipt) -> Iterator[list[Modified]]:
    """Keep the receipt, and settle it at the end with the results that were put on the list, as far as they go.

    What has no result then was not sent, but for the one that an error may have interrupted. Raises `LeaseLost`.
    """
    number = receipts.keep(receipt)
    results: list[Modified] = []
    try:
        yield results
    except LeaseLost:
        raise
    except ChangeoverError as error:
        left = len(receipt.changes) - len(results)
        unsure = [Modified(UNKNOWN)] * min(left, int(error.may_have_run))
        receipts.settle(number, [*results, *unsure, *[Modified(UNSENT)] * (left - len(unsure))])
        raise
    receipts.settle(number, [*results, *[Modified(UNSENT)] * (len(receipt.changes) - len(results))])
