"""Observing a cluster: look at everything, keep what it amounts to; what cannot be read is an observation too."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.models import Cluster, ObservationRecord, ObservationTurn
from console.services import queue
from console.services.clock import database_now
from console.services.fields import open_field
from console.services.looking import Looked, look, unreadable

PENDING_SECONDS = 60
"""An observation that was asked for and not made within this is asked for anew, not made late."""

log = structlog.get_logger(__name__)


def observe(cluster: Cluster, open_it: Callable[[Cluster], Field] = open_field) -> ObservationRecord:
    """Look at the cluster's nodes, its floating IP and the directory, and keep what it amounts to.

    Reads only. Never raises for what cannot be read: that is what was observed, and its remedy stands with it.
    """
    at = database_now()
    try:
        with open_it(cluster) as field:
            looked = look(field)
    except ChangeoverError as error:
        looked = unreadable(cluster, f"{error.message} {error.remedy}".strip(), at)
    except Exception as error:
        log.exception("observation failed", cluster=cluster.name)
        looked = unreadable(cluster, f"An unexpected {type(error).__name__}; the worker's log has it.", at)
    return _keep(cluster, looked, at)


def ask(cluster: Cluster) -> None:
    """Have the cluster observed now by a worker of its site."""
    site = cluster.site.name
    with transaction.atomic():
        ObservationTurn.objects.update_or_create(cluster=cluster, defaults={"due_at": _next(database_now())})
        expires = PENDING_SECONDS
        queue.send_after_commit(queue.OBSERVE_CLUSTER, cluster.pk, queue.observation_queue(site), expires=expires)


def ask_due() -> int:
    """Have every cluster observed whose turn has come; how many that were.

    Whoever moves a turn's time on sends the message, so any number of schedulers gives one observation.
    """
    now = database_now()
    for pk in Cluster.objects.filter(observation_turn=None).values_list("pk", flat=True):
        ObservationTurn.objects.get_or_create(cluster_id=pk, defaults={"due_at": now})
    sent = 0
    due = ObservationTurn.objects.filter(due_at__lte=now)
    for turn, cluster, site in due.values_list("pk", "cluster_id", "cluster__site__name"):
        if ObservationTurn.objects.filter(pk=turn, due_at__lte=now).update(due_at=_next(now)) == 1:
            expires = max(settings.OBSERVE_EVERY, 1)
            sent += queue.send(queue.OBSERVE_CLUSTER, cluster, queue.observation_queue(site), expires=expires)
    return sent


def _keep(cluster: Cluster, looked: Looked, at: datetime) -> ObservationRecord:
    """Keep it, unless one that was begun later is there already."""
    checks = [check.to_json() for check in looked.checks]
    values: dict[str, object] = {"at": at, "status": looked.status.to_json(), "checks": checks}
    if looked.status.mail == "up":
        values["mail_up_at"] = at
    with transaction.atomic():
        row, made = ObservationRecord.objects.select_for_update().get_or_create(cluster=cluster, defaults=values)
        if not made and row.at <= at:
            for name, value in values.items():
                setattr(row, name, value)
            row.save(update_fields=list(values))
    return row


def _next(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.OBSERVE_EVERY)
