"""Rows for tests of operations: a cluster with its people, plans made to order, and steps that are only told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from console.domain.checks import Check
from console.domain.outcome import Ending, Status
from console.domain.plan import Membership, Plan, Step
from console.domain.ports import Control
from console.models import (
    AuditRecord,
    Cluster,
    Credential,
    Directory,
    ExchangeServer,
    Grant,
    Node,
    Operation,
    PlanRecord,
    Site,
)
from console.services import plans
from console.services.audit import Actor
from console.services.confirm import confirm
from console.services.mailbox_slices import SliceWriter

STEPS = (
    Step("stop", "service.stop", "Stop the services", "hand-over", safe_point=True),
    Step("move", "group.move", "Move the group", "hand-over"),
    Step("greet", "greeting", "Hear the greeting", "proof"),
)


def account(name: str, role: str = "operator") -> User:
    """A person with a role."""
    user = User.objects.create_user(name)
    Grant.objects.create(user=user, role=role)
    return user


def actor(name: str = "olga", role: str = "operator") -> Actor:
    """A person at a page."""
    found = User.objects.filter(username=name).first()
    return Actor.of(found or account(name, role), AuditRecord.Origin.PAGE)


def cluster(name: str = "TOKYO", number: int = 1) -> Cluster:
    """A cluster of an Exchange 2003 pair whose addresses lead nowhere."""
    site, _ = Site.objects.get_or_create(name="main")
    credential, _ = Credential.objects.get_or_create(
        name="service", defaults={"username": "CORP\\svc", "source": "env", "reference": "CHANGEOVER_TEST_PASSWORD"}
    )
    directory, _ = Directory.objects.get_or_create(
        name="corp", defaults={"host": "127.0.0.1", "port": 1, "credential": credential}
    )
    made = Cluster.objects.create(
        name=name,
        site=site,
        directory=directory,
        generation="2003",
        group="EXCHANGE",
        floating_ip=f"127.9.{number}.10",
        greetings=["smtp:1"],
    )
    for position, role in enumerate(("primary", "standby"), 1):
        node = Node.objects.create(
            cluster=made,
            role=role,
            name=f"{name[:3]}-EX{position}",
            address=f"127.9.{number}.{position}",
            port=1,
            credential=credential,
            windows="2003",
            architecture="x86",
        )
        ExchangeServer.objects.create(cluster=made, node=node, name=node.name)
    return made


def plan_of(record: PlanRecord, **changes: object) -> Plan:
    """The plan that a record asks for, with three steps that nobody performs here."""
    target = record.target
    nodes = list(Node.objects.filter(cluster=record.cluster).values_list("name", flat=True))
    now = datetime.now(UTC)
    made = Plan(
        kind=record.kind,
        cluster=record.cluster.name,
        cluster_id=record.cluster_id,
        source=next(name for name in nodes if name != target),
        target=target,
        created=now,
        expires=now + timedelta(minutes=15),
        steps=STEPS,
        checks=(),
        membership=Membership("rule", 2, 1, "digest"),
        structural={},
        controller="dc1.corp.example",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def planner(**changes: object) -> Callable[[PlanRecord, SliceWriter], Plan]:
    """A planner that reads nothing and lists two mailboxes."""

    def make(record: PlanRecord, sink: SliceWriter) -> Plan:
        sink([("guid-1", "CN=Ann,DC=corp", [["homeMTA", "a", "b"]]), ("guid-2", "CN=Bob,DC=corp", [])])
        return plan_of(record, **changes)

    return make


def ready(of: Cluster, kind: str = "failover", target: str = "", **changes: object) -> PlanRecord:
    """A plan that is ready to be confirmed."""
    return plans.make(plans.prepare(of, kind, target, actor(), send=False).pk, planner(**changes))


def unknown(key: str = "partition.free") -> Check:
    """A check that could not be told."""
    return Check.from_json(
        {"key": key, "title": "Partition free", "verdict": "unknown", "reason": "not listed", "remedy": "Look."}
    )


def operation(of: Cluster, kind: str = "failover") -> Operation:
    """An operation that waits for a worker."""
    return confirm(ready(of, kind), actor(), "maintenance")


def ends(status: Status = Status.SUCCEEDED, text: str = "So it ended.") -> Callable[[Operation, int, Control], Ending]:
    """A performance that does nothing and ends like that."""
    return lambda operation, token, control: Ending(status, text)
