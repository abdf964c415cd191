"""Ways in which a lab lacks just one thing of a set-up; each puts it right again at its end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import ldap3

from console.lab import definition
from console.lab.disk import Disk
from console.lab.files import write_configuration, write_scripts
from console.lab.state import Cluster, Node, Resource
from tests.moves.ground import Ground

Lacking = Callable[[Ground], AbstractContextManager[None]]


def cluster_of(ground: Ground) -> Cluster:
    return ground.lab.world.clusters[0]


def node_of(ground: Ground, number: int = 2) -> Node:
    """The primary (1) or the standby (2)."""
    return cluster_of(ground).nodes[number - 1]


@contextmanager
def second_address(ground: Ground) -> Iterator[None]:
    """A virtual IP in the group."""
    cluster = cluster_of(ground)
    resources = cluster.groups[0].resources
    resources.append(Resource(definition.Resource("vip1", "vip"), "Online"))
    for node in cluster.nodes:
        write_configuration(cluster, node)
    yield
    resources.pop()
    for node in cluster.nodes:
        write_configuration(cluster, node)


@contextmanager
def group_down(ground: Ground) -> Iterator[None]:
    """The group failed where it is."""
    group = cluster_of(ground).groups[0]
    group.status = "Online Failure"
    yield
    group.status = "Online"


@contextmanager
def edited_script(ground: Ground) -> Iterator[None]:
    """A script with a line by hand."""
    write_scripts(cluster_of(ground), node_of(ground), edited=True)
    yield
    write_scripts(cluster_of(ground), node_of(ground))


@contextmanager
def engine_off(ground: Ground) -> Iterator[None]:
    """The cluster product does not run on the standby."""
    node_of(ground).engine = False
    yield
    node_of(ground).engine = True


@contextmanager
def no_transport(ground: Ground) -> Iterator[None]:
    """A service of Exchange is not there on the standby."""
    node = node_of(ground)
    name = "smtpsvc" if cluster_of(ground).definition.generation == "2003" else "msexchangetransport"
    service = node.services.pop(name)
    yield
    node.services[name] = service


@contextmanager
def automatic_store(ground: Ground) -> Iterator[None]:
    """A service of Exchange starts by itself on the standby."""
    service = node_of(ground).services["msexchangeis"]
    service.start = 2
    yield
    service.start = 3


@contextmanager
def manual_msdtc(ground: Ground) -> Iterator[None]:
    """The Distributed Transaction Coordinator runs, but does not start by itself."""
    service = node_of(ground).services["msdtc"]
    service.start = 3
    yield
    service.start = 2


@contextmanager
def interconnect_first(ground: Ground) -> Iterator[None]:
    """The standby's interconnect is bound before its public adapter."""
    node_of(ground).adapters.reverse()
    yield
    node_of(ground).adapters.reverse()


@contextmanager
def interconnect_with_netbios(ground: Ground) -> Iterator[None]:
    """The standby's interconnect has NetBIOS on."""
    node_of(ground).adapters[1].netbios = 0
    yield
    node_of(ground).adapters[1].netbios = 2


@contextmanager
def interconnect_with_dns(ground: Ground) -> Iterator[None]:
    """The standby's interconnect names a DNS server."""
    node_of(ground).adapters[1].dns.append("192.0.2.53")
    yield
    node_of(ground).adapters[1].dns.clear()


@contextmanager
def registering(ground: Ground) -> Iterator[None]:
    """The standby's public adapter registers itself in DNS."""
    node_of(ground).adapters[0].registers = True
    yield
    node_of(ground).adapters[0].registers = False


@contextmanager
def no_record(ground: Ground) -> Iterator[None]:
    """DNS does not know the primary's name."""
    names = cluster_of(ground).names
    before = names.pop(ground.source.casefold())
    yield
    names[ground.source.casefold()] = before


@contextmanager
def another_record(ground: Ground) -> Iterator[None]:
    """The primary's name leads somewhere else as well."""
    names = cluster_of(ground).names
    names[ground.source.casefold()].append("192.0.2.77")
    yield
    names[ground.source.casefold()].pop()


@contextmanager
def stale_record(ground: Ground) -> Iterator[None]:
    """The standby's name leads to its own address."""
    names = cluster_of(ground).names
    names[ground.target.casefold()] = [node_of(ground).adapters[0].address]
    yield
    names.pop(ground.target.casefold())


@contextmanager
def no_queue_folder(ground: Ground) -> Iterator[None]:
    """The folder of the queue is not on the partition."""
    disk = Disk()
    disk.volumes["X"] = cluster_of(ground).partition
    old = cluster_of(ground).definition.generation == "2003"
    path = r"X:\Exchsrv\vs1\Queue" if old else r"X:\Exchsrv\TransportRoles\data\Queue"
    disk.remove(path)
    yield
    disk.mkdir(path)


def _changed(kind: str, attribute: str, value: str) -> Lacking:
    """The standby's first object of that class with another value."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        with ground.administrator() as connection:
            dn, before = _first(connection, ground.backend.forest.configuration_dn, ground.target, kind, attribute)
            assert connection.modify(dn, {attribute: [(ldap3.MODIFY_REPLACE, [value])]}), connection.result
            yield
            assert connection.modify(dn, {attribute: [(ldap3.MODIFY_REPLACE, before)]}), connection.result

    return change


def _first(connection: ldap3.Connection, base: str, server: str, kind: str, attribute: str) -> tuple[str, list[str]]:
    """DN and values of the server's first object of the class."""
    wanted = (f"(&(objectClass={kind})({attribute}=*))", "SUBTREE")
    assert connection.search(base, *wanted, attributes=[attribute]), connection.result
    rows = [
        row
        for row in connection.response
        if row["type"] == "searchResEntry" and f"CN={server},".casefold() in f"{row['dn']},".casefold()
    ]
    return rows[0]["dn"], [value.decode() for value in rows[0]["raw_attributes"][attribute]]


old_level = _changed("msExchExchangeServer", "serialNumber", "Version 6.5 (Build 7226.6: Service Pack 1)")
store_elsewhere = _changed("msExchPrivateMDB", "msExchEDBFile", r"C:\Program Files\Exchsrvr\mdbdata\priv1.edb")
logs_elsewhere = _changed("msExchStorageGroup", "msExchESEParamLogFilePath", r"C:\Program Files\Exchsrvr\mdbdata")
