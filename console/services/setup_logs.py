"""Set-up logs that people hand in: read while they come in, and not kept; what they say is."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from console.domain import setup_log
from console.models import Cluster, SetupLogRecord
from console.services import access, audit
from console.services.audit_actions import Action

LONGEST_NAME = 255


def visible(user: access.Account) -> QuerySet[SetupLogRecord]:
    """The logs that `user` may see: of clusters that they may see, what they handed in, and all who see everything."""
    if access.sees_all(user):
        return SetupLogRecord.objects.all()
    own = Q(cluster=None, by=user.pk if user else None)
    return SetupLogRecord.objects.filter(own | Q(cluster__in=access.visible_clusters(user)))


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
    if cluster is None:
        access.require_somewhere(actor.user, "operate")
    else:
        access.require(actor.user, "operate", cluster, access.ANY_KIND)
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
