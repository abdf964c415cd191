"""Moves that begin by themselves: planned at their time, given up with every reason, never late and never twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from console.domain.checks import Reason, Refusal
from console.models import AuditRecord, MaintenanceWindow, Notice, Operation, PlanRecord, ScheduledMove
from console.services import brakes, plans, schedules, windows
from console.services.access import NotAllowed
from console.services.clock import database_now
from console.services.notifications import telling
from tests.approvals import asking
from tests.services import making
from tests.windows.opening import due, opened

pytestmark = pytest.mark.django_db


def made(row: ScheduledMove, **changes: object) -> ScheduledMove:
    """The move, whose plan a worker has made."""
    row.refresh_from_db()
    assert row.plan_id is not None
    plans.make(row.plan_id, making.planner(**changes))
    schedules.sweep()
    row.refresh_from_db()
    return row


def given_up(row: ScheduledMove) -> str:
    """The outcome of a move that was given up, with its reasons; asserts that nothing began, and who knows of it."""
    row.refresh_from_db()
    assert row.state == ScheduledMove.State.GIVEN_UP
    assert not Operation.objects.exists()
    record = AuditRecord.objects.get(action="maintenance:schedule:given-up")
    assert (record.after or {})["outcome"] == row.outcome
    return " ".join([row.outcome, *(f"{one['text']} {one['remedy']}" for one in row.reasons)])


def test_it_is_planned_when_its_time_has_come_and_begins_in_the_name_of_who_asked() -> None:
    row = due(making.cluster(), ticket="CHG1")
    schedules.sweep()
    row.refresh_from_db()
    assert row.state == ScheduledMove.State.PLANNING
    row = made(row)
    assert row.state == ScheduledMove.State.STARTED
    operation = Operation.objects.get()
    assert (row.operation, operation.requested_by_name, operation.reason) == (operation, "olga", "patches")
    assert (operation.ticket, operation.origin) == ("CHG1", "system")


def test_before_its_time_nothing_happens_and_a_sweep_too_many_changes_nothing() -> None:
    tokyo = making.cluster()
    opened(tokyo)
    at = database_now() + timedelta(minutes=5)
    row = schedules.make(tokyo, schedules.Spec("failover", at, "patches"), making.actor())
    assert schedules.sweep() == 0
    ScheduledMove.objects.update(at=database_now())
    schedules.sweep()
    schedules.sweep()
    assert PlanRecord.objects.count() == 1
    made(row)
    schedules.sweep()
    assert Operation.objects.count() == 1


def test_a_sweep_that_died_between_confirming_and_saying_so_begins_nothing_twice() -> None:
    row = due(making.cluster())
    schedules.sweep()
    made(row)
    ScheduledMove.objects.update(state="planning", operation=None)
    schedules.sweep()
    row.refresh_from_db()
    assert (row.state, row.operation) == ("started", Operation.objects.get())


def test_what_is_unknown_gives_it_up() -> None:
    row = due(making.cluster())
    schedules.sweep()
    text = given_up(made(row, checks=(making.unknown(),)))
    assert "takes a person" in text
    assert "not listed" in text


def test_a_plan_that_is_refused_or_fails_gives_it_up_with_every_reason() -> None:
    row = due(making.cluster())
    schedules.sweep()
    row.refresh_from_db()

    def refuse(*_: Any) -> Any:
        raise Refusal("It cannot be moved.", [Reason("The clock is wrong.", "Set it."), Reason("No disk.", "Add it.")])

    assert row.plan_id is not None
    plans.make(row.plan_id, refuse)
    schedules.sweep()
    assert given_up(row) == "It cannot be moved. The clock is wrong. Set it. No disk. Add it."


def test_it_never_starts_late(settings: Any) -> None:
    row = due(making.cluster(), ago=settings.CLAIM_WITHIN + 1)
    schedules.sweep()
    assert "never starts late" in given_up(row)
    assert not PlanRecord.objects.exists()


def test_a_plan_that_nobody_makes_in_time_gives_it_up(settings: Any) -> None:
    row = due(making.cluster())
    schedules.sweep()
    ScheduledMove.objects.update(at=database_now() - timedelta(seconds=settings.CLAIM_WITHIN + 1))
    schedules.sweep()
    assert "never starts late" in given_up(row)


def test_a_window_that_was_ended_a_stop_and_who_may_not_any_more_give_it_up() -> None:
    row = due(making.cluster())
    windows.end(MaintenanceWindow.objects.get(), making.actor(), "called off")
    schedules.sweep()
    assert "No maintenance window of TOKYO is open" in given_up(row)


def test_a_global_stop_gives_it_up() -> None:
    row = due(making.cluster())
    brakes.set_stop(making.actor(), "storage work")
    schedules.sweep()
    assert "storage work" in given_up(made(row))


def test_who_may_not_operate_any_more_starts_nothing() -> None:
    row = due(making.cluster())
    User.objects.filter(username="olga").update(is_active=False)
    schedules.sweep()
    assert "switched off" in given_up(row)


def test_without_the_approval_that_it_needs_it_is_given_up_and_with_it_it_begins() -> None:
    tokyo = making.cluster()
    asking.guarded(tokyo)
    row = due(tokyo)
    schedules.sweep()
    assert "approv" in given_up(made(row))
    asking.approved(tokyo)
    again = due(tokyo)
    schedules.sweep()
    assert made(again).state == ScheduledMove.State.STARTED, again.outcome


def test_giving_up_is_told() -> None:
    telling.gather()
    row = due(making.cluster(), ago=10_000)
    schedules.sweep()
    given_up(row)
    telling.gather()
    notice = Notice.objects.get(event="schedule.given-up")
    assert (notice.path, notice.cluster) == ("/maintenance/", "TOKYO")


def test_what_cannot_be_scheduled_is_refused_with_every_reason() -> None:
    tokyo = making.cluster()
    opened(tokyo)
    spec = schedules.Spec("takeover", database_now() + timedelta(days=1), " ", target="NOBODY")
    with pytest.raises(Refusal) as refused:
        schedules.make(tokyo, spec, making.actor())
    keys = [one.key for one in refused.value.reasons]
    assert keys == ["schedule.kind", "schedule.target", "schedule.window", "schedule.reason"]
    with pytest.raises(NotAllowed):
        schedules.make(tokyo, spec, making.actor("rita", "viewer"))


def test_two_at_one_time_are_refused() -> None:
    tokyo = making.cluster()
    opened(tokyo)
    spec = schedules.Spec("failover", database_now() + timedelta(minutes=5), "patches")
    schedules.make(tokyo, spec, making.actor())
    with pytest.raises(Refusal, match="already"):
        schedules.make(tokyo, spec, making.actor())


def test_it_is_taken_back_with_a_reason_until_it_began() -> None:
    row = due(making.cluster())
    with pytest.raises(Refusal):
        schedules.cancel(row, making.actor(), "")
    assert schedules.cancel(row, making.actor(), "no time").state == ScheduledMove.State.CANCELLED
    schedules.sweep()
    assert not PlanRecord.objects.exists()
    other = due(making.cluster("OSAKA", 2))
    schedules.sweep()
    made(other)
    with pytest.raises(Refusal, match="Operation"):
        schedules.cancel(other, making.actor(), "too late")
