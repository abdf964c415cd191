"""Questions of nodes that no worker took up in time: they stay unanswered, and a person is told."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from console.models import Alarm, NodeRun
from console.services import alarms
from console.services.clock import database_now

KEY = "unanswered"


def sound(run: NodeRun) -> None:
    """Raise the alarm if nobody has looked into the question of `run` in time; does nothing for any other run.

    For the web process, which hears the node ask while no worker may be alive to notice.
    """
    if run.decide_after is not None and run.decide_after <= _since():
        _sound_all(_overdue().filter(pk=run.pk))


def sweep() -> int:
    """Raise the alarm for every question that nobody has looked into in time, once each; how many that were."""
    return _sound_all(_overdue())


def _since() -> datetime:
    return database_now() - timedelta(seconds=settings.CLAIM_WITHIN)


def _overdue() -> QuerySet[NodeRun]:
    """Overdue counts from when it could be decided, so a question that a person freed again gets its time again."""
    told = Alarm.objects.filter(run=OuterRef("pk"), key=KEY, raised_at__gte=OuterRef("decide_after"))
    waiting = NodeRun.objects.filter(answer=NodeRun.Answer.WAIT, decide_after__lte=_since())
    return waiting.filter(~Exists(told)).select_related("node__cluster__site").order_by("pk")


def _sound_all(runs: QuerySet[NodeRun]) -> int:
    for run in (found := list(runs)):
        node, cluster = run.node.name, run.node.cluster
        site = cluster.site.name
        text = (
            f"{node} asked for a go at {run.first_seen_at:%T} UTC, and no worker of the site {site} has looked into it "
            f"within {settings.CLAIM_WITHIN} s. {node} is told to wait."
        )
        remedy = (
            f"Start a worker for the site {site}, or look at its log. A question that {node} still asks is decided "
            f"then. One that it no longer asks is not decided late: find out which node is active, then let the "
            f"console decide about {node} again, or start the group again."
        )
        alarms.sound(cluster, KEY, text, remedy, run=run)
    return len(found)
