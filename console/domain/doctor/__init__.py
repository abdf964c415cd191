"""The doctor: looks at what Exchange's cluster set-up left on the nodes and says what is wrong; it only reads."""

from console.domain.doctor.diagnosing import diagnose, examine, judge, setup_of
from console.domain.doctor.facts import NodeFacts
from console.domain.doctor.judging_cluster import extensions
from console.domain.doctor.looking import Looking
from console.domain.findings import AREAS, Diagnosis, Finding, FindingArea, FindingKind, Severity, Unread, in_order

__all__ = [
    "AREAS",
    "Diagnosis",
    "Finding",
    "FindingArea",
    "FindingKind",
    "Looking",
    "NodeFacts",
    "Severity",
    "Unread",
    "diagnose",
    "examine",
    "extensions",
    "in_order",
    "judge",
    "setup_of",
]
