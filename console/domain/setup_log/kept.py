"""The findings of a run while it is read: each once with how often, and of each code only so many."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from console.domain.findings import Finding
from console.domain.setup_log.report import Place

NONE: Mapping[str, str] = MappingProxyType({})
MOST = 50
"""Findings of one code that are kept; the rest are counted."""
TEXT = 500
"""Characters of evidence that are kept."""


class Kept:
    """Findings with their places."""

    def __init__(self, run: int) -> None:
        self.left_out: Counter[str] = Counter()
        self._run = run
        self._found: dict[tuple[str, str, str], tuple[Place, Finding]] = {}
        self._of: Counter[str] = Counter()
        self._again: Counter[tuple[str, str, str]] = Counter()

    def add(
        self, code: str, about: str, evidence: str, place: Place, data: Mapping[str, str] = NONE, count: int = 1
    ) -> None:
        """One more; `data` goes with it, but for its empty values."""
        about, evidence = about[:TEXT], evidence[:TEXT]
        key = (code, about, evidence)
        if key in self._found:
            self._again[key] += count
            return
        if self._of[code] >= MOST:
            self.left_out[code] += count
            return
        where = {"line": place.line, "offset": place.offset, "length": place.length, "run": self._run}
        told = {name: text[:TEXT] for name, text in data.items() if text}
        found = Finding(code, "", about, evidence, {name: str(number) for name, number in where.items()} | told)
        self._found[key] = (place, found)
        self._of[code] += 1
        self._again[key] = count

    def codes(self) -> set[str]:
        """The codes that are among them."""
        return {code for code, _, _ in self._found}

    def all(self) -> tuple[Finding, ...]:
        """In the order of the log; `count` in the data says how often it was said, when more than once."""
        ordered = sorted(self._found.items(), key=lambda item: item[1][0].line)
        return tuple(self._counted(found, self._again[key]) for key, (_, found) in ordered)

    @staticmethod
    def _counted(found: Finding, count: int) -> Finding:
        if count == 1:
            return found
        return Finding(found.code, found.node, found.about, found.evidence, {**found.data, "count": str(count)})
