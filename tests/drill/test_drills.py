"""A drill: there, a rest, and back; what fails it, and what waits for a person."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from console.domain.checks import Refusal
from console.domain.outcome import Status
from console.models import AuditRecord, Cluster, Drill, Grant, Operation, PlanRecord
from console.services import brakes, drills, plans
from console.services.access import NotAllowed
from console.services.confirm import confirm
from console.services.drills_followed import follow, sweep
from console.services.execute import execute
from tests.services import making
from tests.web import world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def tokyo() -> Cluster:
    """Seen just now, on the node where it lives."""
    made = making.cluster()
    world.observed(made)
    return made


def begun(cluster: Cluster, rest: int | None = None) -> Drill:
    return drills.begin(cluster, making.actor(), "yearly drill", rest=rest)


def carried_out(plan: PlanRecord | None, status: Status = Status.SUCCEEDED, by: str = "olga") -> Operation:
    """The plan made, confirmed by a person, and ended like that."""
    assert plan is not None
    record = plans.make(plan.pk, making.planner())
    operation = confirm(record, making.actor(by), "as the drill asks")
    return ended(operation, status)


def ended(operation: Operation, status: Status = Status.SUCCEEDED) -> Operation:
    assert execute(operation.pk, "worker-1", making.ends(status))
    operation.refresh_from_db()
    return operation


def away(cluster: Cluster, rest: int | None = None) -> Drill:
    """A drill that rests on the other node."""
    drill = begun(cluster, rest)
    carried_out(drill.there_plan)
    return follow(drill.pk)


def test_it_goes_there_rests_and_comes_back_by_the_clock(tokyo: Cluster) -> None:
    drill = away(tokyo, rest=0)
    assert (drill.state, drill.back_at) == ("resting", drill.rested_at)
    drill = follow(drill.pk)
    assert drill.state == "back"
    assert (drill.back_plan.kind, drill.back_plan.target) == ("failback", "TOK-EX1")
    plans.make(drill.back_plan.pk, making.planner())
    follow(drill.pk)
    back = Operation.objects.get(kind="failback")
    assert (back.requested_by_name, back.reason) == ("olga", f"Drill {drill.pk}, the way back: yearly drill")
    assert follow(drill.pk).state == "back"
    ended(back)
    drill = follow(drill.pk)
    assert (drill.state, drill.ending) == ("succeeded", "TOKYO was moved to TOK-EX2 and back to TOK-EX1.")
    assert (drill.there.kind, drill.back) == ("failover", back)
    told = list(AuditRecord.objects.filter(action__startswith="operation:drill").order_by("seq"))
    assert [record.action for record in told] == ["operation:drill:begun", "operation:drill:succeeded"]
    assert all(record.cluster_id == tokyo.pk for record in told)


def test_it_stays_there_until_its_time_has_come(tokyo: Cluster) -> None:
    drill = away(tokyo, rest=3600)
    assert follow(drill.pk).state == "resting"
    assert not PlanRecord.objects.filter(kind="failback").exists()
    Drill.objects.update(back_at=timezone.now() - timedelta(seconds=1))
    sweep()
    assert Drill.objects.get().state == "back"


def test_without_a_time_it_stays_until_somebody_sends_it_back_and_confirms(tokyo: Cluster) -> None:
    drill = away(tokyo)
    assert (drill.state, drill.back_at) == ("resting", None)
    drill = drills.plan_again(follow(drill.pk), making.actor("bert"))
    plans.make(drill.back_plan.pk, making.planner())
    assert follow(drill.pk).back is None, "nobody has confirmed it, and no clock does"
    carried_out(drill.back_plan)
    drill = follow(drill.pk)
    assert (drill.state, drill.back_by_name) == ("succeeded", "bert")


def test_a_plan_that_was_made_again_elsewhere_is_followed_all_the_same(tokyo: Cluster) -> None:
    drill = begun(tokyo)
    carried_out(plans.prepare(tokyo, "failover", "", making.actor(), send=False))
    assert follow(drill.pk).state == "resting"


@pytest.mark.parametrize("status", [Status.FAILED, Status.STOPPED, Status.UNCERTAIN])
def test_a_move_that_does_not_succeed_fails_it(tokyo: Cluster, status: Status) -> None:
    drill = begun(tokyo)
    operation = carried_out(drill.there_plan, status)
    drill = follow(drill.pk)
    assert drill.state == "failed"
    assert f"operation {operation.pk}, {status.value}: So it ended." in drill.ending
    assert AuditRecord.objects.filter(action="operation:drill:failed").count() == 1
    follow(drill.pk)
    assert AuditRecord.objects.filter(action="operation:drill:failed").count() == 1


def test_a_move_back_that_fails_fails_it(tokyo: Cluster) -> None:
    drill = away(tokyo)
    drill = drills.plan_again(drill, making.actor())
    carried_out(drill.back_plan, Status.FAILED)
    assert follow(drill.pk).state == "failed"


def test_another_move_in_between_fails_it(tokyo: Cluster) -> None:
    drill = away(tokyo, rest=3600)
    between = world.ended(tokyo, "succeeded", kind="failover", target="TOK-EX1", source="TOK-EX2")
    drill = follow(drill.pk)
    assert (drill.state, drill.ending) == (
        "failed",
        f"Operation {between.pk} (failover to TOK-EX1) came in between.",
    )


def test_a_failback_that_somebody_else_confirmed_is_the_way_back(tokyo: Cluster) -> None:
    drill = away(tokyo, rest=3600)
    carried_out(plans.prepare(tokyo, "failback", "", making.actor("bert"), send=False), by="bert")
    drill = follow(drill.pk)
    assert (drill.state, drill.back.requested_by_name) == ("succeeded", "bert")


def test_a_way_back_that_asks_for_a_person_waits_and_says_why(tokyo: Cluster) -> None:
    drill = follow(away(tokyo, rest=0).pk)
    plans.make(drill.back_plan.pk, making.planner(checks=(making.unknown(),)))
    follow(drill.pk)
    drill = follow(drill.pk)
    assert drill.state == "back"
    assert "not confirmed yet" in drill.waits
    assert not Operation.objects.filter(kind="failback").exists()
    assert AuditRecord.objects.filter(action="operation:drill:waiting").count() == 1
    refused = AuditRecord.objects.filter(action="operation:request:refused", subject_type="plan")
    assert refused.count() == 1, "it does not try again and again"
    ended(confirm(drill.back_plan, making.actor(), "I looked", typed="TOKYO", accepted=["partition.free"]))
    assert follow(drill.pk).state == "succeeded"


def test_a_way_back_that_is_refused_waits_and_is_planned_again_by_a_person(tokyo: Cluster) -> None:
    drill = follow(away(tokyo, rest=0).pk)

    def refuses(record: PlanRecord, sink: object) -> None:
        raise Refusal.of("TOK-EX1 does not answer.", "Look at it.")

    plans.make(drill.back_plan.pk, refuses)  # type: ignore[arg-type]
    drill = follow(drill.pk)
    assert drill.waits == "The plan of the way back was refused: TOK-EX1 does not answer."
    again = drills.plan_again(drill, making.actor())
    assert (again.waits, again.back_plan.pk > drill.back_plan.pk) == ("", True)


def test_who_began_it_and_may_no_longer_operate_moves_nothing_by_the_clock(tokyo: Cluster) -> None:
    drill = away(tokyo, rest=0)
    Grant.objects.filter(user=drill.begun_by).delete()
    drill = follow(drill.pk)
    assert (drill.state, drill.back_plan) == ("back", None)
    assert "may not" in drill.waits


def test_one_that_is_ended_by_a_person_is_followed_no_further(tokyo: Cluster) -> None:
    drill = begun(tokyo)
    with pytest.raises(Refusal, match="No reason"):
        drills.end(drill, making.actor(), "  ")
    drill = drills.end(drill, making.actor("bert"), "the snow")
    assert (drill.state, drill.ending) == ("ended", "bert ended it: the snow")
    carried_out(drill.there_plan)
    sweep()
    assert Drill.objects.get().there is None
    assert drills.end(drill, making.actor(), "again").ending == "bert ended it: the snow"


def reasons(refusal: Refusal) -> str:
    return " ".join([refusal.headline, *(reason.text for reason in refusal.reasons)])


def test_it_begins_only_where_the_cluster_lives_and_is_seen() -> None:
    tokyo = making.cluster()
    assert "not known" in drills.why_not(tokyo).headline
    world.observed(tokyo, active="TOK-EX2")
    with pytest.raises(Refusal) as refused:
        begun(tokyo)
    assert "is on TOK-EX2 already" in refused.value.headline
    assert not Drill.objects.exists()


def test_a_second_one_is_refused_with_the_first(tokyo: Cluster) -> None:
    first = begun(tokyo)
    with pytest.raises(Refusal, match=f"Drill {first.pk}, begun by olga, is under way"):
        begun(tokyo)
    double = copied(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        double.save(force_insert=True)


def copied(drill: Drill) -> Drill:
    copy = Drill.objects.get(pk=drill.pk)
    copy.pk = None
    return copy


def test_what_holds_a_failover_up_holds_a_drill_up(tokyo: Cluster) -> None:
    brakes.set_stop(making.actor("boss", "administrator"), "network works")
    with pytest.raises(Refusal) as refused:
        begun(tokyo)
    assert "network works" in reasons(refused.value)


def test_it_asks_for_the_reason_and_ticket_that_moves_ask_for(tokyo: Cluster) -> None:
    Cluster.objects.update(reason_length=20, tickets=["CHG######"])
    tokyo.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        begun(tokyo)
    assert {reason.key for reason in refused.value.reasons} == {"confirm.reason", "confirm.ticket"}
    with pytest.raises(Refusal, match="not begun yet"):
        drills.begin(tokyo, making.actor(), "the drill of this year", ticket="CHG123456", rest=drills.LONGEST_REST + 1)
    drill = drills.begin(tokyo, making.actor(), "the drill of this year", ticket=" CHG123456 ")
    assert drill.ticket == "CHG123456"


def test_who_only_looks_begins_sends_back_and_ends_nothing(tokyo: Cluster) -> None:
    rita = making.actor("rita", "viewer")
    with pytest.raises(NotAllowed):
        drills.begin(tokyo, rita, "why not")
    drill = away(tokyo)
    for act in (lambda: drills.plan_again(drill, rita), lambda: drills.end(drill, rita, "why not")):
        with pytest.raises(NotAllowed):
            act()


def test_nothing_is_planned_for_a_drill_whose_move_is_under_way(tokyo: Cluster) -> None:
    drill = begun(tokyo)
    confirm(plans.make(drill.there_plan.pk, making.planner()), making.actor(), "go")
    drill = follow(drill.pk)
    with pytest.raises(Refusal, match="no move of it is to be planned now"):
        drills.plan_again(drill, making.actor())
