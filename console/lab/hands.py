"""What a person does in dialogs during a set-up, as the guide has it: by the step of the procedure that it is for.

Each hand may be used again; what is done already stays. Where the guide's order is broken as a dialog would not
allow it (stores go to a partition that is not there), the hand refuses as the dialog does.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from console.lab import equipment
from console.lab.directory.dialogs import Dialogs
from console.lab.directory.server import DirectoryServer
from console.lab.directory.store import Entry
from console.lab.exchange import INFORMATION_STORE, START_ORDER, installed
from console.lab.files import PRODUCT, write_configuration
from console.lab.groups import start_group
from console.lab.network import adapters_of
from console.lab.state import RUNNING, Cluster, Group, Node, Resource, Service
from console.lab.world import World, exchange_group

if TYPE_CHECKING:
    from console.lab.server import Lab

LEVEL_2003 = "Version 6.5 (Build 7638.2: Service Pack 2)"
LEVEL_2007 = "Version 8.1 (Build 30240.6)"
_RELEASED = {"2003": "Version 6.5 (Build 6944.4)", "2007": LEVEL_2007}


class Person:
    """Somebody at the screens of one cluster's nodes and of its domain controller."""

    def __init__(self, lab: "Lab", cluster: Cluster) -> None:
        if not isinstance(lab.directory, DirectoryServer):
            raise ValueError("This lab has no directory: a set-up needs one.")
        self.world: World = lab.world
        self.cluster = cluster
        self.dialogs: Dialogs = lab.directory.dialogs
        self.base = lab.directory.forest.base_dn
        self.old = cluster.definition.generation == "2003"

    def network(self) -> None:
        """The adapters in order; the interconnect without DNS and NetBIOS; no registration."""
        for node in self.cluster.nodes:
            node.adapters = adapters_of(node.definition)

    def group(self) -> None:
        """The failover group with its address and its partition, uploaded and started on the primary."""
        item = self.cluster.definition
        if any(group.name == item.group for group in self.cluster.groups):
            return
        made = exchange_group(item)
        resources = [Resource(one) for one in made.resources if one.kind != "script"]
        group = Group(made, resources)
        self.cluster.groups.append(group)
        self._upload()
        self.world.schedule.start(start_group(self.world, group, self.cluster.nodes[0], "builder"))

    def dns(self) -> None:
        """One A record: the primary's name with the floating IP."""
        primary = self.cluster.nodes[0].name.casefold()
        self.cluster.names = {primary: [self.cluster.definition.floating_ip]}

    def native_mode(self) -> None:
        """The domain raised to the level of Windows Server 2003."""
        self.dialogs.set(self.base, "nTMixedDomain", "0")

    def install(self) -> None:
        """Exchange on both nodes' own disks: its services, which start by themselves, and its objects."""
        for node in self.cluster.nodes[:2]:
            coordinator = node.services["msdtc"]
            coordinator.start, coordinator.state, coordinator.pid = 2, RUNNING, self.world.new_pid()
            if node.service(INFORMATION_STORE) is None:
                self._install(node)

    def _install(self, node: Node) -> None:
        started = {name.casefold() for name in ("EXIFS", *START_ORDER[self.cluster.definition.generation])}
        for entry in installed(self.cluster.definition.generation):
            if entry.exchange:
                runs = entry.name.casefold() in started
                pid = self.world.new_pid() if runs else 0
                node.services[entry.name.casefold()] = Service(
                    entry, 2 if runs else entry.start, RUNNING if runs else 1, pid=pid
                )
        node.mounted = set(self.cluster.stores())
        self.dialogs.bring(node.name)
        self._locally(node)
        if self.old:
            self.cluster.folders = {path: [self.cluster.nodes[0].name] for path in equipment.FOLDERS}
        else:
            equipment.write_transport(node, equipment.LOCAL_QUEUE)

    def _locally(self, node: Node) -> None:
        """What set-up writes into the directory: paths on the node's own disk, and the level as it was released."""
        folder = r"C:\Program Files\Exchsrvr" if self.old else rf"{equipment.INSTALLED_AT}\Mailbox"
        self._level(node, _RELEASED[self.cluster.definition.generation])
        self._stores_to(node, rf"{folder}\mdbdata")
        self._logs_to(node, rf"{folder}\mdbdata")
        if self.old:
            self._mail_to(node, rf"{folder}\Mailroot\vsi 1")
            for store in self._stores(node):
                self.dialogs.rename(store, f"{store.rdn_value} ({node.name})")

    def prerequisites(self) -> None:
        """What Exchange 2007 builds on, on Windows Server 2003; for 2008 the console has a tool of Windows'."""
        for node in self.cluster.nodes:
            if node.definition.windows == "2003":
                node.components.framework, node.components.powershell = 1, True
                node.fixes = [*dict.fromkeys([*node.fixes, *equipment.FIXES_2007])]

    def hotfixes(self) -> None:
        """Service Pack 2 of Windows."""
        for node in self.cluster.nodes:
            node.service_pack = 2

    def service_pack(self) -> None:
        """Service Pack 2 of Exchange 2003 on both nodes."""
        for node in self.cluster.nodes[:2]:
            self._level(node, LEVEL_2003)

    def pack_on(self, number: int) -> None:
        """Service Pack 1 of Exchange 2007 on one node."""
        self._level(self.cluster.nodes[number], LEVEL_2007)

    def store_names(self) -> None:
        """The servers' names taken out of their stores'."""
        for node in self.cluster.nodes[:2]:
            for store in self._stores(node):
                if store.rdn_value.endswith(f" ({node.name})"):
                    self.dialogs.rename(store, store.rdn_value.removesuffix(f" ({node.name})"))

    def replicas(self) -> None:
        """The standby added to the replicas of every folder."""
        names = [node.name for node in self.cluster.nodes[:2]]
        self.cluster.folders = {path: list(names) for path in self.cluster.folders}

    def stores_on(self, number: int) -> None:
        """The databases of a node moved to the partition, which must be there and hold none of their names yet."""
        node = self._with_partition(number)
        files = [rf"{self._folder(store.key)}\{store.rdn_value}.edb" for store in self._stores(node)]
        if not node.own_disk:
            return
        if there := [path for path in files if node.disk.item(path) is not None]:
            raise ValueError(f"{there[0]} is there already: set the other node's files aside first.")
        for path in files:
            node.disk.write(path, f"database of {node.name}".encode())
        self._stores_to(node, "")
        node.own_disk = False
        self.cluster.store_homes = dict.fromkeys(self.cluster.stores(), node.name)

    def logs_on(self, number: int) -> None:
        """Logs and system path of a node's storage groups moved to the partition."""
        node = self._with_partition(number)
        for group in self.dialogs.below(node.name, "msExchStorageGroup"):
            node.disk.write(rf"{self._folder(group.key)}\E00.log", f"logs of {node.name}".encode())
        self._logs_to(node, "")

    def mail_on(self, number: int) -> None:
        """Queue and undeliverable mail of a node's SMTP virtual server moved to the partition."""
        self._mail_to(self._with_partition(number), rf"{self.cluster.definition.partition}\Exchsrv\vs1")

    def scripts(self) -> None:
        """The script resource made in the builder, with a folder for its files on both nodes, and uploaded."""
        item = self.cluster.definition
        group = next(group for group in self.cluster.groups if group.name == item.group)
        if any(resource.definition.kind == "script" for resource in group.resources):
            return
        item.scripts = "console"
        made = exchange_group(item)
        group.resources += [Resource(one) for one in made.resources if one.kind == "script"]
        for node in self.cluster.nodes:
            node.disk.mkdir(rf"{PRODUCT}\scripts\{group.name}\script1")
        self._upload()

    def _upload(self) -> None:
        for node in self.cluster.nodes:
            write_configuration(self.cluster, node)

    def _with_partition(self, number: int) -> Node:
        node = self.cluster.nodes[number]
        letter = self.cluster.definition.partition
        if letter[0].upper() not in node.disk.volumes:
            raise ValueError(f"{node.name} has no {letter} now: move the group there first.")
        return node

    def _folder(self, key: str) -> str:
        """The guide's folder for a store or a storage group, by its name in the directory."""
        top = rf"{self.cluster.definition.partition}\Exchsrv"
        if self.old:
            return rf"{top}\mdbdata"
        groups = self.cluster.definition.storage_groups
        return rf"{top}\Mailbox\{next(name for name in groups if f'cn={name}'.casefold() in key)}"

    def _stores(self, node: Node) -> list[Entry]:
        return self.dialogs.below(node.name, "msExchPrivateMDB", "msExchPublicMDB")

    def _level(self, node: Node, level: str) -> None:
        for server in self.dialogs.below(node.name, "msExchExchangeServer"):
            self.dialogs.set(server.dn, "serialNumber", level)

    def _stores_to(self, node: Node, folder: str) -> None:
        """To that folder, or to the guide's on the partition."""
        for store in self._stores(node):
            path = rf"{folder or self._folder(store.key)}\{store.rdn_value}"
            self.dialogs.set(store.dn, "msExchEDBFile", f"{path}.edb")
            if self.old:
                self.dialogs.set(store.dn, "msExchSLVFile", f"{path}.stm")

    def _logs_to(self, node: Node, folder: str) -> None:
        for group in self.dialogs.below(node.name, "msExchStorageGroup"):
            for attribute in ("msExchESEParamLogFilePath", "msExchESEParamSystemPath"):
                self.dialogs.set(group.dn, attribute, folder or self._folder(group.key))

    def _mail_to(self, node: Node, folder: str) -> None:
        for virtual in self.dialogs.below(node.name, "protocolCfgSMTPServer"):
            self.dialogs.set(virtual.dn, "msExchSmtpBadMailDirectory", rf"{folder}\BadMail")
            self.dialogs.set(virtual.dn, "msExchSmtpQueueDirectory", rf"{folder}\Queue")


