"""Reads from the directory what a set-up leaves there: levels, storage groups, stores, SMTP virtual servers."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.domain import dn
from console.domain.checks import Refusal
from console.domain.filters import AllOf, AnyOf, Equal
from console.domain.ports import DirectorySession, Entry
from console.domain.switch.servers import SERVER_CLASS, STORE_CLASSES
from console.domain.topology import Cluster


@dataclass(frozen=True)
class StoragePaths:
    """A storage group, store or SMTP virtual server, with the paths that the directory names for it."""

    name: str
    storage_group: str
    """For a storage group its own name; empty for an SMTP virtual server."""
    paths: Mapping[str, str]
    """Attribute name to path; an attribute without a value is left out."""


@dataclass(frozen=True)
class ServerSetup:
    """One server object with what a set-up is about."""

    name: str
    serial: str
    """serialNumber, such as `Version 6.5 (Build 7638.2: Service Pack 2)`."""
    groups: tuple[StoragePaths, ...]
    stores: tuple[StoragePaths, ...]
    smtp: tuple[StoragePaths, ...] = ()
    """SMTP virtual servers of Exchange 2003, with the folders of their queue and of undeliverable mail."""
    installed_at: str = ""
    """The folder of the installation on the server's own disk (msExchInstallPath)."""


@dataclass(frozen=True)
class DomainLevel:
    """How far a domain has left older domain controllers behind (MS-ADTS 6.1.4.3, nTMixedDomain)."""

    mixed: bool
    """It still lets domain controllers of Windows NT in."""
    version: int
    """msDS-Behavior-Version: 0 Windows 2000, 2 Windows Server 2003, 3 Windows Server 2008; more for later ones."""


@dataclass(frozen=True)
class DirectorySetup:
    """Both servers of a cluster."""

    primary: ServerSetup
    standby: ServerSetup

    def server_of(self, name: str) -> ServerSetup:
        """The server object of that name. Raises `KeyError` when it is neither of the two."""
        return {server.name.casefold(): server for server in (self.primary, self.standby)}[name.casefold()]


GROUP_PATHS = ("msExchESEParamLogFilePath", "msExchESEParamSystemPath")
STORE_PATHS = ("msExchEDBFile", "msExchSLVFile")
SMTP_PATHS = ("msExchSmtpBadMailDirectory", "msExchSmtpQueueDirectory")
"""Where an SMTP virtual server keeps undeliverable mail and its queue."""
_SMTP_CLASS = "protocolCfgSMTPServer"
_LEVEL = ("nTMixedDomain", "msDS-Behavior-Version")


def read_setup(session: DirectorySession, cluster: Cluster) -> DirectorySetup:
    """Both servers, recovery storage groups left out. Raises `ReachError`, or a `Refusal` when one is not there."""
    context = session.controller().configuration_context
    return DirectorySetup(
        _server(session, context, cluster.primary_server), _server(session, context, cluster.standby_server)
    )


def read_level(session: DirectorySession) -> DomainLevel | None:
    """The level of the controller's domain; None when it does not tell. Raises `ReachError`.

    A version that is not there is that of Windows 2000.
    """
    domain = session.read(session.controller().default_context, _LEVEL)
    mixed = domain.one("nTMixedDomain") if domain else ""
    version = domain.one("msDS-Behavior-Version") if domain else ""
    if not mixed.isdecimal() or not (version or "0").isdecimal():
        return None
    return DomainLevel(mixed != "0", int(version or 0))


def _server(session: DirectorySession, context: str, name: str) -> ServerSetup:
    what = AllOf((Equal("objectClass", SERVER_CLASS), Equal("cn", name)))
    found = list(session.search(context, what, ("cn", "serialNumber", "msExchInstallPath")))
    if len(found) != 1:
        text = f"There are {len(found)} Exchange server objects called {name} in the directory."
        raise Refusal.of(text, "Install Exchange on that node, or correct the server's name in the inventory.")
    server = found[0]
    wanted = ("cn", "msExchRecovery", *GROUP_PATHS)
    groups = [
        entry
        for entry in session.search(server.dn, Equal("objectClass", "msExchStorageGroup"), wanted)
        if entry.one("msExchRecovery").upper() != "TRUE"
    ]
    names = {dn.key(group.dn): group.one("cn") for group in groups}
    kinds = AnyOf(tuple(Equal("objectClass", kind) for kind in STORE_CLASSES))
    stores = [
        _paths(entry, names[parent], STORE_PATHS)
        for entry in session.search(server.dn, kinds, ("cn", *STORE_PATHS))
        if (parent := dn.key(dn.parent(entry.dn))) in names
    ]
    virtual = session.search(server.dn, Equal("objectClass", _SMTP_CLASS), ("cn", "displayName", *SMTP_PATHS))
    return ServerSetup(
        name=server.one("cn"),
        serial=server.one("serialNumber"),
        groups=tuple(_paths(group, group.one("cn"), GROUP_PATHS) for group in groups),
        stores=tuple(sorted(stores, key=lambda store: (store.storage_group, store.name))),
        smtp=tuple(_paths(entry, "", SMTP_PATHS) for entry in virtual),
        installed_at=server.one("msExchInstallPath"),
    )


def _paths(entry: Entry, group: str, attributes: tuple[str, ...]) -> StoragePaths:
    name = entry.one("displayName") or entry.one("cn")
    return StoragePaths(name, group, {name: entry.one(name) for name in attributes if entry.one(name)})
