"""Metrics of clusters: what each was seen to be last, and how long ago that was."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from math import inf, nan
from typing import Any

from django.db.models import Count
from prometheus_client.core import Metric

from console.domain.checks import Verdict
from console.domain.status import Tone
from console.models import Alarm, Cluster, Node, ObservationRecord, Operation, ReadinessRecord
from console.models.operations import PROCEDURE_KINDS
from console.services import windows
from console.services.mail_state import NOT_YET, STATES, UNKNOWN, mail_state
from console.services.metrics import families as f

Samples = list[tuple[tuple[str, ...], float]]
ROLES = (*Node.Role.values, "nobody", UNKNOWN)
DIRECTORY = {Tone.GOOD: "agrees", Tone.BAD: "disagrees", Tone.IDLE: "carried", Tone.UNKNOWN: UNKNOWN}
"""The directory names who has the group, somebody else, or, where the group carries its name, nobody."""


def metrics(now: datetime) -> Iterator[Metric]:
    """Every metric of clusters; the number of queries does not depend on how many clusters there are."""
    seen = {row["cluster_id"]: row for row in ObservationRecord.objects.values()}
    clusters = list(Cluster.objects.values_list("pk", "name", "site__name", "driver", "generation"))
    names = {pk: name for pk, name, *_ in clusters}
    nodes = {(cluster, name.casefold()): (name, role) for cluster, name, role in _nodes()}
    yield f.CLUSTER_INFO.of(((name, *rest), 1.0) for _, name, *rest in clusters)
    yield f.CLUSTER_AGE.of(((name,), _age(seen.get(pk), now)) for pk, name in names.items())
    yield f.CLUSTER_MAIL.of(_mail(names, seen))
    yield f.CLUSTER_ACTIVE.of(_active(names, seen, nodes))
    yield f.CLUSTER_DIRECTORY.of(_directory(names, seen))
    yield f.CLUSTER_CHECKS.of(_checks(names, seen))
    yield f.CLUSTER_READINESS.of(_readiness(names))
    yield f.CLUSTER_MAINTENANCE.of(_maintenance(names, now))
    yield f.CLUSTER_ALARMS.of(_alarms(names))
    yield f.NODE_ANSWERS.of(_answers(names, seen, nodes))


def _nodes() -> Iterator[tuple[int, str, str]]:
    yield from Node.objects.values_list("cluster_id", "name", "role")


def _status(row: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return row["status"] if row else {}


def _age(row: Mapping[str, Any] | None, now: datetime) -> float:
    return (now - row["at"]).total_seconds() if row else inf


def _mail(names: Mapping[int, str], seen: Mapping[int, Any]) -> Samples:
    open_now = (*Operation.ACTING, *Operation.RESTING)
    setups = Operation.objects.filter(status__in=open_now, kind__in=PROCEDURE_KINDS)
    in_setup = set(setups.values_list("cluster_id", flat=True))
    found: Samples = []
    for pk, name in names.items():
        ever_up = bool(pk in seen and seen[pk]["mail_up_at"])
        state = mail_state(_status(seen.get(pk)), ever_up=ever_up, in_setup=pk in in_setup)
        found += _one_of(name, STATES, state)
    return [((name, state.replace(NOT_YET, "not_yet")), value) for (name, state), value in found]


def _active(names: Mapping[int, str], seen: Mapping[int, Any], nodes: Mapping[Any, tuple[str, str]]) -> Samples:
    found: Samples = []
    for pk, name in names.items():
        status = _status(seen.get(pk))
        active = str(status.get("active", ""))
        _, role = nodes.get((pk, active.casefold()), ("", UNKNOWN))
        known = dict(status.get("group", {})).get("tone", Tone.UNKNOWN) != Tone.UNKNOWN
        found += _one_of(name, ROLES, role if active else "nobody" if known else UNKNOWN)
    return found


def _directory(names: Mapping[int, str], seen: Mapping[int, Any]) -> Samples:
    found: Samples = []
    for pk, name in names.items():
        tone = dict(_status(seen.get(pk)).get("directory", {})).get("tone", Tone.UNKNOWN)
        found += _one_of(name, tuple(DIRECTORY.values()), DIRECTORY.get(tone, UNKNOWN))
    return found


def _checks(names: Mapping[int, str], seen: Mapping[int, Any]) -> Samples:
    found: Samples = []
    for pk, name in names.items():
        verdicts = Counter(str(check.get("verdict")) for check in (seen[pk]["checks"] if pk in seen else ()))
        found += [((name, verdict.value), float(verdicts[verdict.value])) for verdict in Verdict]
    return found


def _readiness(names: Mapping[int, str]) -> Samples:
    kept = ReadinessRecord.objects.values_list("cluster__name", "score")
    return [((name,), nan if score is None else float(score)) for name, score in kept]


def _maintenance(names: Mapping[int, str], now: datetime) -> Samples:
    found = windows.open_for(list(Cluster.objects.only("pk", "site_id")), now)
    return [((name,), float(pk in found)) for pk, name in names.items()]


def _alarms(names: Mapping[int, str]) -> Samples:
    counted = Alarm.objects.filter(acknowledged_at=None).values_list("cluster_id")
    standing = dict(counted.annotate(number=Count("pk")).order_by())
    return [((name,), float(standing.get(pk, 0))) for pk, name in names.items()]


def _answers(names: Mapping[int, str], seen: Mapping[int, Any], nodes: Mapping[Any, tuple[str, str]]) -> Samples:
    """Of nodes that the inventory has: one that was taken out since the observation is told of no more."""
    found: Samples = []
    for pk, name in names.items():
        for node in _status(seen.get(pk)).get("nodes", ()):
            listed = nodes.get((pk, str(node["name"]).casefold()))
            reach = next((fact["tone"] for fact in node["facts"] if fact["key"] == "reach"), None)
            if listed is not None and reach is not None:
                found.append(((name, listed[0]), float(reach == Tone.GOOD)))
    return found


def _one_of(name: str, states: tuple[str, ...], state: str) -> Samples:
    return [((name, one), float(one == state)) for one in states]
