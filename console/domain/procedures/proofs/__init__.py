"""How the proofs that the console asks for itself are had, by their keys."""

from collections.abc import Mapping

from console.domain.ports import Argv
from console.domain.procedures.proofs import (
    directory,
    dns,
    network,
    observed,
    prerequisites,
    public,
    rights,
    transport,
    windows,
)
from console.domain.procedures.proofs.base import Asked, Finding, Grounds

PROOFS: Mapping[str, Asked] = {
    "cluster.running": Asked(observed.running),
    "directory.native-mode": Asked(directory.native_mode),
    "dns.record": Asked(dns.record, dns.record_questions),
    "dns.stale": Asked(dns.stale, dns.stale_questions),
    "exchange.installed": Asked(observed.installed),
    "exchange.level": Asked(directory.level),
    "folders.replicas": Asked(public.replicas, public.questions),
    "group.make-up": Asked(observed.make_up),
    "group.online": Asked(observed.online),
    "group.owner": Asked(observed.owner),
    "group.scripts": Asked(observed.scripts),
    "logs.paths": Asked(directory.log_paths),
    "network.interconnect": Asked(network.interconnect, network.questions),
    "network.order": Asked(network.order, network.questions),
    "network.registration": Asked(network.registration, network.questions),
    "partition.folders": Asked(windows.folders, windows.folder_questions),
    "partition.rights": Asked(rights.rights, rights.questions),
    "services.manual": Asked(observed.manual),
    "services.msdtc": Asked(windows.msdtc, windows.msdtc_questions),
    "smtp.paths": Asked(directory.smtp_paths),
    "stores.names": Asked(directory.store_names),
    "stores.paths": Asked(directory.store_paths),
    "transport.queue": Asked(transport.queue, transport.questions),
    "windows.hotfixes": Asked(windows.hotfixes, windows.hotfix_questions),
    "windows.prerequisites": Asked(prerequisites.prerequisites, prerequisites.questions),
}

SLOW: frozenset[Argv] = frozenset({prerequisites.FEATURES})
"""Questions that a node may think over for a minute."""

__all__ = ["PROOFS", "SLOW", "Asked", "Finding", "Grounds"]
