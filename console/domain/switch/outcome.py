"""How a pass over the mailboxes ended: counts, and what is left for a person to do."""

from collections import Counter
from dataclasses import dataclass, field

from console.domain.directory import EntryChange, Modified
from console.domain.outcome import Todo

ALREADY = "already"
"""The detail of an `applied` change that found its goal in place."""

REMEDIES = {
    "conflict": "Somebody else changed the object meanwhile. Look at its values, set them right, and plan again.",
    "missing": "The object is gone or cannot be seen by the console's account. If that was not meant, restore it.",
    "refused": "Remove the reason that the domain controller gave, then run the switch again: it does what is left.",
}


@dataclass(frozen=True)
class Outcome:
    """Counts by `applied`, `already`, `conflict`, `missing`, `refused`, and the to-do list."""

    total: int
    counts: dict[str, int]
    todo: tuple[Todo, ...]

    @property
    def done(self) -> int:
        """How many objects are as they shall be."""
        return self.counts.get("applied", 0) + self.counts.get("already", 0)

    @property
    def sentence(self) -> str:
        """The counts as a sentence."""
        left = f"; {len(self.todo):,} are left for a person" if self.todo else ""
        already = self.counts.get("already", 0)
        found = f" ({already} of them were right already)" if already else ""
        return f"{self.done:,} of {self.total:,} mailboxes that differed now name the target{found}{left}."


@dataclass
class Tally:
    """Gathers results into an `Outcome`."""

    total: int
    counts: Counter[str] = field(default_factory=Counter)
    todo: list[Todo] = field(default_factory=list)

    def add(self, change: EntryChange, result: Modified) -> None:
        """Count one result; what was not applied goes on the to-do list."""
        if result.outcome == "applied":
            self.counts["already" if result.detail == ALREADY else "applied"] += 1
            return
        self.counts[result.outcome] += 1
        self.todo.append(Todo(change.dn, result.detail or result.outcome, REMEDIES[result.outcome]))

    def outcome(self) -> Outcome:
        """What has been gathered so far."""
        return Outcome(self.total, dict(self.counts), tuple(self.todo))
