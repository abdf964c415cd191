"""Which operations this worker may take: those of its sites, and those that its version of the console understands."""

import socket
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction

from console.domain.plan import FORMAT
from console.domain.steps import BEHAVIOURS
from console.models import JournalLine, Operation, PlanRecord
from console.services.clock import database_now
from console.services.journal import add_line

TOLD_AFTER = timedelta(seconds=5)
"""An operation that has waited this long was left by every worker that heard of it: its page says why."""
LEFT = "left"
"""The mark in the data of such a line."""

log = structlog.get_logger(__name__)


def may_claim(operation: Operation) -> str:
    """Why this worker must leave the operation to others, in a sentence; empty when it may take it.

    Decided by the rows and this host's settings alone, whatever queue the message came by.
    """
    site = operation.cluster.site.name
    if settings.SITES and site.casefold() not in {name.casefold() for name in settings.SITES}:
        return f"It serves {' and '.join(settings.SITES)}, and the cluster is at the site {site}."
    if operation.plan.state != PlanRecord.State.READY:
        return ""  # it is planned by the worker that takes it
    body = operation.plan.body or {}
    if body.get("format") != FORMAT:
        return f"The plan has the format {body.get('format')!r}, and its version of the console knows {FORMAT}."
    strange = sorted({str(step.get("kind")) for step in body.get("steps", ())} - BEHAVIOURS.keys())
    if strange:
        return f"Its version of the console knows no step of the kind {', '.join(strange)}."
    return ""


def leave(operation: Operation, why: str) -> None:
    """Leave the operation to others: logged, and told on its page once nobody else has taken it for a while."""
    log.warning("operation left to other workers", operation=operation.pk, why=why)
    since = operation.lease_until or operation.confirmed_at
    if database_now() - since < TOLD_AFTER:
        return
    text = f"A worker on {socket.gethostname()} leaves this operation to others. {why}"
    with transaction.atomic():
        row = Operation.objects.select_for_update().get(pk=operation.pk)
        told = JournalLine.objects.filter(operation=row, kind="note", text=text).exists()
        if row.open and not told:
            add_line(row.pk, "note", text, data={LEFT: why})


def why_left(operation_id: int) -> str:
    """What the workers that left the operation said, in one text; empty when none has."""
    lines = JournalLine.objects.filter(operation_id=operation_id, kind="note").exclude(data=None)
    return " ".join(line.text for line in lines if isinstance(line.data, dict) and LEFT in line.data)
