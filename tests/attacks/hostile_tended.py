"""What people plan and look after, what is told outside, and what the console keeps of itself: with harmless words."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from console.models import (
    Alarm,
    Channel,
    Cluster,
    Delivery,
    DeliveryAttempt,
    Drill,
    IncidentCare,
    MaintenanceWindow,
    Notice,
    NoticeRule,
    ReadinessChange,
    ReadinessRecord,
    RunningTotal,
    ScheduledMove,
    WorkerSeen,
)

BY, WHY, SAID = "Olga O", "A Reason", "It Says No"


def tended(cluster: Cluster, person: User) -> None:
    """A row of each kind, of a cluster that has an alarm."""
    _planned(cluster)
    _told(cluster)
    now, weak = timezone.now(), [["a.fail", "A Thing", "fail"]]
    alarm = Alarm.objects.filter(cluster=cluster)[0]
    IncidentCare.objects.create(
        cluster=cluster, alarm=alarm, at=now, by_name=BY, owner=person, owner_name=BY, reason=WHY,
        until=now + timedelta(hours=1),
    )  # fmt: skip
    ReadinessRecord.objects.create(
        cluster=cluster, score=49, state="not-ready", weak=weak, since=now, kept_at=now, told=["A Trouble"],
        suspected=["A Trouble"],
    )  # fmt: skip
    ReadinessChange.objects.create(cluster=cluster, at=now, score=49, state="not-ready", weak=weak)
    WorkerSeen.objects.create(worker="A Worker", site=cluster.site.name, duty="operations", seen_at=now)
    RunningTotal.objects.create(name="operations_ended", labels="A Kind,failed", value=1)


def _planned(cluster: Cluster) -> None:
    """A window that is open and one that was ended, a move that waits and one that was given up, and drills."""
    now = timezone.now()
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=3)
    window = {"starts_at": begins, "ends_at": ends, "reason": WHY, "owner_name": BY, "made_at": now, "made_by_name": BY}
    MaintenanceWindow.objects.create(cluster=cluster, **window)
    ended = {"ended_at": now, "ended_by_name": BY, "end_reason": WHY}
    MaintenanceWindow.objects.create(site=cluster.site, **window, **ended)
    move = {"cluster": cluster, "kind": "failover", "reason": WHY, "ticket": "A Ticket", "asked_by_name": BY}
    ScheduledMove.objects.create(**move, at=ends, made_at=now)
    given_up = {"state": "given-up", "ended_at": now, "outcome": SAID, "reasons": [{"text": WHY, "remedy": "A Way"}]}
    ScheduledMove.objects.create(**move, at=begins, made_at=begins, **given_up)
    drill = {"cluster": cluster, "home": "TOK-EX1", "away": "TOK-EX2", "reason": WHY, "ticket": "A Ticket"}
    drill |= {"begun_at": now, "begun_by_name": BY, "origin": "page"}
    Drill.objects.create(**drill, state="failed", back_by_name=BY, ended_at=now, ending=SAID)
    Drill.objects.create(**drill, state="back", waits=WHY)


def _told(cluster: Cluster) -> None:
    """A channel with a rule, and a notice that did not get through."""
    now, made = timezone.now(), {"made_at": timezone.now(), "made_by_name": BY}
    channel = Channel.objects.create(name="on-call", kind="webhook", shown="A Host", **made)
    NoticeRule.objects.create(channel=channel, cluster=cluster, **made)
    notice = Notice.objects.create(
        event="alarm", severity=3, at=now, text="An Alarm", cluster=cluster.name,
        facts={"node": "A Node"}, routed_at=now,
    )  # fmt: skip
    delivery = Delivery.objects.create(notice=notice, channel=channel, since=now, next_at=now, tries=1)
    DeliveryAttempt.objects.create(delivery=delivery, at=now, good=False, said=SAID)
