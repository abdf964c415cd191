"""Databases in which pages are timed: empty, one cluster that was moved once, and hundreds with years behind them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from console.domain.checks import Check, Verdict
from console.models import (
    Alarm,
    Cluster,
    JournalLine,
    Node,
    ObservationRecord,
    Operation,
    PlanRecord,
    ReadinessChange,
    ReadinessRecord,
)
from tests import personas
from tests.benchmarks import audit_tables
from tests.services import making
from tests.web import world

CHECKS, RESOURCES, CHANGES = 24, 6, 12
"""Of each cluster: checks and resources of an observation, and rows of its readiness in a week."""
DOWN, WEAK, RUNNING = 50, 9, 100
"""Every cluster of so many is down, is not quite ready, runs an operation."""
ENDINGS = (*["succeeded"] * 22, "failed", "failed", "stopped")
NOT_COPIED = ("id", "plan_id", "cluster_id")
INSERT = "INSERT INTO console_journalline (operation_id, seq, at, kind, step, text) VALUES (%s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class World:
    """How much there is: operations are of each cluster, and `long` of the `lines` are of one operation."""

    clusters: int = 0
    operations: int = 0
    lines: int = 0
    long: int = 0
    records: int = 0


def fill(size: World) -> None:
    """Fill an empty database. The first cluster is the one whose pages are looked at, its last operation is long."""
    personas.olga()
    personas.aki()
    if size.records:
        audit_tables.hurry()
        audit_tables.write(size.records)
        audit_tables.go_on()
    clusters = [_cluster(number) for number in range(size.clusters)]
    if not clusters:
        return
    made = _operations(clusters, size.operations)
    _journals(made, size)
    _readiness(clusters)
    for cluster in clusters[1::RUNNING]:
        world.running(cluster, steps_done=3, steps_total=9)
    for cluster in clusters[:: 2 * DOWN]:
        now = timezone.now()
        Alarm.objects.create(cluster=cluster, key="x", text="It went by itself.", remedy="Look.", raised_at=now)
    observe(clusters)


def _cluster(number: int) -> Cluster:
    """One of two nodes in one of twenty sites; the nodes' names begin with its own."""
    cluster = making.cluster(f"{number:03}", 1)
    site, _ = type(cluster.site).objects.get_or_create(name=f"site {number % 20}")
    cluster.site, cluster.floating_ip = site, f"10.{number // 250}.{number % 250}.10"
    cluster.save()
    for node in Node.objects.filter(cluster=cluster):
        Node.objects.filter(pk=node.pk).update(address=f"node-{node.pk}.corp.example")
    return cluster


def _operations(clusters: Sequence[Cluster], each: int) -> list[Operation]:
    """So many moves of each cluster in the last two years, made after one that was made as always; oldest first."""
    model = making.operation(clusters[0])
    now = timezone.now()
    values = {f.attname: getattr(model, f.attname) for f in Operation._meta.local_fields if f.name != "id"}
    plan = {f.attname: getattr(model.plan, f.attname) for f in PlanRecord._meta.local_fields if f.name != "id"}
    rows, plans = [], []
    for number in range(each):
        for cluster in clusters:
            at = now - timedelta(days=700 * (each - number) / (each + 1), minutes=cluster.pk)
            outage = random.randint(60, 400)
            plans.append(PlanRecord(**plan | {"cluster_id": cluster.pk}))
            rows.append(Operation(**values | {"cluster_id": cluster.pk} | _times(at, outage) | _ending(len(rows))))
    PlanRecord.objects.bulk_create(plans, batch_size=500)
    for row, of in zip(rows, plans, strict=True):
        row.plan = of
    Operation.objects.filter(pk=model.pk).update(**_times(now - timedelta(days=701), 90), **_ending(0))
    return [model, *Operation.objects.bulk_create(rows, batch_size=500)]


def _times(at: datetime, outage: int) -> dict[str, Any]:
    begun, down = at + timedelta(seconds=1), at + timedelta(seconds=20)
    times = {"confirmed_at": at, "started_at": begun, "outage_started_at": down}
    ends = {"outage_ended_at": down + timedelta(seconds=outage), "ended_at": down + timedelta(seconds=outage + 30)}
    return times | ends


def _ending(number: int) -> dict[str, Any]:
    status = ENDINGS[number % len(ENDINGS)]
    return {"status": status, "ending_summary": "So it ended.", "steps_done": 3, "steps_total": 3, "lease_until": None}


def _journals(made: Sequence[Operation], size: World) -> None:
    """The first cluster's last operation gets the long journal, the others share the rest."""
    long = [operation for operation in made if operation.cluster_id == made[0].cluster_id][-1]
    short = max(6, (size.lines - size.long) // max(1, len(made) - 1))
    counts = {operation.pk: size.long if operation == long else short for operation in made}
    at = timezone.now().isoformat(sep=" ").removesuffix("+00:00")
    with transaction.atomic(), connection.cursor() as cursor:
        for pk, count in counts.items():
            cursor.executemany(INSERT, list(_lines(pk, count, at)))
    Operation.objects.update(last_seq=short)
    Operation.objects.filter(pk=long.pk).update(last_seq=size.long)
    assert JournalLine.objects.count() == sum(counts.values())


def _lines(operation: int, count: int, at: str) -> Iterator[tuple[object, ...]]:
    each = count // len(making.STEPS)
    for seq in range(1, count + 1):
        place = min((seq - 1) // each, len(making.STEPS) - 1)
        first, last = seq - 1 == place * each, seq == (place + 1) * each
        kind = "started" if first else "done" if last else "output"
        yield operation, seq, at, kind, making.STEPS[place].key, f"MSExchangeIS of line {seq}: STATE 3 STOP_PENDING"


def _readiness(clusters: Sequence[Cluster]) -> None:
    now = timezone.now()
    ReadinessRecord.objects.bulk_create(
        ReadinessRecord(cluster=cluster, score=100, state="ready", since=now, kept_at=now) for cluster in clusters
    )
    ReadinessChange.objects.bulk_create(
        ReadinessChange(cluster=cluster, at=now - timedelta(hours=13 * age), score=100 - age % 3, state="ready")
        for cluster in clusters
        for age in range(CHANGES)
    )


def observe(clusters: Sequence[Cluster]) -> None:
    """Have the clusters observed just now."""
    for cluster in clusters:
        world.observed(cluster, mail="down" if cluster.pk % DOWN == 0 else "up")
    found = list(ObservationRecord.objects.filter(cluster__in=clusters))
    for record in found:
        at = record.status["at"]
        fact = {"value": "online", "tone": "good", "at": at, "detail": "", "node": ""}
        record.status["resources"] = [fact | {"key": f"r{n}", "label": f"Resource {n}"} for n in range(RESOURCES)]
        for node in record.status["nodes"]:
            services = {"key": "services", "label": "Services", "value": "15 of 15 running", "node": node["name"]}
            node["facts"].append(fact | services)
        record.checks = [_check(number, record.cluster_id).to_json() for number in range(CHECKS)]
    ObservationRecord.objects.bulk_update(found, ["status", "checks"], batch_size=100)


def _check(number: int, cluster: int) -> Check:
    weak = number == 0 and cluster % WEAK == 0
    verdict = Verdict.WARN if weak else Verdict.PASS
    return Check(f"check.{number}", f"Check {number}", verdict, "It is so, as was read from the node.", "Look there.")
