"""A worker takes what is its own and what it understands, by the rows alone; what it leaves is told and never lost."""

from datetime import timedelta
from typing import Any

import pytest

from console.models import Operation, PlanRecord
from console.services import serving, upkeep
from console.services.clock import database_now
from console.services.execute import execute
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation() -> Operation:
    return making.operation(making.cluster())


def waited(operation: Operation) -> None:
    """Let it have waited for a while."""
    Operation.objects.filter(pk=operation.pk).update(confirmed_at=database_now() - timedelta(seconds=30))


def of_another_version(operation: Operation, **changes: Any) -> None:
    body = operation.plan.body or {}
    PlanRecord.objects.filter(pk=operation.plan_id).update(body=body | changes)


def notes(operation: Operation) -> list[str]:
    return list(operation.journal.filter(kind="note").values_list("text", flat=True))


def taken(operation: Operation) -> bool:
    return execute(operation.pk, "worker-1", making.ends())


def test_a_worker_of_another_site_never_claims_whatever_queue_the_message_came_by(
    operation: Operation, settings: Any
) -> None:
    settings.SITES = ["Osaka"]
    assert not taken(operation)
    operation.refresh_from_db()
    assert (operation.status, operation.lease_token) == ("queued", 0)
    settings.SITES = ["Osaka", "MAIN"]
    assert taken(operation)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, "format 2"),
        ({"format": None}, "format None"),
        ({"steps": [{"kind": "group.move"}, {"kind": "group.levitate"}]}, "group.levitate"),
    ],
)
def test_a_plan_of_another_version_is_left_to_others_and_its_page_says_so(
    operation: Operation, changes: dict[str, Any], words: str
) -> None:
    of_another_version(operation, **changes)
    assert not taken(operation)
    assert notes(operation) == []  # another worker may take it at this moment
    waited(operation)
    for _ in range(3):
        assert not taken(operation)
    (note,) = notes(operation)
    assert "leaves this operation to others" in note
    assert words in note
    operation.refresh_from_db()
    assert operation.status == "queued"


def test_one_that_everybody_left_expires_with_the_reason(operation: Operation) -> None:
    of_another_version(operation, format=2)
    waited(operation)
    taken(operation)
    Operation.objects.filter(pk=operation.pk).update(claim_before=database_now() - timedelta(seconds=1))
    upkeep.expire_unclaimed()
    operation.refresh_from_db()
    assert operation.status == "failed"
    assert "format 2" in operation.ending_summary
    assert "Nothing was changed" in operation.ending_summary


def test_an_operation_that_is_planned_by_its_worker_is_taken(operation: Operation) -> None:
    PlanRecord.objects.filter(pk=operation.plan_id).update(state=PlanRecord.State.PREPARING, body=None)
    operation.plan.refresh_from_db()
    assert serving.may_claim(operation) == ""


def test_nothing_is_said_about_an_operation_that_is_over(operation: Operation) -> None:
    waited(operation)
    assert taken(operation)
    operation.refresh_from_db()
    serving.leave(operation, "It came late.")
    assert notes(operation) == []
