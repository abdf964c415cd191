"""A run that waits for another person: asked for, approved, planned again on the lab, started, or stopped by drift."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from console.lab.server import Lab
from console.models import Approval, ApprovalRule, Cluster, Operation
from console.services import approvals, plan_records
from console.services.execute import execute
from tests.commands.conftest import Told
from tests.directory.backends import Backend
from tests.services import making

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RUN = ("run", "Tokyo", "failover", "--yes", "--reason", "new firmware")


@pytest.fixture
def asked(tokyo: Lab, manage: Callable[..., Told]) -> Approval:
    """A failover of Tokyo, for which an approval was asked."""
    making.actor("pat", "approver")
    ApprovalRule.objects.create(cluster=Cluster.objects.get(), kind="failover", needed=1)
    code, text, error = manage(*RUN, "--ask", "--json")
    assert code == 0, error
    assert json.loads(text)["approval"]["state"] == "pending"
    return Approval.objects.get()


@contextmanager
def drifted(lab: Lab, approval: Approval) -> Iterator[str]:
    """An update service points at the target already, as if somebody had been there; the object's name."""
    plan = plan_records.of(approval.plan)
    change = next(c for c in plan.step("pointers").changes if "Recipient Update Service (Enterprise" in c.dn)
    attribute, server = change.changes[0], lab.directory
    assert server is not None
    backend = Backend("lab", server.forest, server.address, lab.authority.certificate_path, server)
    with backend.connect("administrator") as connection:
        assert connection.modify(change.dn, {attribute.attribute: [("MODIFY_REPLACE", list(attribute.after))]})
        try:
            yield change.dn
        finally:
            assert connection.modify(change.dn, {attribute.attribute: [("MODIFY_REPLACE", list(attribute.before))]})


def test_it_is_approved_and_started_by_the_same_command(manage: Callable[..., Told], asked: Approval) -> None:
    code, _, error = manage(*RUN)
    assert (code, "waits for an approval: 0 of 1 given" in error) == (2, True)
    approvals.approve(asked, making.actor("pat"), asked.plan_hash)
    code, _, error = manage(*RUN)
    assert code == 0, error
    operation = Operation.objects.get()
    asked.refresh_from_db()
    assert (asked.state, asked.operation, operation.plan.renews) == ("used", operation, asked.plan)
    assert asked.renewal["structural"] == []


def test_drift_before_the_start_voids_it_and_names_the_object(
    tokyo: Lab, manage: Callable[..., Told], asked: Approval
) -> None:
    approvals.approve(asked, making.actor("pat"), asked.plan_hash)
    with drifted(tokyo, asked) as name:
        code, _, error = manage(*RUN)
    asked.refresh_from_db()
    assert (code, asked.state) == (2, "void")
    assert name in error
    assert name in asked.decision
    assert not Operation.objects.exists()


def test_drift_after_the_start_stops_it_before_the_first_change_and_names_the_object(
    tokyo: Lab, manage: Callable[..., Told], asked: Approval
) -> None:
    approvals.approve(asked, making.actor("pat"), asked.plan_hash)
    assert manage(*RUN)[0] == 0
    operation = Operation.objects.get()
    with drifted(tokyo, asked) as name:
        assert execute(operation.pk, "worker")
    operation.refresh_from_db()
    assert (operation.status, operation.ending_step, operation.receipts.count()) == ("failed", "recheck", 0)
    assert name in operation.ending_summary
