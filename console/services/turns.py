"""Turns: who makes the next observation and who does periodic work, decided by rows, however many try.

A cluster's turn holds when it was last asked for an observation and when a worker last took one up. A message that
finds nothing asked since then does nothing, so lost, doubled and late messages are all the same.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from console.models import Cluster, ObservationTurn, PeriodicTurn
from console.services import queue
from console.services.clock import database_now
from console.services.together import Together

AGAIN_WITHIN = timedelta(hours=1)
"""Where nobody takes observations up, messages pile up: they become rarer, down to one in this time."""
LOOK_EVERY = 2.0
"""Seconds between two looks for clusters whose turn it is to be observed."""
SOON = timedelta(seconds=2)
ON_TIME = timedelta(seconds=5)
"""A turn that is sent so much later than it was due is on time all the same."""

LEAST_SHARE, CATCHING_UP = 10, 1.5

TAKING = Together()
"""Turns that several threads take up at a moment, in one transaction."""

OPEN = Q(asked_at__isnull=False) & (Q(taken_at__isnull=True) | Q(taken_at__lt=F("asked_at")))
"""The turns whose observation was asked for and not taken up."""


def ask(cluster: Cluster) -> None:
    """Have the cluster observed now by a worker of its site, once the transaction stands: something waits for it."""
    now = database_now()
    with transaction.atomic():
        values = {"due_at": now + _every(), "asked_at": now, "pressing": True}
        ObservationTurn.objects.update_or_create(cluster=cluster, defaults=values)
        site = queue.observation_queue(cluster.site.name)
        queue.send_after_commit(queue.OBSERVE_CLUSTER, cluster.pk, site)


def ask_due() -> int:
    """Have the clusters observed whose turn has come; how many that were.

    Whoever moves a turn's time on sends the message, so any number of schedulers gives one observation. Of many that
    come due together (all of them, after an import or a standstill) each call takes a share, the longest due first,
    so that they stay spread from then on.
    """
    now = database_now()
    late = Cluster.objects.filter(observation_turn=None).values_list("pk", flat=True)
    new = [ObservationTurn(cluster_id=pk, due_at=now) for pk in late]
    if new:
        ObservationTurn.objects.bulk_create(new, ignore_conflicts=True)
    due = ObservationTurn.objects.filter(due_at__lte=now).select_related("cluster__site").order_by("due_at")
    taken = []
    with transaction.atomic():
        for turn in sorted(due[: _share()], key=lambda turn: turn.cluster_id):
            still = ObservationTurn.objects.filter(pk=turn.pk, due_at=turn.due_at)
            if still.update(**_moved_on(turn, now)) == 1:
                taken.append(turn)
    return sum(_send(turn) for turn in taken)


def _send(turn: ObservationTurn) -> bool:
    site = queue.observation_queue(turn.cluster.site.name)
    return queue.send(queue.OBSERVE_CLUSTER, turn.cluster_id, site, urgency=queue.ROUTINE)


def _share() -> int:
    """How many turns one call takes: a fair share of all clusters and a half of that for catching up; ten at least."""
    fair = ObservationTurn.objects.count() * LOOK_EVERY / max(settings.OBSERVE_EVERY, LOOK_EVERY)
    return max(LEAST_SHARE, math.ceil(fair * CATCHING_UP))


def take(cluster_id: int) -> bool:
    """Take up the observation that was asked for; false when another worker has, or none was."""
    return TAKING.write(cluster_id, lambda: _take(cluster_id))


def _take(cluster_id: int) -> bool:
    asked = ObservationTurn.objects.filter(OPEN, cluster_id=cluster_id)
    return asked.update(taken_at=database_now()) == 1


def is_pressing(cluster_id: int) -> bool:
    """Whether something waits for the observation that was taken up."""
    return ObservationTurn.objects.filter(cluster_id=cluster_id, pressing=True).exists()


def put_off(cluster_id: int) -> None:
    """Have the observation sent again in a moment: nobody was free for it."""
    ObservationTurn.objects.filter(OPEN, cluster_id=cluster_id).update(due_at=database_now() + SOON)


def wake(sites: list[str]) -> None:
    """Have sent at once what was asked for at `sites` and not taken up: a worker for them has come."""
    ObservationTurn.objects.filter(OPEN, cluster__site__name__in=sites).update(due_at=database_now())


def mine(name: str, every: float) -> bool:
    """Whether it falls to the caller to do the periodic work `name` now; `every` are the seconds between two times.

    Whoever moves the time on does it. A time further ahead than it can be was set by another clock, and counts as past.
    """
    now = database_now()
    PeriodicTurn.objects.get_or_create(name=name, defaults={"due_at": now})
    due = Q(due_at__lte=now) | Q(due_at__gt=now + timedelta(seconds=2 * every))
    turn = PeriodicTurn.objects.filter(due, name=name)
    return turn.exists() and turn.update(due_at=now + timedelta(seconds=every)) == 1


def may_be_due(every: Mapping[str, float]) -> set[str]:
    """The periodic works of `every`, name to seconds between two times, that are worth asking `mine` about now.

    One question for all of them: schedulers look several times a second, mostly to find that nothing is due.
    """
    now = database_now()
    turns = PeriodicTurn.objects.filter(name__in=every).values_list("name", "due_at")
    return every.keys() - {name for name, due in turns if now < due <= now + timedelta(seconds=2 * every[name])}


def _every() -> timedelta:
    return timedelta(seconds=settings.OBSERVE_EVERY)


def _moved_on(turn: ObservationTurn, now: datetime) -> dict[str, object]:
    """The columns of a turn that is sent now. One that still waits to be taken up stays asked for, and waits longer.

    A turn keeps its beat, unless it is late.
    """
    asked = turn.asked_at
    if asked is None or (turn.taken_at is not None and turn.taken_at >= asked):
        beat = turn.due_at if now - turn.due_at <= ON_TIME else now
        return {"due_at": beat + _every(), "asked_at": now, "pressing": False}
    return {"due_at": now + max(_every(), min(now - asked, AGAIN_WITHIN)), "asked_at": asked}
