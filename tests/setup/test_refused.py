"""A procedure that cannot be planned is refused with every reason, and leaves nothing behind but the refusal."""

import pytest

from console.domain.errors import ChangeoverError
from console.models import AuditRecord, Operation, PlanRecord
from console.services import brakes, plans, reservations, setup
from console.services.confirm import confirm
from tests.services import making
from tests.setup.scene import why

pytestmark = pytest.mark.django_db

KEY = "exchange-2003-setup"


def test_while_something_acts_on_the_cluster() -> None:
    cluster = making.cluster()
    failover = making.operation(cluster)
    text = why(lambda: setup.start(cluster, KEY, making.actor(), "a new pair"))
    assert f"Operation {failover.pk} (failover to TOK-EX2)" in text
    assert Operation.objects.count() == 1
    assert AuditRecord.objects.filter(action="operation:request:refused").exists()


def test_without_a_password_by_which_the_nodes_are_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHANGEOVER_TEST_PASSWORD", raising=False)
    with pytest.raises(ChangeoverError, match="CHANGEOVER_TEST_PASSWORD") as caught:
        setup.start(making.cluster(), KEY, making.actor(), "a new pair")
    assert caught.value.remedy
    assert not Operation.objects.exists()
    assert PlanRecord.objects.get().state == "failed"


def test_under_a_global_stop() -> None:
    cluster = making.cluster()
    brakes.set_stop(making.actor(), "the storage is being serviced")
    assert "storage is being serviced" in why(lambda: setup.start(cluster, KEY, making.actor(), "a new pair"))


def test_a_plan_is_confirmed_once_and_a_second_one_meanwhile_is_the_one_under_way() -> None:
    cluster = making.cluster()
    first = making.ready(cluster, "setup-2003")
    second = making.ready(cluster, "setup-2003")
    operation = confirmed(first)
    assert confirmed(first) == confirmed(second) == operation
    assert reservations.procedure(cluster) == operation
    assert (operation.assigned_to_name, operation.target) == ("olga", "TOK-EX1")


def confirmed(record: PlanRecord) -> Operation:
    """What a yes to the plan gives."""
    return confirm(record, making.actor(), "a new pair")


def test_an_expired_plan_is_refused_and_one_that_began_may_take_days() -> None:
    cluster = making.cluster()
    record = making.ready(cluster, "setup-2003")
    operation = confirmed(record)
    PlanRecord.objects.filter(pk=record.pk).update(expires_at=record.created_at)
    Operation.objects.filter(pk=operation.pk).update(status="waiting", waits_for="proof", waiting_step="stop")
    operation.refresh_from_db()
    setup.check_again(operation, making.actor())
    assert operation.status == "queued"
    late = plans.prepare_procedure(making.cluster("OSAKA", 2), "setup-2003", making.actor(), send=False)
    ready = plans.make(late.pk, making.planner())
    PlanRecord.objects.filter(pk=ready.pk).update(expires_at=ready.created_at)
    assert "has expired" in why(lambda: confirmed(ready))
