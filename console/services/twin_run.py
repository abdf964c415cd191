"""Running the real plan on a twin: the planner, the runner and the adapters of every operation, without a database."""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.adapters.clock import SystemClock
from console.adapters.greeting import NetworkGreeter
from console.adapters.ldap import LdapDirectories
from console.adapters.winrm import WinrmNodes
from console.catalog import cluster_product
from console.domain import planner, topology
from console.domain.field import Field
from console.domain.lease import Fence
from console.domain.outage_steps import BEGINS, ENDS, Mark, Outage, Times, spells, times
from console.domain.outcome import Ending
from console.domain.plan import Plan
from console.domain.ports import Control
from console.domain.runner import Runner
from console.domain.secrets import Secret
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.domain.steps.group import require_agreement
from console.drivers import driver_for, generation_for

OnLine = Callable[[str], None]


@dataclass(frozen=True)
class TwinRun:
    """One move of a twin: how it ended and where its time went."""

    plan: Plan
    ending: Ending
    planning: float
    """Seconds that the plan took."""
    seconds: float
    """Seconds that the move took."""
    times: Times
    outage: Outage | None


@dataclass
class _Listed:
    """The frozen mailbox list of a plan, in memory."""

    kept: list[planner.MailboxRow] = field(default_factory=list)

    def guids(self) -> Iterable[str]:
        return [row[0] for row in self.kept]

    def rows(self) -> Sequence[planner.MailboxRow]:
        return self.kept


@dataclass
class _Journal:
    """Tells each line, and keeps what times are reckoned from."""

    tell: OnLine
    marks: list[Mark] = field(default_factory=list)
    down: datetime | None = None
    up: datetime | None = None

    def write(self, kind: str, text: str, *, step: str = "", data: Mapping[str, object] | None = None) -> None:
        now = datetime.now(UTC)
        if step and (kind == BEGINS or kind in ENDS):
            self.marks.append(Mark(kind, step, now))
        said = (data or {}).get("mark")
        if said == "outage-started":
            self.down = self.down or now
        elif said == "outage-ended":
            self.up = now
        elif said == "outage-none":
            self.down = None
        self.tell(f"{now:%H:%M:%S} {kind:<8} {text}")


class _Alone:
    """Nobody stops it, and no other worker can take it over."""

    def stop_requested(self) -> str:
        return ""

    def beat(self, step: str, deadline: float) -> None:
        """Nobody listens."""

    def waiting(self, seconds: float) -> None:
        """Nobody listens."""

    def ensure(self) -> None:
        """No lease can be lost here."""

    def fence(self) -> Fence:
        return Fence(cluster=1, token=1, valid_until=math.inf)


def run(cluster: topology.Cluster, kind: str, tell: OnLine) -> TwinRun:
    """Plan and carry out a move of the twin; each line of its journal goes to `tell`.

    Raises `Refusal` with the planner's reasons, and `ChangeoverError`.
    """
    listed, began = _Listed(), time.monotonic()
    with _field(cluster, None) as opened:
        plan = planner.make_plan(opened, kind, "", listed.kept.extend)
    planned = time.monotonic()
    control, journal = _Alone(), _Journal(tell)
    with _field(cluster, control) as opened:
        stage = Stage(
            operation=f"twin-{plan.hash[:8]}",
            plan=plan,
            field=opened,
            mailboxes=listed,
            journal=journal,
            control=control,
            clock=opened.clock,
            wanted="the twin",
        )
        ending = Runner(stage, BEHAVIOURS, agree=require_agreement).run()
    outage = Outage(journal.down, journal.up) if journal.down and journal.up else None
    where = times(spells(journal.marks, datetime.now(UTC)), outage)
    return TwinRun(plan, ending, planned - began, time.monotonic() - planned, where, outage)


def topology_of(inventory: Mapping[str, Any]) -> topology.Cluster:
    """The one cluster of a lab's inventory as the domain takes it, with the passwords of its files."""
    accounts = {item["name"]: _credential(item) for item in inventory["credentials"]}
    item, given = inventory["clusters"][0], inventory["directories"][0]
    primary, standby = (_node(node, accounts) for node in item["nodes"])
    servers = [node["server"]["name"] for node in item["nodes"]]
    directory = topology.Directory(
        name=given["name"],
        host=given["host"],
        port=given["port"],
        security=given["security"],
        credential=accounts[given["credential"]],
        tls_name=given["tls_name"],
        ca_file=given["ca"],
    )
    return topology.Cluster(
        id=1,
        name=item["name"],
        driver=item["driver"],
        generation=item["generation"],
        group=item["group"],
        floating_ip=item["floating_ip"],
        partition=item["partition"],
        primary=primary,
        standby=standby,
        directory=directory,
        site=item["site"],
        primary_server=servers[0],
        standby_server=servers[1],
        greetings=tuple(_greeting(text) for text in item["greetings"]),
        product_folder=cluster_product(item["driver"]).folder,
    )


def _field(cluster: topology.Cluster, control: Control | None) -> Field:
    clock = SystemClock()
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


def _credential(item: Mapping[str, str]) -> topology.Credential:
    password = Path(item["file"]).read_text(encoding="utf-8").rstrip("\n")
    return topology.Credential(item["name"], item["username"], Secret(password))


def _greeting(text: str) -> topology.GreetingAt:
    protocol, _, port = text.partition(":")
    return topology.GreetingAt(protocol, int(port))


def _node(item: Mapping[str, Any], accounts: Mapping[str, topology.Credential]) -> topology.Node:
    known = {name: item[name] for name in ("second_hop", "tls_name", "codepage") if name in item}
    return topology.Node(
        name=item["name"],
        address=item["address"],
        port=item["port"],
        scheme=item["scheme"],
        auth=item["auth"],
        credential=accounts[item["credential"]],
        windows=item["windows"],
        ca_file=item.get("ca", ""),
        **known,
    )
