"""Receipts: what a step found before it changed something, kept before it acts, so that it can be taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from console.domain.directory import EntryChange, Modified


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


class NoReceipts:
    """Keeps nothing: for stages that nobody takes back."""

    def keep(self, receipt: Receipt) -> int:
        """Take no notice."""
        return 0

    def settle(self, number: int, results: Iterable[Modified]) -> None:
        """Take no notice."""
