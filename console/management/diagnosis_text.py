"""A diagnosis for a terminal: what is wrong, what it means, what to do, and what could not be looked at."""

from collections.abc import Iterator
from typing import Any

from console.domain.findings import Diagnosis, Severity
from console.services import findings


def lines(found: Diagnosis) -> Iterator[str]:
    """The diagnosis as lines, the worst first."""
    yield findings.in_words(found)
    for one in findings.worst_first(found.findings):
        kind = findings.kind_of(one.code)
        where = f" on {one.node}" if one.node else ""
        yield ""
        yield f"[{kind.severity}] {kind.title}: {one.about}{where}  ({one.code})"
        yield f"    What shows it: {' '.join(one.evidence.split())}"
        yield f"    What follows: {kind.consequence}"
        yield f"    What to do: {kind.remedy}"
    for gap in found.unread:
        yield ""
        yield f"[unknown] {gap.what}{f' on {gap.node}' if gap.node else ''}: {gap.why}"
        yield f"    What to do: {gap.remedy}"


def as_json(found: Diagnosis) -> dict[str, Any]:
    """The diagnosis for machines, each finding with its severity and what the catalog says."""
    raw = found.to_json()
    for one in raw["findings"]:
        kind = findings.kind_of(one["code"])
        one |= {"severity": kind.severity, "title": kind.title, "remedy": kind.remedy, "repair": kind.repair}
    return raw


def fails(found: Diagnosis, severity: str) -> bool:
    """Whether a script is to fail that asked to from `severity` on; what could not be looked at is not well either."""
    if not severity:
        return False
    worst = findings.WORST_FIRST[: findings.WORST_FIRST.index(Severity(severity)) + 1]
    return bool(found.unread) or any(findings.kind_of(one.code).severity in worst for one in found.findings)
