"""Reads from the directory what a set-up leaves there: levels, storage groups and stores of both servers."""

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
    """A storage group or a store of a server, with the paths that the directory names for it."""

    name: str
    storage_group: str
    """For a storage group its own name."""
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


@dataclass(frozen=True)
class DirectorySetup:
    """Both servers of a cluster."""

    primary: ServerSetup
    standby: ServerSetup


GROUP_PATHS = ("msExchESEParamLogFilePath", "msExchESEParamSystemPath")
STORE_PATHS = ("msExchEDBFile", "msExchSLVFile")


def read_setup(session: DirectorySession, cluster: Cluster) -> DirectorySetup:
    """Both servers, recovery storage groups left out. Raises `ReachError`, or a `Refusal` when one is not there."""
    context = session.controller().configuration_context
    return DirectorySetup(
        _server(session, context, cluster.primary_server), _server(session, context, cluster.standby_server)
    )


def _server(session: DirectorySession, context: str, name: str) -> ServerSetup:
    what = AllOf((Equal("objectClass", SERVER_CLASS), Equal("cn", name)))
    found = list(session.search(context, what, ("cn", "serialNumber")))
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
    return ServerSetup(
        name=server.one("cn"),
        serial=server.one("serialNumber"),
        groups=tuple(_paths(group, group.one("cn"), GROUP_PATHS) for group in groups),
        stores=tuple(sorted(stores, key=lambda store: (store.storage_group, store.name))),
    )


def _paths(entry: Entry, group: str, attributes: tuple[str, ...]) -> StoragePaths:
    return StoragePaths(entry.one("cn"), group, {name: entry.one(name) for name in attributes if entry.one(name)})
