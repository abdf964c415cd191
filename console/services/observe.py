"""Observing a cluster: look at everything, keep what it amounts to; what cannot be read is an observation too."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.observation import Seen
from console.domain.status import ClusterStatus, Fact, NodeStatus, Tone, summarise
from console.domain.switch.differences import directory_owner
from console.models import Cluster, ObservationRecord, ObservationTurn
from console.services import queue
from console.services.clock import database_now
from console.services.fields import open_field

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
            status = _look(field)
    except ChangeoverError as error:
        status = unreadable(cluster, f"{error.message} {error.remedy}".strip(), at)
    except Exception as error:
        log.exception("observation failed", cluster=cluster.name)
        status = unreadable(cluster, f"An unexpected {type(error).__name__}; the worker's log has it.", at)
    return _keep(cluster, status, at)


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


def unreadable(cluster: Cluster, why: str, at: datetime) -> ClusterStatus:
    """What a cluster amounts to of which nothing at all could be read: everything unknown, and why."""
    when = at.isoformat()

    def unknown(key: str, label: str, node: str = "") -> Fact:
        return Fact(key, label, "unknown", Tone.UNKNOWN, when, why, node)

    nodes = [(node.name, node.role) for node in cluster.nodes.order_by("role")]
    return ClusterStatus(
        headline=f"Whether mail is up is not known: {why}",
        tone=Tone.UNKNOWN,
        mail="unknown",
        active="",
        group=unknown("group", cluster.group),
        nodes=tuple(NodeStatus(name, role, None, (unknown("reach", "WinRM", name),)) for name, role in nodes),
        greetings=(),
        directory=unknown("directory", "Directory"),
        at=when,
    )


def _look(field: Field) -> ClusterStatus:
    observation = field.observe()
    return summarise(field.cluster, field.generation, observation, field.greet_all(), _directory_names(field))


def _directory_names(field: Field) -> Seen[str]:
    """The node whose server the directory names now."""
    try:
        owner = directory_owner(field.read_directory())
    except ChangeoverError as error:
        return Seen.nothing(error.message)
    except Refusal as refusal:
        return Seen.nothing(" ".join(reason.text for reason in refusal.reasons) or refusal.headline)
    if owner.mixed or not owner.server:
        return Seen.nothing(f"The directory does not agree with itself: {owner.mixed or 'it names neither server'}.")
    cluster = field.cluster
    ours = owner.server.casefold() == cluster.primary_server.casefold()
    return Seen(cluster.primary.name if ours else cluster.standby.name)


def _keep(cluster: Cluster, status: ClusterStatus, at: datetime) -> ObservationRecord:
    """Keep it, unless one that was begun later is there already."""
    with transaction.atomic():
        row, made = ObservationRecord.objects.select_for_update().get_or_create(
            cluster=cluster, defaults={"at": at, "status": status.to_json()}
        )
        if not made and row.at <= at:
            row.at, row.status = at, status.to_json()
            row.save(update_fields=["at", "status"])
    return row


def _next(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.OBSERVE_EVERY)
