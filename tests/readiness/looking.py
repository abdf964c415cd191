"""Observations made to order: what the checks of one amount to is kept as an observation keeps it."""

from datetime import datetime, timedelta

from django.db import transaction

from console.domain.checks import Check, Verdict
from console.models import Cluster, ObservationRecord
from console.services import readiness
from console.services.clock import database_now
from tests.web import world


def check(key: str, verdict: str = "pass", about: str = "", title: str = "") -> Check:
    """One check with a reason and a remedy of its own."""
    return Check(key, title or f"{key} {about}".strip(), Verdict(verdict), f"{key} says so.", f"Mend {key}.", "", about)


GOOD = (check("node.reach", about="TOK-EX1"), check("node.reach", about="TOK-EX2"), check("group.owner"))
SILENT = (check("node.reach", about="TOK-EX1"), check("node.reach", "fail", "TOK-EX2"), check("group.owner"))
UNTOLD = (*GOOD, check("partition.free", "unknown"))


def looked(cluster: Cluster, *checks: Check, at: datetime | None = None, minutes: float = 0) -> None:
    """An observation of just now, or so many minutes from now, with these checks."""
    world.observed(cluster, ago=0)
    ObservationRecord.objects.filter(cluster=cluster).update(checks=[one.to_json() for one in checks])
    when = at or database_now() + timedelta(minutes=minutes)
    with transaction.atomic():
        readiness.note(cluster, checks, when)
