"""Readiness of every cluster, all day: kept with each observation, with its history, and told when it gets worse."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from console.domain.checks import Check
from console.domain.readiness import BELOW, UNREADABLE, News, Readiness, Told, at_a_glance, news, readiness
from console.models import Cluster, ObservationRecord, ReadinessChange, ReadinessRecord
from console.services import reservations, windows
from console.services.notifications import telling

DAILY = timedelta(days=1)
"""A row of history is written after this at the latest, whether something changed or not."""
KEPT = 500
"""Rows of history of one cluster."""
DROPPED, RESTORED = "readiness.dropped", "readiness.restored"


@dataclass(frozen=True)
class Point:
    """A row of the history: from `at` on it was so."""

    at: datetime
    score: int | None
    state: str
    weak: Sequence[Sequence[str]]
    """Key, what it is about, verdict; and the title, which older rows do not have."""


def of(observation: ObservationRecord | None) -> Readiness:
    """How ready the cluster was when it was last observed."""
    raw = observation.checks if observation else []
    return readiness(Check.from_json(check) for check in raw)


def glance(observation: ObservationRecord | None) -> Readiness:
    """The same without the marks of checks that pass: for a row of many clusters."""
    return at_a_glance(observation.checks if observation else [])


def note(cluster: Cluster, checks: Sequence[Check], at: datetime, *, bare: bool = False) -> None:
    """Keep what an observation says about the cluster's readiness, in the transaction that keeps the observation.

    `bare` is a pair without Exchange. While an operation acts, and before there is Exchange, nothing is kept: that a
    group on its way cannot be moved says nothing.
    """
    now = readiness(checks)
    row = ReadinessRecord.objects.filter(cluster=cluster).first()
    told = Told(frozenset(row.told), frozenset(row.suspected)) if row else Told()
    found = news(told, now.troubles(cluster.readiness_least))
    is_now = _told_apart(now.score, now.state, now.weak)
    same = row is not None and _told_apart(row.score, row.state, row.weak) == is_now
    due = row is None or not same or at - row.kept_at >= DAILY
    if not due and found.after == told:
        return
    if bare or reservations.acting(cluster) is not None:
        return
    _keep(cluster, row, now, found, at, same=same, due=due)
    _tell(cluster, now, found, at)


def _told_apart(score: int | None, state: str, weak: Sequence[Sequence[str]]) -> tuple[object, ...]:
    """What makes a readiness another one: the words in which a check is named do not."""
    return score, str(state), [list(one[:3]) for one in weak]


def _keep(
    cluster: Cluster, row: ReadinessRecord | None, now: Readiness, found: News, at: datetime, *, same: bool, due: bool
) -> None:
    values: dict[str, Any] = {"score": now.score, "state": now.state.value, "weak": now.weak}
    if due:
        ReadinessChange.objects.create(cluster=cluster, at=at, **values)
        old = ReadinessChange.objects.filter(cluster=cluster).values_list("pk", flat=True)[KEPT:]
        ReadinessChange.objects.filter(pk__in=list(old)).delete()
    values |= {"told": sorted(found.after.told), "suspected": sorted(found.after.suspected)}
    values |= {"kept_at": at} if due or row is None else {}
    values |= {} if same else {"since": at}
    ReadinessRecord.objects.update_or_create(cluster=cluster, defaults=values)


def _tell(cluster: Cluster, now: Readiness, found: News, at: datetime) -> None:
    where: dict[str, Any] = {"cluster": cluster, "path": f"/clusters/{quote(cluster.name, safe='')}/readiness/"}
    where["facts"] = {"readiness": {"score": now.score, "state": now.state.value, "least": cluster.readiness_least}}
    if found.worse:
        quiet = windows.open_at(cluster, at) is not None
        telling.tell(DROPPED, sentence(cluster, now, found.worse), quiet=quiet, **where)
    elif found.mended:
        telling.tell(RESTORED, f"{cluster.name} is as ready for a failover as it should be.", **where)


def sentence(cluster: Cluster, now: Readiness, troubles: frozenset[str]) -> str:
    """What got worse, in names and numbers only: reasons stay in the console."""
    if UNREADABLE in troubles:
        return f"How ready {cluster.name} is for a failover cannot be told."
    keys = sorted(troubles - {BELOW})
    what = f" What fails: {', '.join(keys)}." if keys else ""
    return f"{cluster.name} is less ready for a failover than it should be: {now.score} of 100.{what}"


def history(cluster: Cluster, since: datetime) -> list[Point]:
    """How the readiness has been since then, oldest first; the first row is the one that held at that time."""
    rows = ReadinessChange.objects.filter(cluster=cluster)
    before = rows.filter(at__lt=since).first()
    found = [*([before] if before else []), *rows.filter(at__gte=since).order_by("at", "pk")]
    return [Point(row.at, row.score, row.state, row.weak) for row in found]


def histories(clusters: Collection[int], since: datetime) -> dict[int, list[Point]]:
    """The same of many clusters, by their keys, without the row that held before and without what was weak."""
    found: dict[int, list[Point]] = {pk: [] for pk in clusters}
    rows = ReadinessChange.objects.filter(cluster__in=found, at__gte=since).order_by("at", "pk")
    for pk, at, score, state in rows.values_list("cluster_id", "at", "score", "state"):
        found[pk].append(Point(at, score, state, ()))
    return found


def kept_at(clusters: Collection[int]) -> dict[int, datetime]:
    """When the last row of the history of each of these clusters was written; those that have none are left out."""
    return dict(ReadinessRecord.objects.filter(cluster__in=clusters).values_list("cluster_id", "kept_at"))


def told(cluster: Cluster, observation: ObservationRecord | None) -> dict[str, Any]:
    """The readiness for programs: score, state, when it was observed, and every check with what it weighs."""
    now = of(observation)
    return {
        "cluster": cluster.name,
        "score": now.score,
        "state": now.state.value,
        "least": cluster.readiness_least,
        "at": observation.at if observation else None,
        "checks": [mark.check.to_json() | {"weight": mark.weight} for mark in now.marks],
    }
