"""One lab cluster and a directory, the lab's or a real domain controller, and the planner and runner on them.

Everything goes through the adapters that production uses.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.adapters.clock import SystemClock
from console.adapters.greeting import NetworkGreeter
from console.adapters.ldap import LdapDirectories
from console.adapters.winrm import WinrmNodes
from console.domain import planner
from console.domain.directory import Modified
from console.domain.events.facts import RunView
from console.domain.events.runs import NoRuns, Runs
from console.domain.field import Field
from console.domain.outcome import Ending
from console.domain.plan import Plan
from console.domain.ports import Control
from console.domain.receipts import Kept, Receipt
from console.domain.runner import Runner
from console.domain.secrets import Secret
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.domain.topology import Cluster, Credential, GreetingAt, Node, Timing
from console.drivers import driver_for, generation_for
from console.lab import presets
from console.lab.assemble import assemble
from console.lab.definition import Webhook
from console.lab.directory import DirectoryServer
from console.lab.server import Lab
from tests.adapters.ldap.site import directory_of
from tests.directory.backends import Backend
from tests.directory.snapshot import Snapshot, snapshot
from tests.domain.stage import ListJournal, People
from tests.moves.trapped import MountRule

QUICK = Timing(
    stop_service=2.0, start_service=3.0, move_group=4.0, mount_stores=2.0, greeting=3.0, command=10.0, go=2.0
)

WANTED = "olga: patch day"
"""Who wants what is performed, and why."""
BOTH = pytest.mark.parametrize("ground", ["2003", pytest.param("samba-2003", marks=pytest.mark.samba)], indirect=True)
"""For what the directory has a say in: on the lab's and on a real one."""


@dataclass
class Frozen:
    """The mailbox list of a plan, kept in memory."""

    kept: list[planner.MailboxRow] = field(default_factory=list)

    def guids(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.kept)

    def rows(self) -> list[planner.MailboxRow]:
        return self.kept


@dataclass
class ReceiptBook:
    """Receipts kept in memory, under no lease."""

    kept: list[Kept] = field(default_factory=list)

    def keep(self, receipt: Receipt) -> int:
        self.kept.append(Kept(len(self.kept) + 1, receipt))
        return len(self.kept)

    def settle(self, number: int, results: Iterable[Modified]) -> None:
        self.kept[number - 1] = replace(self.kept[number - 1], results=tuple(results))

    def latest(self, step: str) -> Receipt | None:
        return next((kept.receipt for kept in self.newest_first() if kept.receipt.step == step), None)

    def newest_first(self) -> Iterator[Kept]:
        return reversed(self.kept)


