"""The services of a node on which Exchange is set up as a clustered server."""

from dataclasses import replace

from console.lab.exchange import Installed, installed
from console.lab.mscs.resource_types import exchange_kinds
from console.lab.mscs.state import FOLDER, SERVICE

CLUSTER_SERVICE = Installed(SERVICE, "Cluster Service", rf"{FOLDER}\clussvc.exe", 2, ("RpcSs",), exchange=False)
_OTHER_ROLES = frozenset(
    {
        "MSExchangeTransport",
        "MSExchangePOP3",
        "MSExchangeIMAP4",
        "MSExchangeEdgeSync",
        "MSExchangeAntispamUpdate",
        "MSExchangeFDS",
    }
)
"""Exchange 2007 clusters the Mailbox role alone: these belong to other roles."""
_AS_IT_WAS = frozenset({"POP3Svc", "IMAP4Svc", "MSExchangeES", "MSExchangeSRS", "EXIFS"})


def installed_on(generation: str) -> tuple[Installed, ...]:
    """All services of a node of a cluster; those behind resources are Manual, Exchange's others run on every node."""
    behind = {kind.service for kind in exchange_kinds(generation)}
    entries = [entry for entry in installed(generation) if entry.name not in _OTHER_ROLES]
    return (CLUSTER_SERVICE, *(_with_start(entry, behind) for entry in entries))


def _with_start(entry: Installed, behind: set[str]) -> Installed:
    if entry.name in _AS_IT_WAS:
        return entry
    if entry.name in behind:
        return replace(entry, start=3)
    return replace(entry, start=2) if entry.exchange else entry
