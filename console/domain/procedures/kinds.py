"""The kinds of operation that carry out set-up procedures, by the procedures' keys in the catalog."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "exchange-2003-setup": "setup-2003",
    "exchange-2007-setup": "setup-2007",
    "exchange-2007-service-pack": "service-pack-2007",
}
"""Procedure to kind."""
PROCEDURES: Mapping[str, str] = {kind: key for key, kind in KINDS.items()}
"""Kind to procedure."""


def is_procedure(kind: str) -> bool:
    """Whether operations of that kind carry out a procedure, and so may rest."""
    return kind in PROCEDURES
