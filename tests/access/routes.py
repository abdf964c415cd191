"""Every route of the site with its door, and a world in which each of them names something that is there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from console.domain.rights import ROLES
from console.models import (
    Alarm,
    Channel,
    Cluster,
    Delivery,
    Discovery,
    Drill,
    Grant,
    MaintenanceWindow,
    Node,
    NodeRun,
    Notice,
    NoticeRule,
    Operation,
    ScheduledMove,
    Site,
)
from console.services import audit, setup_logs
from console.services.alarms import OVERRIDE
from console.web.access import Door, door_of
from tests import personas
from tests.services import making
from tests.web import world

PROGRAMS = "api/"
"""Addresses that take a token and no session; what they do with it is theirs to show."""
BY_NAME = {"name": "TOKYO", "key": "exchange-2003-setup", "code": "no-such", "kind": "clusters", "form": "csv"}
BY_NAME |= {"holder": "account", "run_id": "run-1", "provider_id": "company", "seq": 1, "request_id": "request-1"}
LOG = b"[13:43:30] Entering ScSetupExchangeVirtualServer\r\n[13:43:40]  Interpreting file CLUSTER_SERVER.INS\r\n"
BY_NAME |= {"what": "alarm", "language": "ja"}
SIGNED = "hooks/"
"""Addresses of nodes, who sign what they send: whatever is not signed looks the same to everybody."""


@dataclass(frozen=True)
class Route:
    """An address as the URLconf has it."""

    path: str
    pattern: URLPattern
    door: Door | None

    @property
    def signed(self) -> bool:
        """Whether nodes speak here, by signatures."""
        return self.path.lstrip("^").startswith(SIGNED)

    @property
    def name(self) -> str:
        """The name by which pages lead there; the address where it has none."""
        return str(self.pattern.name or self.path)


def routes() -> list[Route]:
    """Every route of the pages and the webhook."""
    return [route for route in _every() if not route.path.lstrip("^").startswith(PROGRAMS)]


def programs() -> list[Route]:
    """Every route of the API."""
    return [route for route in _every() if route.path.lstrip("^").startswith(PROGRAMS)]


def _every() -> list[Route]:
    return [Route(path, one, door_of(one.callback)) for path, one in _walked(get_resolver().url_patterns, "")]


def _walked(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern
        else:
            yield from _walked(pattern.url_patterns, path)


@dataclass
class World:
    """A cluster with one of everything that an address can name, and another one that it says nothing about."""

    tokyo: Cluster
    osaka: Cluster
    operation: Operation
    numbers: dict[str, int] = field(default_factory=dict)
    people: dict[str, User | None] = field(default_factory=dict)

    def address(self, route: Route) -> str:
        """The route's address, naming what is there."""
        path = "/" + route.path.removeprefix("^")
        values: dict[str, Any] = BY_NAME | {"node": "TOK-EX1", "pk": self._number(route.path)}
        for part in route.pattern.pattern.converters:
            converter = route.pattern.pattern.converters[part]
            for written in (f"<int:{part}>", f"<str:{part}>", f"<{part}>"):
                path = path.replace(written, converter.to_url(values[part]))
        return f"{path}?cluster={self.tokyo.pk}" if route.name == "rights-roles" else path

    def _number(self, path: str) -> int:
        longest = max((start for start in self.numbers if path.startswith(start)), key=len, default="")
        return self.numbers.get(longest, 1)


def _notified() -> dict[str, int]:
    """The numbers of a channel, of a rule that leads there, and of a delivery."""
    now = timezone.now()
    channel = Channel.objects.create(
        name="ops", kind="webhook", shown="x", made_at=now, made_by_name="the-administrator"
    )
    rule = NoticeRule.objects.create(channel=channel, made_at=now, made_by_name="the-administrator")
    notice = Notice.objects.create(event="stop.set", severity=2, at=now, text="A notice.", routed_at=now)
    delivery = Delivery.objects.create(notice=notice, channel=channel, since=now, next_at=now)
    numbers = {"channels": channel.pk, "rules": rule.pk, "deliveries": delivery.pk}
    return {f"notifications/{name}/": number for name, number in numbers.items()}


def _maintained(cluster: Cluster, alarm: Alarm) -> dict[str, int]:
    """The numbers of a window that is open, of a move that begins in it, and of an incident."""
    now = timezone.now()
    window = MaintenanceWindow.objects.create(
        cluster=cluster, starts_at=now, ends_at=now + timedelta(hours=1), reason="patches", owner_name="x", made_at=now
    )
    move = ScheduledMove.objects.create(cluster=cluster, kind="failover", at=now, reason="patches", made_at=now)
    return {"maintenance/windows/": window.pk, "maintenance/moves/": move.pk, "incidents/": alarm.pk}


def _of_inventory(cluster: Cluster) -> dict[str, int]:
    """The numbers of a cluster and of a credential."""
    return {"inventory/": cluster.pk, "inventory/credentials/": cluster.directory.credential_id}


def a_world() -> World:
    """TOKYO with an operation, an alarm, a run, a log; and everybody who may come along."""
    tokyo, osaka = making.cluster(), making.cluster("OSAKA", 2)
    osaka.site = Site.objects.create(name="west")
    osaka.save()
    world.observed(tokyo)
    operation = world.running(tokyo)
    node = Node.objects.filter(cluster=tokyo).order_by("role")[0]
    now = timezone.now()
    alarm = Alarm.objects.create(cluster=tokyo, key="no-go", text="An alarm.", remedy="Look.", raised_at=now)
    emergency = Alarm.objects.create(
        cluster=tokyo, key=OVERRIDE, text="An emergency.", remedy="Look.", raised_at=now, operation=operation
    )
    run = NodeRun.objects.create(node=node, run_id="run-1", first_seen_at=now, last_seen_at=now)
    drill = Drill.objects.create(
        cluster=tokyo, home="TOK-EX1", away="TOK-EX2", reason="yearly", begun_at=now, begun_by_name="the-administrator"
    )
    told = audit.request_id.set(str(BY_NAME["request_id"]))
    log = setup_logs.read("x.log", [LOG], making.actor("boss", "administrator"), cluster=tokyo)
    audit.request_id.reset(told)
    made = World(tokyo, osaka, operation)
    found = Discovery.objects.create(file="clp.conf", asked_at=now, look_before=now, ended_at=now, asked_by_name="boss")
    somebody = personas.person("somebody", "viewer")
    group = Group.objects.create(name="night shift")
    made.numbers = {
        "operations/": operation.pk,
        "plans/": operation.plan_id,
        "alarms/": alarm.pk,
        **_maintained(tokyo, alarm),
        "drills/": drill.pk,
        "emergencies/": emergency.pk,
        "runs/": run.pk,
        "set-up-logs/": log.pk,
        **_of_inventory(tokyo),
        "first/": found.pk,
        "rights/": somebody.pk,
        "people/": somebody.pk,
        "people/groups/": group.pk,
        **_notified(),
    }
    made.people = {"": None, "stranger": personas.sam()}
    made.people |= {role: personas.person(f"the-{role}", role) for role in ROLES}
    made.people["elsewhere"] = personas.person("elsewhere", "administrator", on=osaka)
    Grant.objects.create(user=made.people["elsewhere"], role="operator", site=osaka.site)
    return made
