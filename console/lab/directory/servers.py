"""The objects of one Exchange server: its computer account and what stands below its server object."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from console.lab.directory.definition import Forest, Generation, StorageGroup, Store
from console.lab.directory.entry import TreeEntry, entry
from console.lab.directory.layout import Layout
from console.lab.directory.names import join

VERSIONS = {
    "2003": ("Version 6.5 (Build 7638.2: Service Pack 2)", "7638"),
    "2007": ("Version 8.1 (Build 30240.6)", "7536"),
}
SYSTEMS = {
    "2003": ("Windows Server 2003", "5.2 (3790)", "Service Pack 2"),
    "2007": ("Windows Server 2008 Enterprise", "6.0 (6002)", "Service Pack 2"),
}
INSTALLED = {"2003": r"C:\Program Files\Exchsrvr", "2007": r"C:\Program Files\Microsoft\Exchange Server"}
DATA_DRIVE = "X:"
MAILBOX_ROLE = "2"
WORKSTATION_TRUST = "4096"


@dataclass(frozen=True)
class Tenant:
    """A server as the tree needs it; `absent` names the stores that its own tree lacks."""

    name: str
    generation: Generation
    groups: tuple[StorageGroup, ...]
    computers: str
    absent: tuple[str, ...]


def stable_guid(forest: Forest, *words: str) -> uuid.UUID:
    """The same GUID for the same forest and words, every time."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, "/".join((forest.domain, str(forest.seed), *words)))


def computer(layout: Layout, tenant: Tenant, spns: tuple[str, ...]) -> Iterator[TreeEntry]:
    """The server's account in the domain."""
    system, version, pack = SYSTEMS[tenant.generation]
    yield entry(
        layout.computer(tenant.name, tenant.computers),
        "computer",
        sAMAccountName=f"{tenant.name}$",
        userAccountControl=WORKSTATION_TRUST,
        dNSHostName=layout.fqdn(tenant.name),
        servicePrincipalName=spns,
        operatingSystem=system,
        operatingSystemVersion=version,
        operatingSystemServicePack=pack,
    )


def server(layout: Layout, tenant: Tenant) -> Iterator[TreeEntry]:
    """The server object in the Configuration container and everything below it."""
    generation, dn = tenant.generation, layout.server(tenant.name, tenant.generation)
    serial, build = VERSIONS[generation]
    yield entry(
        dn,
        "msExchExchangeServer",
        {
            "msExchResponsibleMTAServer": layout.mta(tenant.name, generation),
            "msExchHomeRoutingGroup": layout.routing_group(generation),
        },
        legacyExchangeDN=layout.legacy_server(tenant.name, generation),
        serialNumber=serial,
        versionNumber=build,
        networkAddress=(f"ncacn_ip_tcp:{layout.fqdn(tenant.name)}", f"netbios:{tenant.name}"),
        msExchInstallPath=INSTALLED[generation],
        msExchDataPath=INSTALLED[generation],
        msExchServerRole="0",
        msExchComputerLink=layout.computer(tenant.name, tenant.computers),
        msExchCurrentServerRoles=MAILBOX_ROLE if generation == "2007" else "",
    )
    yield _mta(layout, tenant)
    yield entry(join("CN=Protocols", dn), "msExchContainer")
    if generation == "2003":
        yield from _virtual_server(join("CN=Protocols", dn))
    yield entry(join("CN=InformationStore", dn), "msExchInformationStore")
    for number, group in enumerate(tenant.groups):
        yield from _storage_group(layout, tenant, group, number)
    yield from _attendant(layout, tenant)


def _virtual_server(protocols: str) -> Iterator[TreeEntry]:
    """The default SMTP virtual server, with its queue and its undeliverable mail on the partition."""
    folder = join("CN=SMTP", protocols)
    yield entry(folder, "msExchContainer")
    yield entry(
        join("CN=1", folder),
        "protocolCfgSMTPServer",
        displayName="Default SMTP Virtual Server",
        msExchSmtpBadMailDirectory=rf"{DATA_DRIVE}\Exchsrv\vs1\BadMail",
        msExchSmtpQueueDirectory=rf"{DATA_DRIVE}\Exchsrv\vs1\Queue",
    )


def _mta(layout: Layout, tenant: Tenant) -> TreeEntry:
    return entry(
        layout.mta(tenant.name, tenant.generation),
        "mTA",
        mTALocalDesig=tenant.name,
        transRetryMins="5",
        transTimeoutMins="20",
        msExchMTADatabasePath=rf"{INSTALLED[tenant.generation]}\mtadata",
        legacyExchangeDN=f"{layout.legacy_server(tenant.name, tenant.generation)}/cn=Microsoft MTA",
    )


