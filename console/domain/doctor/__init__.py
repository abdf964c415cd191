"""The doctor: looks at what Exchange's cluster set-up left on the nodes and says what is wrong; it only reads."""

from console.domain.doctor.diagnosing import diagnose, setup_of
from console.domain.doctor.model import AREAS, Diagnosis, Finding, FindingArea, FindingKind, Severity, Unread, in_order

__all__ = [
    "AREAS",
    "Diagnosis",
    "Finding",
    "FindingArea",
    "FindingKind",
    "Severity",
    "Unread",
    "diagnose",
    "in_order",
    "setup_of",
]
