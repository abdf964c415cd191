"""Approving and denying from the command line, as the account that the operating-system user acts as."""

import json
from collections.abc import Callable

import pytest

from console.models import Cluster, Grant, OsAccount
from console.services import approvals
from console.services.access import os_user
from tests.approvals import asking
from tests.commands.conftest import Told, command
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def manage(tokyo: Cluster) -> Callable[..., Told]:
    """Commands of somebody who may approve."""
    OsAccount.objects.create(os_user=os_user(), user=making.account("ops", "approver"))
    return command()


def test_the_plan_is_shown_before_it_is_approved_by_its_hash(tokyo: Cluster, manage: Callable[..., Told]) -> None:
    approval = asking.asked(tokyo)
    code, text, _ = manage("approve", str(approval.plan_id))
    assert (code, "Move the group" in text, "olga: new firmware" in text) == (0, True, True)
    assert f"--hash {approval.plan_hash[:16]}" in text
    assert not approval.votes.exists()
    code, text, _ = manage("approve", str(approval.plan_id), "--hash", approval.plan_hash[:16], "--json")
    told = json.loads(text)
    assert (code, told["result"], told["approval"]["state"]) == (0, "approved", "approved")
    assert told["approval"]["approved_by"] == ["ops"]
    assert approval.votes.get().by_name == "ops"


@pytest.mark.parametrize(
    ("given", "words"), [("0" * 16, "not the plan"), ("abc", "too little"), ("%" * 70, "not the plan")]
)
def test_another_hash_approves_nothing(tokyo: Cluster, manage: Callable[..., Told], given: str, words: str) -> None:
    approval = asking.asked(tokyo)
    code, _, error = manage("approve", str(approval.plan_id), "--hash", given)
    assert (code, words in error, "What to do:" in error) == (2, True, True)
    assert not approval.votes.exists()


def test_one_s_own_request_is_refused_there_too(tokyo: Cluster, manage: Callable[..., Told]) -> None:
    Grant.objects.create(user=making.actor("ops").user, role="operator")
    approval = approvals.ask(making.ready(tokyo), making.actor("ops"), "new firmware")
    code, _, error = manage("approve", str(approval.plan_id), "--hash", approval.plan_hash)
    assert (code, "ops asked for the failover of TOKYO, and so cannot approve it." in error) == (2, True)
    assert manage("deny", str(approval.plan_id), "--withdraw", "--reason", "not tonight")[0] == 0
    approval.refresh_from_db()
    assert approval.state == "withdrawn"


def test_denied_with_a_reason_only(tokyo: Cluster, manage: Callable[..., Told]) -> None:
    approval = asking.asked(tokyo)
    assert manage("deny", str(approval.plan_id))[0] == 2
    assert manage("deny", str(approval.plan_id), "--reason", "backup first")[1].strip().endswith("denied.")
    code, _, error = manage("approve", str(approval.plan_id), "--hash", approval.plan_hash)
    assert (code, "ops denied it: backup first" in error) == (2, True)


def test_a_plan_of_a_cluster_that_one_may_not_see_is_not_there(tokyo: Cluster, manage: Callable[..., Told]) -> None:
    approval = asking.asked(tokyo)
    Grant.objects.filter(user__username="ops").update(cluster=making.cluster("OSAKA", 2))
    for words in (
        ("approve", str(approval.plan_id)),
        ("deny", str(approval.plan_id), "--reason", "x"),
        ("approve", "4711"),
    ):
        code, _, error = manage(*words)
        assert (code, "Nobody has asked for an approval of a plan" in error) == (2, True)
