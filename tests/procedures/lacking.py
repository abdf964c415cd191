"""Ways in which a lab lacks just one thing of a set-up; each puts it right again at its end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import ldap3

from console.lab import definition, equipment
from console.lab.disk import Disk
from console.lab.files import write_configuration, write_scripts
from console.lab.state import Cluster, Components, Node, Resource
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
def no_group(ground: Ground) -> Iterator[None]:
    """The failover group for Exchange is not there."""
    cluster = cluster_of(ground)
    group = cluster.groups.pop(0)
    yield
    cluster.groups.insert(0, group)


@contextmanager
def group_down(ground: Ground) -> Iterator[None]:
    """The group failed where it is."""
    group = cluster_of(ground).groups[0]
    group.status = "Online Failure"
    yield
    group.status = "Online"


def edited_script(number: int) -> Lacking:
    """A script with a line by hand on that node."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        write_scripts(cluster_of(ground), node_of(ground, number), edited=True)
        yield
        write_scripts(cluster_of(ground), node_of(ground, number))

    return change


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


def automatic_store(number: int) -> Lacking:
    """A service of Exchange starts by itself on the primary (1) or the standby (2)."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        service = node_of(ground, number).services["msexchangeis"]
        service.start = 2
        yield
        service.start = 3

    return change


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


def no_folder(path: str) -> Lacking:
    """A folder is not on the partition, nor what lies in it; with storage groups, that of the first one."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        volume = cluster_of(ground).partition
        before = dict(volume.items), dict(volume.rights)
        disk = Disk()
        disk.volumes["X"] = volume
        disk.remove(path.replace("{storage group}", "First Storage Group"))
        yield
        volume.items, volume.rights = before

    return change


@contextmanager
def closed_folder(ground: Ground) -> Iterator[None]:
    """The transport folder is not open to NETWORK SERVICE."""
    rights = next(iter(cluster_of(ground).partition.rights.values()))
    right = rights.pop(r"NT AUTHORITY\NETWORK SERVICE")
    yield
    rights[r"NT AUTHORITY\NETWORK SERVICE"] = right


def one_replica(tree: str) -> Lacking:
    """The folders of a tree have no replica on the standby."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        folders = cluster_of(ground).folders
        before = {path: list(servers) for path, servers in folders.items()}
        for path in folders:
            if path.startswith("/NON_IPM") == (tree != "/") and path.startswith(tree):
                folders[path] = [ground.source]
        yield
        folders.update(before)

    return change


@contextmanager
def no_system_folders(ground: Ground) -> Iterator[None]:
    """Exchange does not list its system folders over WMI, so nobody can tell of their replicas."""
    folders = cluster_of(ground).folders
    before = dict(folders)
    for path in [path for path in before if path.startswith("/NON_IPM")]:
        folders.pop(path)
    yield
    folders.update(before)


def without_fix(fix: str) -> Lacking:
    """Windows has no service pack that holds the fixes, and of the two only the other one."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        node = node_of(ground)
        node.service_pack, node.fixes = 1, [other for other in ("KB898060", "KB905214") if other != fix]
        yield
        node.service_pack, node.fixes = 2, []

    return change


def without_prerequisite(thing: str) -> Lacking:
    """The standby has the Windows that the thing is for (`2003 before SP2: KB898060`), and all but that."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        kind, _, name = thing.partition(": ")
        node = node_of(ground)
        before = node.definition.windows, node.service_pack, list(node.fixes), replace(node.components)
        node.definition.windows, node.service_pack = kind[:4], 1 if kind.endswith("before SP2") else 2
        node.components = Components(set(node.components.features) - {name}, 1, name != "Windows PowerShell")
        if name.startswith(".NET"):
            node.components.framework = 0 if name.endswith("SP1") else None
        gone = {"MMC 3.0": "KB907265"}.get(name, name)
        node.fixes = [fix for fix in node.fixes if fix != gone]
        yield
        node.definition.windows, node.service_pack, node.fixes, node.components = before

    return change


def local_queue(number: int) -> Lacking:
    """The queue of that node's transport lies where the product's set-up put it."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        node = node_of(ground, number)
        before = node.disk.read(equipment.CONFIG)
        equipment.write_transport(node, equipment.LOCAL_QUEUE)
        yield
        node.disk.write(equipment.CONFIG, before)

    return change


