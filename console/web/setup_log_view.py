"""What a set-up log says, arranged for reading: its runs, the newest first, each with its course and its findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.domain.findings import Finding, FindingKind
from console.models import SetupLogRecord
from console.services import findings
from console.web.diagnosis_view import TONES

STAGES: Mapping[str, tuple[str, str]] = {
    "done": ("good", "good"),
    "failed": ("bad", "bad"),
    "stopped": ("bad", "stopped"),
    "not reached": ("idle", "idle"),
    "not seen": ("unknown", "unknown"),
}
"""The tone and the drawing of a stage, by how far it came."""
VERDICTS: Mapping[str, tuple[str, str]] = {
    "ok": ("good", "went well"),
    "failed": ("bad", "failed"),
    "unfinished": ("bad", "did not finish"),
    "unknown": ("unknown", "nothing says how it ended"),
}
"""The tone and the words of a verdict."""


@dataclass(frozen=True)
class LogFinding:
    """A finding in a log, with its kind and where it stands."""

    finding: Finding
    kind: FindingKind
    tone: str
    line: str


@dataclass(frozen=True)
class ShownRun:
    """One run of the set-up."""

    run: Mapping[str, Any]
    rows: tuple[LogFinding, ...]

    @property
    def verdict(self) -> tuple[str, str]:
        """Its tone and words."""
        return VERDICTS.get(str(self.run["verdict"]), VERDICTS["unknown"])

    @property
    def sentence(self) -> str:
        """How the run came out, and where it stopped."""
        stopped = next((stage for stage in self.run["timeline"] if stage["state"] == "stopped"), None)
        where = f", in the middle of: {stopped['title']}" if stopped else ""
        worst = f" {findings.many_words(row.finding for row in self.rows)} stand in it." if self.rows else ""
        return f"The set-up {self.verdict[1]}{where}.{worst}"


def shown(record: SetupLogRecord) -> tuple[ShownRun, ...]:
    """The runs of that log, the newest first."""

    def row(raw: Mapping[str, Any]) -> LogFinding:
        finding = Finding(**raw)
        kind = findings.kind_of(finding.code)
        return LogFinding(finding, kind, TONES[kind.severity], str(finding.data.get("line", "")))

    runs = reversed(record.report["runs"])
    return tuple(ShownRun(run, tuple(row(raw) for raw in run["findings"])) for run in runs)
