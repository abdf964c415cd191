"""Small worlds for tables: a cluster of two nodes, what was seen on them, and what the directory holds."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from console.domain.directory import (
    ComputerObject,
    Controller,
    DirectoryView,
    Pointer,
    Rights,
    ServerObject,
    Store,
)
from console.domain.observation import (
    ClusterObservation,
    ClusterView,
    GroupState,
    NodeObservation,
    PartitionUse,
    ResourceState,
    Seen,
    ServiceState,
)
from console.domain.products import Generation, Service
from console.domain.secrets import Secret
from console.domain.topology import Cluster, Credential, Directory, Node

AT = datetime(2008, 10, 15, 3, 0, tzinfo=UTC)
CREDENTIAL = Credential("service account", "CORP\\changeover", Secret("not to be seen"))
GENERATION = Generation(
    key="2003",
    title="Exchange Server 2003",
    services=(
        Service("MSExchangeSA", "System Attendant", ("mad.exe",)),
        Service("MSExchangeIS", "Information Store", ("store.exe",), mounts_stores=True),
        Service("IMAP4Svc", "IMAP4", ("inetinfo.exe",), optional=True),
    ),
    has_public_stores=True,
    mandatory_spn_classes=("HOST", "exchangeMDB", "exchangeRFR"),
    needs_x64=False,
    windows=("2003",),
    source="chapter 1",
)
SERVERS = "CN=Servers,CN=First Administrative Group,CN=Administrative Groups,CN=Corp,CN=Microsoft Exchange"


def node(name: str, address: str) -> Node:
    return Node(name, address, 5985, "http", "ntlm", CREDENTIAL)


def cluster(**changes: Any) -> Cluster:
    """TOKYO: NODE1 is the primary, NODE2 the standby."""
    made = Cluster(
        id=1,
        name="TOKYO",
        driver="expresscluster",
        generation="2003",
        group="EXCHANGE",
        floating_ip="10.0.0.10",
        partition="X:",
        primary=node("NODE1", "10.0.0.1"),
        standby=node("NODE2", "10.0.0.2"),
        directory=Directory("corp", "dc1.corp.example", 636, "ldaps", CREDENTIAL),
        site="main",
        primary_server="NODE1",
        standby_server="NODE2",
        product_folder=r"C:\Program Files\EXPRESSCLUSTER",
    )
    return replace(made, **changes)


def group(current: str, status: str = "Online") -> GroupState:
    """The Exchange group with its address and its partition."""
    names = (("fip1", "fip"), ("sd1", "sd"))
    return GroupState("EXCHANGE", status, current, tuple(ResourceState(n, k, status) for n, k in names))


def view(own: str, current: str = "NODE1", status: str = "Online", **servers: str) -> ClusterView:
    """What the engine of `own` says."""
    return ClusterView(
        "TOKYO", own, servers or {"NODE1": "Online", "NODE2": "Online"}, {"EXCHANGE": group(current, status)}
    )


def service(name: str, state: str, start_type: str = "DEMAND") -> Seen[ServiceState]:
    return Seen(ServiceState(name, state, 0, start_type))


def seen(name: str, *, active: bool, **changes: Any) -> NodeObservation:
    """A healthy node: with the group (`active`) or waiting."""
    state = "RUNNING" if active else "STOPPED"
    made = NodeObservation(
        node=name,
        at=AT,
        hostname=Seen(name),
        windows=Seen("5.2.3790"),
        clock_offset=Seen(0.5),
        engine=Seen(view(name)),
        group_resources=Seen(("fip@fip1", "sd@sd1")),
        services={s.name.casefold(): service(s.name, state) for s in GENERATION.services},
        stores=Seen(frozenset({"first storage group/mailbox store"}) if active else frozenset()),
        partition=PartitionUse(),
    )
    return replace(made, **changes)


def observation(**nodes: NodeObservation) -> ClusterObservation:
    """Both nodes, healthy unless given."""
    healthy = {"NODE1": seen("NODE1", active=True), "NODE2": seen("NODE2", active=False)}
    return ClusterObservation("TOKYO", AT, {**healthy, **nodes})


def server(name: str) -> ServerObject:
    """A server with one mailbox store."""
    dn = f"CN={name},{SERVERS}"
    store = f"CN=Mailbox Store,CN=First Storage Group,CN=InformationStore,{dn}"
    return ServerObject(
        name=name,
        dn=dn,
        guid=f"guid-{name}",
        legacy_dn=f"/o=Corp/ou=First Administrative Group/cn=Configuration/cn=Servers/cn={name}",
        mta_dn=f"CN=Microsoft MTA,{dn}",
        stores=(
            Store(store, f"store-{name}", "Mailbox Store", "First Storage Group", public=False, overwritable=False),
        ),
    )


def computer(name: str, *spns: str) -> ComputerObject:
    return ComputerObject(
        name, f"CN={name},CN=Computers,DC=corp", f"computer-{name}", f"{name}.corp.example".lower(), spns
    )


def directory(**changes: Any) -> DirectoryView:
    """The directory names NODE1 in everything."""
    names = [f"{c}/{h}" for c in GENERATION.mandatory_spn_classes for h in ("node1.corp.example", "NODE1")]
    primary = computer("NODE1", *names)
    made = DirectoryView(
        at=AT,
        controller=Controller("dc1.corp.example", "DC=corp", "CN=Configuration,DC=corp", ("DC=corp",), (), False, 0.0),
        primary=server("NODE1"),
        standby=server("NODE2"),
        primary_computer=primary,
        standby_computer=computer("NODE2", "HOST/NODE2"),
        pointers=(
            Pointer("routing-master", "CN=RG", "rg", "RG", "msExchRoutingMasterDN", server("NODE1").dn),
            Pointer("address-list", "CN=OAL", "oal", "OAL", "offLineABServer", server("NODE1").dn),
        ),
        spn_holders={name.casefold(): (primary.dn,) for name in names},
        rights=Rights("CORP\\changeover", False, ()),
        mandatory_spns=tuple(names),
    )
    return replace(made, **changes)
