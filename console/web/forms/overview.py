"""What the overview shows of all clusters: words to look for, a state, a site, and whether sites stand together."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from console.web.overview_row import RANKS, STATES, Row

PROBLEMS = "problems"
"""Everything that is neither fine nor still to be set up."""
OF_PROBLEMS = frozenset({"down", "look", "unknown", "trouble"})
LONGEST = 200


@dataclass(frozen=True)
class OverviewFilter:
    """What the address asks for, so that what one sees can be sent on. What it does not know lets all through."""

    words: str = ""
    state: str = ""
    site: str = ""
    grouped: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> "OverviewFilter":
        """From the query of an address."""
        state = query.get("state", "")
        return cls(
            query.get("q", "").strip()[:LONGEST],
            state if state in STATES or state == PROBLEMS else "",
            query.get("site", "")[:LONGEST],
            query.get("group") == "site",
        )

    def fits(self, row: Row) -> bool:
        """Whether the row is shown."""
        found = all(word in row.text for word in self.words.casefold().split())
        of_state = not self.state or self.state in row.states
        if self.state == PROBLEMS:
            of_state = not OF_PROBLEMS.isdisjoint(row.states)
        return found and of_state and (not self.site or self.site == row.site)

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out at all."""
        return bool(self.words or self.state or self.site)


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many clusters are in each state; one may be in several."""
    found = dict.fromkeys((PROBLEMS, *RANKS), 0)
    for states, times in Counter(row.states for row in rows).items():
        for state in states:
            found[state] += times
        if not OF_PROBLEMS.isdisjoint(states):
            found[PROBLEMS] += times
    return found
