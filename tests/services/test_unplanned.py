"""Moves that nobody planned: recorded once, as a start that the cluster product began; never what we did."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from console.domain.held import Held
from console.domain.outcome import Status
from console.models import Alarm, AuditRecord, Cluster, Operation
from console.services import unplanned
from console.services.confirm import confirm
from console.services.execute import execute
from tests.approvals import asking
from tests.services import making

pytestmark = pytest.mark.django_db

N1, N2 = "KYO-EX1", "KYO-EX2"


def kyoto() -> Cluster:
    made = making.cluster("KYOTO")
    Cluster.objects.filter(pk=made.pk).update(driver="mscs")
    return Cluster.objects.select_related("site").get(pk=made.pk)


def held(owner: str, up: bool | None = True, seconds: float = 0.0) -> Held:
    return Held(owner, up, datetime.now(UTC) + timedelta(seconds=seconds))


def seen(cluster: Cluster, before: Held | None, now: Held) -> Operation | None:
    with transaction.atomic():
        return unplanned.seen(cluster, before, now)


def test_a_group_that_is_elsewhere_than_when_last_seen_is_recorded_with_who_did_it() -> None:
    cluster = kyoto()
    made = seen(cluster, held(N1, seconds=-60), held(N2))
    assert made is not None
    assert (made.kind, made.source, made.target, made.automatic) == ("start", N1, N2, True)
    assert made.requested_by_name == "Microsoft Cluster Service"
    assert "it was on KYO-EX1" in made.reason
    record = AuditRecord.objects.order_by("seq").last()
    assert record is not None
    assert (record.action, record.actor_name) == ("operation:unplanned:seen", "Microsoft Cluster Service")


def test_what_waits_for_an_approval_there_is_void_at_once() -> None:
    cluster = kyoto()
    asking.guarded(cluster)
    approval = asking.approved(cluster)
    made = seen(cluster, held(N1, seconds=-60), held(N2))
    assert made is not None
    approval.refresh_from_db()
    assert approval.state == "void"
    assert approval.decision == f"Operation {made.pk} (start to KYO-EX2) began."


def test_a_group_that_was_down_and_is_up_again_where_it_was_is_recorded_too() -> None:
    made = seen(kyoto(), held(N1, up=False, seconds=-60), held(N1))
    assert made is not None
    assert made.target == N1


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (None, held(N1)),
        (held(N1), held(N1)),
        (held(N1), held(N1, up=False)),
        (held(N1, up=None), held(N1)),
        (held(N1, up=False), held(N1, up=None)),
    ],
    ids=["first of all", "nothing new", "it went down", "it was on its way", "it is on its way"],
)
def test_what_is_no_coming_up_is_not_recorded(before: Held | None, now: Held) -> None:
    assert seen(kyoto(), before, now) is None


def test_a_group_on_its_way_is_still_known_to_have_been_down() -> None:
    down, coming, up = held(N1, up=False), held(N1, up=None), held(N1)
    assert up.came_up(coming.after(down))
    assert not up.came_up(coming.after(up))
    assert Held.from_json(down.to_json()) == down
    assert Held.from_json({}) is None


def test_what_an_operation_of_ours_did_is_not_recorded_while_it_acts_nor_when_it_has_ended() -> None:
    cluster, before = kyoto(), held(N1, seconds=-60)
    ours = confirm(making.ready(cluster, "failover"), making.actor(), "maintenance")
    assert ours.target == N2
    assert seen(cluster, before, held(N2)) is None
    execute(ours.pk, "worker", making.ends(Status.SUCCEEDED))
    assert seen(cluster, before, held(N2)) is None
    later = held(N2, seconds=60)
    back = seen(cluster, later, held(N1, seconds=120))
    assert back is not None
    assert back.target == N1


def test_it_takes_the_place_of_an_operation_that_waits_for_a_person() -> None:
    cluster = kyoto()
    ours = confirm(making.ready(cluster, "failover"), making.actor(), "maintenance")
    execute(ours.pk, "worker", making.ends(Status.UNCERTAIN))
    made = seen(cluster, held(N2, seconds=60), held(N1, seconds=120))
    ours.refresh_from_db()
    assert ours.superseded_by == made


def test_what_happens_while_something_else_acts_is_left_for_the_observation_after_it() -> None:
    cluster = kyoto()
    assert not unplanned.postponed(cluster)
    ours = confirm(making.ready(cluster, "failover"), making.actor(), "maintenance")
    assert not unplanned.postponed(cluster)
    Operation.objects.filter(pk=ours.pk).update(kind="repair")
    assert unplanned.postponed(cluster)


def test_a_group_that_goes_back_and_forth_within_the_cooldown_raises_an_alarm() -> None:
    cluster = kyoto()
    first = seen(cluster, held(N1, seconds=-60), held(N2))
    assert first is not None
    assert not Alarm.objects.exists()
    execute(first.pk, "worker", making.ends(Status.SUCCEEDED))
    back = seen(cluster, held(N2, seconds=60), held(N1, seconds=120))
    alarm = Alarm.objects.get()
    assert (alarm.key, alarm.operation) == ("flapping", back)
    assert f"operation {first.pk} (start to {N2})" in alarm.text
    assert alarm.remedy