def moved_and(lacks: Lacking) -> Lacking:
    """The group is on the standby, and something else is lacking."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        group = cluster_of(ground).groups[0]
        before = group.owner
        group.owner = node_of(ground)
        node_of(ground).disk.volumes["X"] = cluster_of(ground).partition
        with lacks(ground):
            yield
        group.owner = before
        del node_of(ground).disk.volumes["X"]

    return change


def other_store(number: int) -> Lacking:
    """A server has a store that the other one has not."""

    @contextmanager
    def change(ground: Ground) -> Iterator[None]:
        with ground.administrator() as connection:
            base, server = ground.backend.forest.configuration_dn, node_of(ground, 3 - number).name
            group = _first(connection, base, server, "msExchStorageGroup", "msExchESEParamLogFilePath")
            dn = f"CN=Executive,{group}"
            values = {"deliveryMechanism": "0", "msExchEDBFile": r"X:\Exchsrv\mdbdata\executive.edb"}
            assert connection.add(dn, "msExchPrivateMDB", values), connection.result
            yield
            assert connection.delete(dn), connection.result

    return change


@contextmanager
def mixed_mode(ground: Ground) -> Iterator[None]:
    """The domain still lets domain controllers of Windows NT in."""
    with changed(ground, ground.backend.forest.base_dn, "nTMixedDomain", "1"):
        yield


def of_server(kind: str, attribute: str, value: str) -> Callable[[int], Lacking]:
    """The first object of that class of the primary (1) or the standby (2) with another value."""

    def numbered(number: int) -> Lacking:
        @contextmanager
        def change(ground: Ground) -> Iterator[None]:
            with ground.administrator() as connection:
                server = node_of(ground, number).name
                dn = _first(connection, ground.backend.forest.configuration_dn, server, kind, attribute)
            with changed(ground, dn, attribute, value):
                yield

        return change

    return numbered


@contextmanager
def changed(ground: Ground, dn: str, attribute: str, value: str) -> Iterator[None]:
    """An object with another value, put back at the end."""
    with ground.administrator() as connection:
        assert connection.search(dn, "(objectClass=*)", "BASE", attributes=[attribute]), connection.result
        before = [raw.decode() for raw in connection.response[0]["raw_attributes"][attribute]]
        assert connection.modify(dn, {attribute: [(ldap3.MODIFY_REPLACE, [value])]}), connection.result
        yield
        assert connection.modify(dn, {attribute: [(ldap3.MODIFY_REPLACE, before)]}), connection.result


def _first(connection: ldap3.Connection, base: str, server: str, kind: str, attribute: str) -> str:
    """DN of the server's first object of the class that has the attribute."""
    wanted = (f"(&(objectClass={kind})({attribute}=*))", "SUBTREE")
    assert connection.search(base, *wanted, attributes=[attribute]), connection.result
    return str(
        next(
            row["dn"]
            for row in connection.response
            if row["type"] == "searchResEntry" and f"CN={server},".casefold() in f"{row['dn']},".casefold()
        )
    )


old_level_2003 = of_server("msExchExchangeServer", "serialNumber", "Version 6.5 (Build 7226.6: Service Pack 1)")
old_level_2007 = of_server("msExchExchangeServer", "serialNumber", "Version 8.0 (Build 30685.24)")
store_elsewhere = of_server("msExchPrivateMDB", "msExchEDBFile", r"C:\Program Files\Exchsrvr\mdbdata\priv1.edb")
logs_elsewhere = of_server("msExchStorageGroup", "msExchESEParamLogFilePath", r"C:\Program Files\Exchsrvr\mdbdata")
mail_elsewhere = of_server("protocolCfgSMTPServer", "msExchSmtpQueueDirectory", r"C:\Program Files\Exchsrvr\Queue")
