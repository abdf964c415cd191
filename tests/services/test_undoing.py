"""Asking for an undo: of what, by whom, and what stands in its way."""

import pytest
from django.utils import timezone

from console.domain.checks import Refusal
from console.domain.plan import Step
from console.models import AuditRecord, Operation, PlanRecord, ReceiptRecord
from console.services import brakes, plans, undoing
from console.services.access import NotAllowed
from console.services.confirm import confirm, sentence_of
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster():
    return making.cluster()


def over(cluster, kind="failover", status="failed", *, changed=True) -> Operation:
    """An operation that has ended, after it stopped the services."""
    made = making.operation(cluster, kind)
    Operation.objects.filter(pk=made.pk).update(status=status, ended_at=timezone.now())
    if changed:
        ReceiptRecord.objects.create(operation=made, number=1, step="stop", kind="service.stop", params={"node": "X"})
    return Operation.objects.select_related("cluster", "plan").get(pk=made.pk)


def undo_of(operation: Operation, first="", **changes) -> PlanRecord:
    """A plan that takes the operation back, ready to be confirmed."""
    record = plans.prepare_undo(operation, first, making.actor(), send=False)
    return plans.make(
        record.pk, making.planner(kind="undo", target=operation.source, source=operation.target, **changes)
    )


def keys(refused) -> list[str]:
    return [reason.key for reason in refused.value.reasons]


def test_an_undo_names_the_operation_and_is_audited(cluster):
    operation = over(cluster)
    record = undo_of(operation, "move")
    assert (record.kind, record.undoes, record.undo_from) == ("undo", operation, "move")
    asked = AuditRecord.objects.get(action="operation:plan:asked", subject_id=str(record.pk))
    assert asked.after == {"kind": "undo", "target": "", "undoes": str(operation.pk), "from": "move"}
    made = confirm(record, making.actor(), "a mistake")
    assert (made.kind, made.target, undoing.undoing(operation)) == ("undo", operation.source, [made])
    assert AuditRecord.objects.filter(action="operation:undo:confirmed", subject_id=str(made.pk)).exists()


@pytest.mark.parametrize(
    ("columns", "key"), [({"status": "running"}, "undo.open"), ({"status": "queued"}, "undo.open")]
)
def test_what_has_not_ended_cannot_be_taken_back(cluster, columns, key):
    operation = over(cluster)
    Operation.objects.filter(pk=operation.pk).update(**columns)
    operation.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        plans.prepare_undo(operation, "", making.actor())
    assert keys(refused) == [key]


def test_what_changed_nothing_has_nothing_to_take_back(cluster):
    with pytest.raises(Refusal, match="changed nothing"):
        plans.prepare_undo(over(cluster, changed=False), "", making.actor())


def test_a_later_operation_that_changed_something_stands_in_the_way_and_is_named(cluster):
    first = over(cluster)
    nothing = over(cluster, changed=False)
    assert undoing.why_not(first) is None
    later = over(cluster)
    with pytest.raises(Refusal, match=f"Operation {later.pk}") as refused:
        plans.prepare_undo(first, "", making.actor())
    assert (keys(refused), "failback" in refused.value.reasons[0].remedy) == (["undo.later"], True)
    assert nothing.pk < later.pk


def test_its_own_undo_does_not_stand_in_the_way_of_another_try(cluster):
    operation = over(cluster)
    undo = confirm(undo_of(operation), making.actor(), "first try")
    Operation.objects.filter(pk=undo.pk).update(status="failed", ended_at=timezone.now())
    ReceiptRecord.objects.create(operation=undo, number=1, step="stop", kind="service.stop", params={})
    assert undoing.why_not(operation) is None


def test_an_operation_that_began_after_the_plan_refuses_its_confirmation(cluster):
    record = undo_of(over(cluster))
    over(cluster)
    with pytest.raises(Refusal) as refused:
        confirm(record, making.actor(), "too late")
    assert keys(refused) == ["undo.later"]


def test_an_uncertain_operation_is_looked_into_before_it_is_taken_back(cluster):
    record = undo_of(over(cluster, status="uncertain"))
    assert record.state == PlanRecord.State.REFUSED
    assert [reason["key"] for reason in record.refusal["reasons"]] == ["reservation.uncertain"]


def test_asking_for_the_same_undo_twice_gives_one_operation_and_another_undo_is_refused(cluster):
    operation = over(cluster)
    one, two = undo_of(operation), undo_of(operation)
    made = confirm(one, making.actor(), "back")
    assert confirm(two, making.actor(), "back") == made
    other = PlanRecord.objects.get(pk=two.pk)
    other.undoes = made
    other.save()
    with pytest.raises(Refusal) as refused:
        confirm(other, making.actor(), "not this one")
    assert keys(refused) == ["reservation.acting"]


def test_the_cooldown_does_not_bind_an_undo_and_the_global_stop_does(cluster):
    taken = over(cluster, status="succeeded")
    Operation.objects.filter(pk=taken.pk).update(kind="takeover")
    assert brakes.why_not(cluster, "failback") is not None
    assert undo_of(taken).state == PlanRecord.State.READY
    brakes.set_stop(making.actor(), "no more of this")
    record = undo_of(taken)
    assert [reason["key"] for reason in record.refusal["reasons"]] == ["stop"]


def test_beyond_the_line_of_no_return_name_and_sentence_are_typed(cluster):
    recheck = Step("recheck", "undo.recheck", "Look again", "recheck", params={"past_no_return": True})
    operation = over(cluster)
    record = undo_of(operation, steps=(recheck,))
    wanted = sentence_of(plans.of(record))
    assert wanted == f"Exchange on {operation.target} may be stopped"
    with pytest.raises(Refusal) as refused:
        confirm(record, making.actor(), "back")
    assert keys(refused) == ["confirm.typed", "confirm.sentence"]
    assert confirm(record, making.actor(), "back", typed=cluster.name, sentence=wanted).kind == "undo"


def test_an_unknown_step_is_refused_before_anything_is_read(cluster):
    with pytest.raises(Refusal, match="no step 'sideways'") as refused:
        plans.prepare_undo(over(cluster), "sideways", making.actor())
    assert "stop, move, greet" in refused.value.reasons[0].remedy


def test_who_may_only_look_asks_for_no_undo(cluster):
    with pytest.raises(NotAllowed):
        plans.prepare_undo(over(cluster), "", making.actor("rita", "viewer"))
