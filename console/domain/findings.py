"""What a diagnosis is made of: kinds of findings, which the catalog has, and what was found on which node."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

AREAS = (
    "cluster-files",
    "binaries",
    "resource-types",
    "registration",
    "resources",
    "event-sources",
    "provider",
    "events",
    "setup-log",
)
"""What a finding is about, in the order in which findings should be mended: the first half of every code."""


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class FindingKind:
    """A sort of finding: what it means and what to do about it. Its code is stable."""

    code: str
    """`area.what`."""
    title: str
    severity: Severity
    explains: str
    """What is wrong, and how it comes about."""
    consequence: str
    remedy: str
    """What a person does about it, with the commands."""
    place: str
    """Where that is from."""
    repair: str = ""
    """The repair that mends it; empty when only a person can."""


@dataclass(frozen=True)
class FindingArea:
    """The kinds of findings of one area; a file of the catalog, and called as the file is."""

    key: str
    title: str
    looked: str
    """What is looked at, and how."""
    findings: tuple[FindingKind, ...]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong on a node, or with the whole cluster when `node` is empty."""

    code: str
    node: str
    about: str
    """What exactly: a file, a resource type, a resource, an event source."""
    evidence: str
    """What was printed, or not, in a few words."""
    data: Mapping[str, str] = field(default_factory=dict)
    """The same for programs, by names that the code's area agrees on."""

    @property
    def area(self) -> str:
        """The first half of the code."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class Unread:
    """Something that could not be looked at: it is unknown, which is never good."""

    node: str
    what: str
    why: str
    remedy: str


@dataclass(frozen=True)
class Diagnosis:
    """What was found on a cluster, what could not be looked at, and what was looked at and is well."""

    cluster: str
    at: datetime
    findings: tuple[Finding, ...] = ()
    """In the order in which they should be mended."""
    unread: tuple[Unread, ...] = ()
    looked: tuple[str, ...] = ()
    """Sentences."""

    @property
    def clean(self) -> bool:
        """Whether all was looked at and nothing is wrong."""
        return not self.findings and not self.unread

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; `from_json` takes them back."""
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Diagnosis":
        """From its plain JSON values."""
        return cls(
            raw["cluster"],
            datetime.fromisoformat(raw["at"]),
            tuple(Finding(**one) for one in raw["findings"]),
            tuple(Unread(**one) for one in raw["unread"]),
            tuple(raw["looked"]),
        )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by area, as they should be mended; within an area as they come, each once."""
    once: dict[tuple[str, str, str], Finding] = {}
    for one in findings:
        once.setdefault((one.code, one.node, one.about), one)
    return tuple(sorted(once.values(), key=lambda finding: AREAS.index(finding.area)))
