"""Read the two Exchange servers of a cluster, from the named server object down, and their computer accounts."""

from collections.abc import Sequence

from console.domain import dn
from console.domain.checks import Reason
from console.domain.directory import ComputerObject, Controller, ServerObject, Store
from console.domain.filters import AllOf, AnyOf, Equal
from console.domain.ports import DirectorySession, Entry

SERVER_CLASS = "msExchExchangeServer"
STORE_CLASSES = ("msExchPrivateMDB", "msExchPublicMDB")


def read_server(session: DirectorySession, controller: Controller, name: str) -> ServerObject | Reason:
    """The server object called `name` with its stores, or why it cannot be used."""
    what = AllOf((Equal("objectClass", SERVER_CLASS), Equal("cn", name)))
    found = list(session.search(controller.configuration_context, what, ("cn", "legacyExchangeDN")))
    if len(found) != 1:
        return _not_one(name, controller.configuration_context, found)
    entry = found[0]
    return ServerObject(
        name=entry.one("cn"),
        dn=entry.dn,
        guid=entry.guid,
        legacy_dn=entry.one("legacyExchangeDN"),
        mta_dn=_mta(session, entry.dn),
        stores=read_stores(session, entry.dn),
    )


def _not_one(name: str, where: str, found: Sequence[Entry]) -> Reason:
    if found:
        text = f"There are {len(found)} Exchange server objects called {name}: {' and '.join(e.dn for e in found)}."
        return Reason(
            text, "Remove the one that is a leftover; the console cannot tell which is meant.", "directory.server"
        )
    text = f"There is no Exchange server object called {name} under {where}."
    return Reason(
        text, "Correct the server's name in the inventory, or the directory that it names.", "directory.server"
    )


def _mta(session: DirectorySession, server_dn: str) -> str:
    found = list(session.search(server_dn, Equal("objectClass", "mTA"), ("cn",), subtree=False))
    return found[0].dn if found else ""


def read_stores(session: DirectorySession, server_dn: str) -> tuple[Store, ...]:
    """Every store below the server, without those of recovery storage groups, in the order of their names."""
    groups = session.search(server_dn, Equal("objectClass", "msExchStorageGroup"), ("cn", "msExchRecovery"))
    names = {dn.key(g.dn): g.one("cn") for g in groups if g.one("msExchRecovery").upper() != "TRUE"}
    what = AnyOf(tuple(Equal("objectClass", kind) for kind in STORE_CLASSES))
    found = session.search(server_dn, what, ("cn", "objectClass", "msExchPatchMDB"))
    stores = [_store(entry, names[parent]) for entry in found if (parent := dn.key(dn.parent(entry.dn))) in names]
    return tuple(sorted(stores, key=lambda store: (store.storage_group, store.name)))


def _store(entry: Entry, group: str) -> Store:
    kinds = {value.casefold() for value in entry.all("objectClass")}
    flag = entry.one("msExchPatchMDB").upper()
    return Store(
        dn=entry.dn,
        guid=entry.guid,
        name=entry.one("cn"),
        storage_group=group,
        public="msexchpublicmdb" in kinds,
        overwritable=None if not flag else flag == "TRUE",
    )


def read_computer(session: DirectorySession, controller: Controller, name: str) -> ComputerObject | Reason:
    """The computer account of the node called `name`, wherever it lies, or why it cannot be used."""
    what = AllOf((Equal("objectCategory", "computer"), Equal("sAMAccountName", f"{name}$")))
    wanted = ("cn", "dNSHostName", "servicePrincipalName")
    found = [entry for base in controller.domain_contexts for entry in session.search(base, what, wanted)]
    where = " or ".join(controller.domain_contexts)
    if len(found) != 1:
        count = f"are {len(found)} computer accounts" if found else "is no computer account"
        text = f"There {count} for the node {name} in {where}."
        remedy = "Correct the node's name in the inventory, or name a domain controller of the node's domain."
        return Reason(text, remedy, "directory.computer")
    entry = found[0]
    if not entry.one("dNSHostName"):
        text = f"The computer account {entry.dn} has no dNSHostName, so its service principal names cannot be told."
        return Reason(text, "Let the node register itself (restart Netlogon there).", "directory.computer", entry.dn)
    return ComputerObject(name, entry.dn, entry.guid, entry.one("dNSHostName"), entry.all("servicePrincipalName"))
