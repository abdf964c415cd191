"""A diagnosis arranged for reading: the findings by severity with what they mean, and what can be repaired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from console.domain.findings import Diagnosis, Finding, FindingKind, Severity
from console.domain.repair.event_sources import mendable
from console.models import DiagnosisRecord
from console.services import diagnosing, findings
from console.services.diagnosing import Changes

TONES: Mapping[Severity, str] = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "idle"}
COPIES_FILES = "files.copy"
"""The repair that has to be told where the installation source lies."""


@dataclass(frozen=True)
class ShownFinding:
    """A finding with what the catalog says of it."""

    finding: Finding
    kind: FindingKind
    new: bool
    """Whether the diagnosis before did not have it."""

    @property
    def tone(self) -> str:
        """The tone of its severity."""
        return TONES[self.kind.severity]


@dataclass(frozen=True)
class Repairable:
    """A kind of finding that the console can repair, wherever it was found."""

    kind: FindingKind
    where: tuple[str, ...]


@dataclass(frozen=True)
class ShownDiagnosis:
    """A diagnosis in the terms of its page."""

    record: DiagnosisRecord
    found: Diagnosis
    rows: tuple[ShownFinding, ...]
    """The worst first; within a severity in the order in which they should be mended."""
    before: DiagnosisRecord | None
    changes: Changes | None
    """How it differs from the one before; None when it is the first."""

    @property
    def groups(self) -> list[tuple[Severity, list[ShownFinding]]]:
        """The findings by severity."""
        return [(severity, list(rows)) for severity, rows in groupby(self.rows, lambda row: row.kind.severity)]

    @property
    def sentence(self) -> str:
        """What it comes to, in short."""
        return findings.in_short(self.found)

    @property
    def consequence(self) -> str:
        """What follows from the worst of it; empty when nothing is wrong."""
        return self.rows[0].kind.consequence if self.rows else ""

    @property
    def tone(self) -> str:
        """The tone of the whole: what could not be looked at is never shown as good."""
        if self.rows:
            return TONES[self.rows[0].kind.severity]
        return "unknown" if self.found.unread else "good"

    @property
    def repairable(self) -> tuple[Repairable, ...]:
        """What the console can repair, in the order in which it should be."""
        where: dict[str, list[str]] = {}
        for one in self.found.findings:
            if findings.kind_of(one.code).repair:
                where.setdefault(one.code, []).append(f"{one.about} on {one.node}" if one.node else one.about)
        return tuple(Repairable(findings.kind_of(code), tuple(places)) for code, places in where.items())

    @property
    def by_hand(self) -> tuple[ShownFinding, ...]:
        """Errors and warnings that only a person can mend."""
        return tuple(row for row in self.rows if not row.kind.repair and row.kind.severity is not Severity.NOTE)

    @property
    def copies(self) -> bool:
        """Whether a repair needs the installation source."""
        return any(one.kind.repair == COPIES_FILES for one in self.repairable)

    @property
    def source_nodes(self) -> tuple[str, ...]:
        """The nodes with event sources that a .reg file mends."""
        return tuple(sorted({one.node for one in mendable(self.found.findings)}))


def shown(record: DiagnosisRecord) -> ShownDiagnosis:
    """The diagnosis of that record for its page."""
    found, before = Diagnosis.from_json(record.body), diagnosing.before(record)
    changes = diagnosing.compare(found, Diagnosis.from_json(before.body)) if before else None
    return ShownDiagnosis(record, found, _rows(found, changes.new if changes else ()), before, changes)


def _rows(found: Diagnosis, new: Sequence[Finding]) -> tuple[ShownFinding, ...]:
    worst = findings.worst_first(found.findings)
    return tuple(ShownFinding(one, findings.kind_of(one.code), one in new) for one in worst)
