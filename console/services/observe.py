"""Observing a cluster: look at everything, keep what it amounts to; what cannot be read is an observation too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog
from django.db import transaction

from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.held import Held
from console.models import Cluster, ObservationRecord
from console.services import event_logs, readiness, server_settings, unplanned
from console.services.clock import database_now
from console.services.deployment import comparing
from console.services.fields import open_field
from console.services.kits import fetching
from console.services.looking import Looked, look, unreadable
from console.services.products import guided
from console.services.together import Together

log = structlog.get_logger(__name__)

KEEPING = Together()
"""What is seen of several clusters at a moment, in one transaction."""


def observe(cluster: Cluster, open_it: Callable[[Cluster], Field] = open_field) -> ObservationRecord:
    """Look at the cluster's nodes, its floating IP and the directory, and keep what it amounts to.

    Reads only. Never raises for what cannot be read: that is what was observed, and its remedy stands with it.
    """
    at = database_now()
    try:
        with open_it(cluster) as field:
            looked = look(field)
            _watch(cluster, field, looked)
    except ChangeoverError as error:
        looked = unreadable(cluster, error.told, at)
    except Exception as error:
        log.exception("observation failed", cluster=cluster.name)
        looked = unreadable(cluster, f"An unexpected {type(error).__name__}; the worker's log has it.", at)
    return _keep(cluster, looked, at)


def _watch(cluster: Cluster, field: Field, looked: Looked) -> None:
    """Read what is watched beside the state; whatever goes wrong with it leaves the observation as it is."""
    try:
        event_logs.read_for(cluster, field)
        if guided(cluster):
            server_settings.compare_if_due(cluster, field, looked.status.active)
            comparing.compare_if_due(cluster, field)
            fetching.fetch_if_due(cluster, field)
    except Exception:
        log.exception("watching failed", cluster=cluster.name)


def _keep(cluster: Cluster, looked: Looked, at: datetime) -> ObservationRecord:
    """Keep it, in one transaction with what is seen of other clusters; a move that nobody planned in one of its own."""
    if _moved(cluster, looked, at):
        return _kept(cluster, looked, at)
    return KEEPING.write(cluster.pk, lambda: _kept(cluster, looked, at))


def _kept(cluster: Cluster, looked: Looked, at: datetime) -> ObservationRecord:
    """Keep it, unless one that was begun later is there already."""
    checks = [check.to_json() for check in looked.checks]
    values: dict[str, object] = {"at": at, "status": looked.status.to_json(), "checks": checks}
    if looked.status.mail == "up":
        values["mail_up_at"] = at
    with transaction.atomic():
        row, made = ObservationRecord.objects.select_for_update().get_or_create(cluster=cluster, defaults=values)
        if made or row.at <= at:
            values |= _held(cluster, row, looked, at)
            for name, value in values.items():
                setattr(row, name, value)
            row.save(update_fields=list(values))
            readiness.note(cluster, looked.checks, at, bare=looked.status.bare)
    return row


def _moved(cluster: Cluster, looked: Looked, at: datetime) -> bool:
    """Whether the group was brought up since it was last seen: to record that takes locks that others wait for."""
    if looked.held is None:
        return False
    raw = ObservationRecord.objects.filter(cluster=cluster).values_list("held", flat=True).first()
    before = Held.from_json(raw) if raw else None
    return before is not None and bool(replace(looked.held, at=at).after(before).came_up(before))


def _held(cluster: Cluster, row: ObservationRecord, looked: Looked, at: datetime) -> dict[str, object]:
    """The column of who has the group, when that was seen; a move that nobody planned is recorded with it."""
    if looked.held is None or unplanned.postponed(cluster):
        return {}
    before = Held.from_json(row.held)
    now = replace(looked.held, at=at).after(before)
    unplanned.seen(cluster, before, now)
    return {"held": now.to_json()}