HANDS: dict[str, Callable[[Person], None]] = {
    "network": Person.network,
    "group": Person.group,
    "dns": Person.dns,
    "native-mode": Person.native_mode,
    "prerequisites": Person.prerequisites,
    "install": Person.install,
    "hotfixes": Person.hotfixes,
    "service-pack": Person.service_pack,
    "store-names": Person.store_names,
    "replicas": Person.replicas,
    "standby-stores": lambda person: person.stores_on(1),
    "standby-logs": lambda person: person.logs_on(1),
    "standby-smtp": lambda person: person.mail_on(1),
    "primary-stores": lambda person: person.stores_on(0),
    "primary-logs": lambda person: person.logs_on(0),
    "primary-smtp": lambda person: person.mail_on(0),
    "scripts": Person.scripts,
    "standby-pack": lambda person: person.pack_on(1),
    "primary-pack": lambda person: person.pack_on(0),
}
"""What a person does for a step of a procedure, by the step's key (its parts are done with it)."""


def hand(lab: "Lab", cluster: str, step: str) -> str:
    """Do what a person does for that step on the cluster; a sentence about it.

    Raises `KeyError` for a cluster that is not in the lab, `ValueError` for a step without a person's work, or one
    that a dialog would refuse now.
    """
    found = lab.world.cluster(cluster)
    key = step.partition("/")[0]
    if key not in HANDS:
        raise ValueError(f"Nobody does {step} in a dialog here: name one of {', '.join(HANDS)}.")
    if found.mscs is not None:
        raise ValueError(f"{found.name} is a cluster of Microsoft's cluster service: name one that the guide sets up.")
    with lab.world.lock:
        HANDS[key](Person(lab, found))
        lab.world.record("hand", key, "", "done", node=found.nodes[0].name, by="a person")
        lab.world.schedule.touch()
    return f"{key} is done on {found.name}."
