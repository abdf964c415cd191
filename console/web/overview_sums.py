"""How many clusters are how, and when the newest of them was read: taken on from look to look, not counted anew."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from operator import attrgetter

from console.web.overview_row import Counted, Row


@dataclass(frozen=True)
class Sums:
    """What is said of many rows together."""

    counted: Counter[Counted] = field(default_factory=Counter)
    """How many rows count like that."""
    newest: str = ""
    """The newest of the times at which the oldest fact of each was read; empty where nothing was."""

    @classmethod
    def of(cls, rows: Collection[Row]) -> "Sums":
        """Of these rows."""
        return cls(Counter(map(attrgetter("counted"), rows)), max(map(attrgetter("read_at"), rows), default=""))

    def after(self, gone: Collection[Row], come: Collection[Row]) -> "Sums | None":
        """Of the same rows without some and with others; None where that has to be counted anew."""
        newest = max(map(attrgetter("read_at"), come), default="")
        if newest < self.newest and any(row.read_at == self.newest for row in gone):
            return None
        counted = Counter(self.counted)
        counted.subtract(map(attrgetter("counted"), gone))
        counted.update(map(attrgetter("counted"), come))
        return Sums(+counted, max(newest, self.newest))

    def number(self, mail: str) -> int:
        """Clusters whose mail has that tone."""
        return sum(n for one, n in self.counted.items() if one.mail == mail)

    @property
    def running(self) -> int:
        """Clusters with which an operation runs."""
        return sum(n for one, n in self.counted.items() if one.running)

    @property
    def resting(self) -> int:
        """Clusters with a procedure that waits for a person."""
        return sum(n for one, n in self.counted.items() if one.resting)