class Ground:
    """A lab with one cluster, started; `plan` and `perform` work on it as a worker would."""

    def __init__(
        self,
        folder: Path,
        made: Any,
        *,
        mailboxes: int = 20,
        directory: Backend | None = None,
        webhook: Webhook | None = None,
        **described: Any,
    ) -> None:
        """With `directory` the cluster lives in that one, which asks no more of the lab than to mount by its flags.

        `described` goes to the lab's own directory.
        """
        world = presets.fast_definition(made)
        world.webhook = webhook or Webhook()
        if directory is None:
            world.directory = {"mailboxes": mailboxes, **described}
        self.lab: Lab = assemble(world, folder)
        if directory is not None:
            self.lab.world.may_mount = MountRule(directory)
        self.lab.start()
        self.backend = directory or self._own()
        self.frozen = Frozen()
        self.journal = ListJournal()
        self.receipts = ReceiptBook()
        self.runs: Runs = NoRuns()

    def close(self) -> None:
        self.lab.stop()

    @property
    def directory(self) -> DirectoryServer:
        """The lab's directory server."""
        assert self.backend.lab is not None
        return self.backend.lab

    @property
    def password(self) -> str:
        """With which the console binds."""
        return self.backend.forest.account("service").password

    @property
    def source(self) -> str:
        """The primary's name."""
        return self.lab.world.clusters[0].nodes[0].name

    @property
    def target(self) -> str:
        """The standby's name."""
        return self.lab.world.clusters[0].nodes[1].name

    def _own(self) -> Backend:
        server: Any = self.lab.directory
        return Backend("lab", server.forest, server.address, self.lab.authority.certificate_path, server)

    def cluster(self, **changes: Any) -> Cluster:
        """The cluster as the inventory would describe it."""
        item = self.lab.world.clusters[0]
        account = Credential("lab", "LAB\\svc-changeover", Secret(presets.PASSWORD))
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
            directory=directory_of(self.backend),
            site="main",
            primary_server=nodes[0].name,
            standby_server=nodes[1].name,
            product_folder=r"C:\Program Files\EXPRESSCLUSTER",
            greetings=tuple(GreetingAt(g.protocol, g.listener.port) for g in self.lab.greeters),
            timing=QUICK,
        )
        return replace(made, **changes)

    def _node(self, name: str, account: Credential) -> Node:
        http = self.lab.servers[name].http
        assert http is not None
        return Node(name, http.address, http.port, "http", "ntlm", account)

    def open(self, cluster: Cluster | None = None, control: Control | None = None) -> Field:
        """A field on the cluster through the real adapters; under a control as an operation opens it."""
        clock = SystemClock()
        cluster = cluster or self.cluster()
        return Field(
            cluster,
            generation_for(cluster.driver, cluster.generation),
            driver_for(cluster.driver),
            nodes=WinrmNodes(clock),
            directories=LdapDirectories(clock),
            greeter=NetworkGreeter(),
            clock=clock,
            control=control,
        )

    def plan(self, kind: str, target: str = "", cluster: Cluster | None = None) -> Plan:
        """Make a plan, keeping its mailbox list. Raises `Refusal`."""
        self.frozen = Frozen()
        with self.open(cluster) as opened:
            return planner.make_plan(opened, kind, target, self.frozen.kept.extend)

    def perform(self, plan: Plan, people: People | None = None, cluster: Cluster | None = None) -> Ending:
        """Carry a plan out, with a journal and receipts of its own."""
        self.journal = ListJournal()
        self.receipts = ReceiptBook()
        control = people or People()
        with self.open(cluster, control) as opened:
            stage = Stage(
                operation=f"{id(plan) % 100000}-{plan.hash[:8]}",
                plan=plan,
                field=opened,
                mailboxes=self.frozen,
                journal=self.journal,
                control=control,
                clock=opened.clock,
                runs=self.runs,
                receipts=self.receipts,
                wanted=WANTED,
            )
            return Runner(stage, BEHAVIOURS, poll=0.05, settle=1.0).run()

    def undo_plan(self, plan: Plan, first: str = "", receipts: ReceiptBook | None = None) -> Plan:
        """The plan that takes back what `plan` did when it was carried out last. Raises `Refusal`."""
        self.frozen = Frozen()
        undone = planner.Undone(1, plan, receipts or self.receipts)
        with self.open() as opened:
            return planner.make_undo(opened, undone, first, self.frozen.kept.extend, asks=self.asks)

    def asks(self, node: str) -> RunView | None:
        """The latest run of the node's START.BAT."""
        return self.runs.starting(node, datetime.min.replace(tzinfo=UTC))

    def move(self, kind: str) -> Ending:
        """Plan and perform."""
        return self.perform(self.plan(kind))

    def administrator(self) -> Any:
        """An independent client's connection with every right; a context manager."""
        return self.backend.connect("administrator")

    def picture(self) -> Snapshot:
        """The directory as an independent client sees it."""
        with self.administrator() as connection:
            return snapshot(connection)

    def writes(self) -> int:
        """How many writes the directory has seen, by its own count."""
        if self.backend.lab is not None:
            return self.backend.lab.counters.writes_received
        with self.administrator() as connection:
            assert connection.search("", "(objectClass=*)", "BASE", attributes=["highestCommittedUSN"])
            return int(connection.response[0]["raw_attributes"]["highestCommittedUSN"][0])

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


def at_beat(step: str, act: Callable[[], object], number: int = 1) -> People:
    """A control that acts once, at that beat of a step: 1 right before it looks, 2 at its first report or wait."""
    beats: list[str] = []

    def beat(name: str) -> None:
        if name == step:
            beats.append(name)
            if len(beats) == number:
                act()

    return People(on_beat=beat)
