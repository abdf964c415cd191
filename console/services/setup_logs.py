"""Set-up logs that people hand in: read while they come in, and not kept; what they say is."""

from collections.abc import Iterable

from django.db import transaction

from console.domain import setup_log
from console.models import Cluster, SetupLogRecord
from console.services import access, audit
from console.services.audit_actions import Action

LONGEST_NAME = 255


def read(
    name: str,
    chunks: Iterable[bytes],
    actor: audit.Actor,
    *,
    cluster: Cluster | None = None,
    encoding: str | None = None,
) -> SetupLogRecord:
    """Read the log that comes in `chunks`, once and in bounded memory, and keep what it says.

    Raises `NotAllowed`, and `NotASetupLog` or `WrongEncoding` for what cannot be read.
    """
    access.require(actor.user, "operate", cluster)
    report = setup_log.read(chunks, encoding=encoding)
    with transaction.atomic():
        record = SetupLogRecord.objects.create(
            cluster=cluster,
            name=name[-LONGEST_NAME:],
            size=report.size,
            by=actor.user,
            by_name=actor.name,
            verdict=report.verdict.value,
            report=report.to_json(),
        )
        subject = audit.Subject("set-up log", record.pk, record.name)
        after = {"size": record.size, "verdict": record.verdict, "findings": len(report.findings)}
        audit.record(Action.SETUP_LOG_READ, actor, subject, cluster=cluster, after=after)
    return record
