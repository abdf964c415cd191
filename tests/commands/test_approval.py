"""A run that waits for another person: asked for, approved, planned again on the lab, and started."""

import json
from collections.abc import Callable

import pytest

from console.lab.server import Lab
from console.models import Approval, ApprovalRule, Cluster, Operation
from console.services import approvals
from tests.commands.conftest import Told
from tests.services import making

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_a_run_is_asked_for_approved_and_started_by_the_same_command(tokyo: Lab, manage: Callable[..., Told]) -> None:
    cluster = Cluster.objects.get()
    pat = making.actor("pat", "approver")
    ApprovalRule.objects.create(cluster=cluster, kind="failover", needed=1)
    run = ("run", cluster.name, "failover", "--yes", "--reason", "new firmware", "--accept", "partition.free")
    code, _, error = manage(*run)
    assert (code, "needs the approval of one other person" in error) == (2, True)
    code, text, _ = manage(*run, "--ask", "--json")
    told = json.loads(text)
    assert (code, told["result"], told["approval"]["state"]) == (0, "asked", "pending")
    assert manage(*run)[0] == 2
    approval = Approval.objects.get()
    approvals.approve(approval, pat, approval.plan_hash)
    code, text, error = manage(*run)
    assert code == 0, error
    operation = Operation.objects.get()
    approval.refresh_from_db()
    assert (approval.state, approval.operation, operation.plan.renews) == ("used", operation, approval.plan)
    assert approval.renewal["structural"] == []
