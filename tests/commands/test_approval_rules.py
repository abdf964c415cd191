"""The rules of approvals from the command line: listed, changed one by one, refused with a remedy."""

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from console.models import ApprovalRule, AuditRecord, Cluster
from tests.approvals import asking
from tests.commands.conftest import Told, command
from tests.services import making

pytestmark = pytest.mark.django_db
SET = ("approvals", "set", "tokyo", "failover")


@pytest.fixture
def tokyo(person: User) -> Cluster:
    """A cluster with two people who may approve."""
    asking.pat()
    return making.cluster()


@pytest.fixture
def manage(tokyo: Cluster) -> Callable[..., Told]:
    return command()


def test_a_rule_is_set_told_and_audited_and_what_is_not_named_stays(
    tokyo: Cluster, manage: Callable[..., Told]
) -> None:
    code, text, _ = manage(*SET, "--people", "1", "--emergency-by", "administrator", "--reason", "four eyes")
    assert code == 0
    assert text == (
        "failover: 1 other person approves it and who asked for it starts it, within 240 minutes; "
        "in an emergency without: administrator.\n"
    )
    assert manage(*SET, "--minutes", "60", "--starts", "either", "--reason", "shorter")[0] == 0
    rule = ApprovalRule.objects.get()
    assert (rule.kind, rule.needed, rule.valid_minutes, rule.starts) == ("failover", 1, 60, "either")
    assert manage(*SET, "--emergency-by", "--reason", "never")[0] == 0
    rule.refresh_from_db()
    assert rule.override_roles == []
    reasons = AuditRecord.objects.filter(action="approval:rules:changed").values_list("reason", flat=True)
    assert sorted(reasons) == ["four eyes", "never", "shorter"]
    assert manage(*SET, "--people", "1", "--reason", "again")[1] == "Nothing was different.\n"


def test_every_kind_is_listed(tokyo: Cluster, manage: Callable[..., Told]) -> None:
    asking.guarded(tokyo, needed=2)
    code, text, _ = manage("approvals", "list", "TOKYO")
    assert (code, "failover: 2 other people approve it" in text, "failback: waits for nobody." in text) == (
        0,
        True,
        True,
    )
    told = json.loads(manage("approvals", "list", "TOKYO", "--json")[1])
    assert {rule["kind"]: rule["needed"] for rule in told["rules"]}["failover"] == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--people", "1"), "No reason was given."),
        (("--people", "9", "--reason", "x"), "Ask for 0 to 3."),
        (("--people", "3", "--reason", "x"), "Give more people the role approver there first."),
        (("--minutes", "0", "--reason", "x"), "Let it stand for 1 minute"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    tokyo: Cluster, manage: Callable[..., Told], words: tuple[str, ...], says: str
) -> None:
    code, _, error = manage(*SET, *words)
    assert (code, says in error) == (2, True), error
    assert not ApprovalRule.objects.exists()