def _storage_group(layout: Layout, tenant: Tenant, group: StorageGroup, number: int) -> Iterator[TreeEntry]:
    folder = rf"{DATA_DRIVE}\Exchsrvr\SG{number + 1}"
    yield entry(
        layout.storage_group(tenant.name, tenant.generation, group.name),
        "msExchStorageGroup",
        msExchESEParamLogFilePath=folder,
        msExchESEParamSystemPath=folder,
        msExchESEParamBaseName=f"E{number:02}",
        msExchESEParamEventSource="MSExchangeIS",
        msExchESEParamCircularLog="0",
        msExchRecovery="TRUE" if group.recovery else "",
        msExchRestore="TRUE" if group.recovery else "",
    )
    for position, store in enumerate(group.stores):
        if store.name not in tenant.absent:
            yield _store(layout, tenant, group, store, rf"{folder}\{'pub' if store.public else 'priv'}{position + 1}")


def _store(layout: Layout, tenant: Tenant, group: StorageGroup, store: Store, file: str) -> TreeEntry:
    name, generation = store.name_on(tenant.name), tenant.generation
    attributes = {
        "deliveryMechanism": "0",
        "msExchEDBFile": f"{file}.edb",
        "msExchDatabaseCreated": "TRUE",
        "msExchSLVFile": f"{file}.stm" if generation == "2003" else "",
        "msExchPatchMDB": "FALSE",
        "msExchEDBOffline": "TRUE" if group.recovery else "FALSE",
        "msExchOwningServer": layout.server(tenant.name, generation),
        "activationStyle": "0",
    }
    legacy = (
        f"{layout.legacy_server(tenant.name, generation)}/cn=Microsoft {'Public' if store.public else 'Private'} MDB"
    )
    dn = layout.store(tenant.name, generation, group.name, name)
    later = {}
    if store.public:
        attributes["msExchOwningPFTree"] = layout.public_tree(generation)
        attributes["homeMTA"] = layout.mta(tenant.name, generation)
    elif not group.recovery:
        later = _links_of_private(layout, tenant)
    return entry(
        dn,
        "msExchPublicMDB" if store.public else "msExchPrivateMDB",
        dict(later),
        legacyExchangeDN=legacy,
        displayName=name,
        **attributes,
    )


def _links_of_private(layout: Layout, tenant: Tenant) -> dict[str, str]:
    """A mailbox store points to the server's public store, where it has one."""
    for group in tenant.groups:
        for store in group.stores:
            if store.public and store.name not in tenant.absent:
                name = store.name_on(tenant.name)
                return {"msExchHomePublicMDB": layout.store(tenant.name, tenant.generation, group.name, name)}
    return {}


def mailbox_stores(layout: Layout, tenant: Tenant) -> list[str]:
    """The mailbox stores of the server that hold people's mailboxes, by name; empty when it has none."""
    return [
        layout.store(tenant.name, tenant.generation, group.name, store.name_on(tenant.name))
        for group in tenant.groups
        if not group.recovery
        for store in group.stores
        if not store.public and store.name not in tenant.absent
    ]


def _attendant(layout: Layout, tenant: Tenant) -> Iterator[TreeEntry]:
    """The objects of Exchange itself that carry homeMDB although nobody reads mail there."""
    stores = mailbox_stores(layout, tenant)
    if not stores:
        return
    legacy, generation = layout.legacy_server(tenant.name, tenant.generation), tenant.generation
    homes = {"homeMDB": stores[0], "homeMTA": layout.mta(tenant.name, generation), "msExchHomeServerName": legacy}
    yield entry(
        join("CN=Microsoft System Attendant", layout.server(tenant.name, generation)),
        "msExchSystemAttendant",
        mail=f"{tenant.name}-SA@{layout.forest.domain}",
        mailNickname=f"{tenant.name}-SA",
        legacyExchangeDN=f"{legacy}/cn=Microsoft System Attendant",
        **homes,
    )
    for store in stores:
        name = f"SystemMailbox{{{str(stable_guid(layout.forest, 'store', store)).upper()}}}"
        yield entry(
            join(f"CN={name}", layout.system_objects),
            "msExchSystemMailbox",
            displayName=name,
            mail=f"{name[:13]}@{layout.forest.domain}",
            msExchHideFromAddressLists="TRUE",
            **{**homes, "homeMDB": store},
        )
