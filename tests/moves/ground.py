"""One lab cluster with its directory, and the planner and runner on it through the adapters that production uses."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ldap3

from console.adapters.clock import SystemClock
from console.adapters.greeting import NetworkGreeter
from console.adapters.ldap import LdapDirectories
from console.adapters.winrm import WinrmNodes
from console.catalog import generation
from console.domain import planner
from console.domain.events.runs import NoRuns
from console.domain.field import Field
from console.domain.outcome import Ending
from console.domain.plan import Plan
from console.domain.ports import Runs
from console.domain.runner import Runner
from console.domain.secrets import Secret
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.domain.topology import Cluster, Credential, Directory, GreetingAt, Node, Timing
from console.drivers import driver_for
from console.lab import presets
from console.lab.assemble import assemble, directory_part
from console.lab.definition import Webhook
from console.lab.server import Lab
from tests.directory.snapshot import Snapshot, snapshot
from tests.domain.stage import ListJournal, People

QUICK = Timing(
    stop_service=2.0, start_service=3.0, move_group=4.0, mount_stores=2.0, greeting=3.0, command=10.0, go=2.0
)


@dataclass
class Frozen:
    """The mailbox list of a plan, kept in memory."""

    rows: list[planner.MailboxRow] = field(default_factory=list)

    def guids(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.rows)


class Ground:
    """A lab with one cluster, started; `plan` and `perform` work on it as a worker would."""

    def __init__(
        self, folder: Path, made: Any, *, mailboxes: int = 20, webhook: Webhook | None = None, **directory: Any
    ) -> None:
        world = presets.fast_definition(made)
        world.directory = {"mailboxes": mailboxes, **directory}
        world.webhook = webhook or Webhook()
        self.lab: Lab = assemble(world, folder)
        self.part = directory_part(world)
        self.lab.start()
        self.frozen = Frozen()
        self.journal = ListJournal()
        self.runs: Runs = NoRuns()

    def close(self) -> None:
        self.lab.stop()

    @property
    def directory(self) -> Any:
        """The lab's directory server."""
        return self.lab.directory

    def cluster(self, **changes: Any) -> Cluster:
        """The cluster as the inventory would describe it."""
        item = self.lab.world.clusters[0]
        account = Credential("lab", f"{self.part.netbios}\\{self.part.account}", Secret(self.part.password))
        nodes = [self._node(node.name, account) for node in item.nodes]
        made = Cluster(
            id=1,
            name=item.name,
            driver="expresscluster",
            generation=item.definition.generation,  # type: ignore[arg-type]
            group=item.definition.group,
            floating_ip=item.definition.floating_ip,
            partition=item.definition.partition,
            primary=nodes[0],
            standby=nodes[1],
            directory=self._directory(account),
            site="main",
            primary_server=nodes[0].name,
            standby_server=nodes[1].name,
            greetings=tuple(GreetingAt(g.protocol, g.listener.port) for g in self.lab.greeters),
            timing=QUICK,
        )
        return replace(made, **changes)

    def _node(self, name: str, account: Credential) -> Node:
        http = self.lab.servers[name].http
        assert http is not None
        return Node(name, http.address, http.port, "http", "ntlm", account)

    def _directory(self, account: Credential) -> Directory:
        address = self.directory.address
        domain = ".".join(piece.partition("=")[2] for piece in self.part.base_dn.split(","))
        name = f"{self.part.domain_controller.lower()}.{domain}"
        ca = str(self.lab.authority.certificate_path)
        return Directory("lab", address.host, address.tls_port, "ldaps", account, tls_name=name, ca_file=ca)

    def open(self, cluster: Cluster | None = None) -> Field:
        """A field on the cluster through the real adapters."""
        clock = SystemClock()
        cluster = cluster or self.cluster()
        return Field(
            cluster,
            generation(cluster.generation),
            driver_for(cluster.driver),
            nodes=WinrmNodes(clock),
            directories=LdapDirectories(clock),
            greeter=NetworkGreeter(),
            clock=clock,
        )

    def plan(self, kind: str, target: str = "", cluster: Cluster | None = None) -> Plan:
        """Make a plan, keeping its mailbox list. Raises `Refusal`."""
        self.frozen = Frozen()
        with self.open(cluster) as opened:
            return planner.make_plan(opened, kind, target, self.frozen.rows.extend)

    def perform(self, plan: Plan, people: People | None = None, cluster: Cluster | None = None) -> Ending:
        """Carry a plan out, with a journal of its own."""
        self.journal = ListJournal()
        with self.open(cluster) as opened:
            stage = Stage(
                operation=f"{id(plan) % 100000}-{plan.hash[:8]}",
                plan=plan,
                field=opened,
                mailboxes=self.frozen,
                journal=self.journal,
                control=people or People(),
                clock=opened.clock,
                runs=self.runs,
            )
            return Runner(stage, BEHAVIOURS, poll=0.05, settle=1.0).run()

    def move(self, kind: str) -> Ending:
        """Plan and perform."""
        return self.perform(self.plan(kind))

    def administrator(self) -> ldap3.Connection:
        """An independent client's connection with every right; a context manager."""
        address = self.directory.address
        tls = ldap3.Tls(validate=0)
        server = ldap3.Server(address.host, address.tls_port, use_ssl=True, tls=tls, get_info=ldap3.NONE)
        account = f"{self.part.netbios}\\Administrator"
        password = self.part.administrator_password
        return ldap3.Connection(server, account, password, auto_bind=True, auto_referrals=False)

    def picture(self) -> Snapshot:
        """The directory as an independent client sees it."""
        with self.administrator() as connection:
            return snapshot(connection)

    def effects(self, *kinds: str) -> list[tuple[str, str, str]]:
        """(node, subject, after) of the lab's effects of these kinds."""
        return [(e.node, e.subject, e.after) for e in self.lab.world.log.since(0) if e.kind in kinds]

    def owner(self) -> str:
        """The node that has the group, by the lab's own word."""
        group = self.lab.world.clusters[0].groups[0]
        return group.owner.name if group.owner else ""


def texts(journal: ListJournal, *kinds: str) -> Iterable[str]:
    """The texts of the journal's lines of these kinds."""
    return [text for kind, _, text, _ in journal.lines if kind in kinds]
