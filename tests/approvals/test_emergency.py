"""The emergency that goes without an approval, and what never waits for one."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from console.domain.checks import Refusal
from console.models import Alarm, Approval, ApprovalRule, AuditRecord, Cluster, Grant, Operation
from console.services import alarms, approval_override
from console.services.access import NotAllowed
from console.services.approval_rules import rule_for
from console.services.confirm import confirm
from tests.approvals import asking
from tests.services import making

pytestmark = pytest.mark.django_db
SENTENCE = "TOKYO cannot wait for an approval"


@pytest.fixture
def tokyo() -> Cluster:
    """A failover waits for one other person; administrators may go without in an emergency."""
    cluster = making.cluster()
    asking.guarded(cluster, override_roles=["administrator"])
    return cluster


def overridden(cluster: Cluster) -> Operation:
    return confirm(making.ready(cluster), asking.ada(), "mail is slow", typed="TOKYO", emergency=SENTENCE)


def refused(work: Callable[[], object]) -> list[str]:
    with pytest.raises(Refusal) as caught:
        work()
    return [reason.key for reason in caught.value.reasons]


def test_an_emergency_starts_at_once_and_is_loud(tokyo: Cluster) -> None:
    operation = overridden(tokyo)
    assert operation.status == "queued"
    assert Approval.objects.get(operation=operation).state == "overridden"
    row = AuditRecord.objects.get(action="approval:plan:overridden")
    assert (row.actor_name, row.reason, row.after["approval before"]) == ("ada", "mail is slow", "not asked for")
    assert AuditRecord.objects.get(action="operation:failover:confirmed").after["approved by"].startswith("nobody")
    alarm = Alarm.objects.get(key="override")
    assert (alarm.operation, "ada started the failover of TOKYO without" in alarm.text) == (operation, True)


@pytest.mark.parametrize(
    ("typed", "sentence", "missing"),
    [
        ("", SENTENCE, ["override.typed"]),
        ("TOKYO", "", ["override.sentence"]),
        ("tokyo", "please", ["override.typed", "override.sentence"]),
    ],
)
def test_name_and_sentence_are_typed(tokyo: Cluster, typed: str, sentence: str, missing: list[str]) -> None:
    record = making.ready(tokyo)
    assert refused(lambda: confirm(record, asking.ada(), "why", typed=typed, emergency=sentence)) == missing
    assert refused(lambda: confirm(record, asking.ada(), " ", typed="TOKYO", emergency=SENTENCE)) == ["confirm.reason"]
    assert not Alarm.objects.exists()


def test_only_named_roles_may_and_only_where_an_approval_is_needed(tokyo: Cluster) -> None:
    record = making.ready(tokyo)
    for actor, named in ((asking.olga(), ["administrator"]), (asking.olga(), ["approver"]), (asking.ada(), [])):
        ApprovalRule.objects.update(override_roles=named)
        assert refused(lambda a=actor: confirm(record, a, "why", typed="TOKYO", emergency=SENTENCE)) == [
            "override.role"
        ]
    ApprovalRule.objects.update(override_roles=["administrator"])
    back = making.ready(tokyo, "failback")
    assert refused(lambda: confirm(back, asking.ada(), "why", typed="TOKYO", emergency=SENTENCE)) == [
        "override.not-needed"
    ]
    assert not Operation.objects.exists()


def test_a_rule_may_name_operators_and_approvers_who_then_need_the_right_to_operate(tokyo: Cluster) -> None:
    record = making.ready(tokyo)
    ApprovalRule.objects.update(override_roles=["approver"])
    refusal = approval_override.why_not(asking.pat().user, record)
    assert refusal is not None
    assert "pat may not start, stop or acknowledge operations on TOKYO" in refusal.headline
    Grant.objects.create(user=asking.pat().user, role="operator", cluster=tokyo, kinds=["failover"])
    ApprovalRule.objects.update(override_roles=["operator"])
    assert confirm(record, asking.olga(), "mail is slow", typed="TOKYO", emergency=SENTENCE).status == "queued"


def test_who_may_not_is_told_who_can(tokyo: Cluster) -> None:
    record = making.ready(tokyo)
    asking.ada()
    making.account("adam", "administrator")
    ApprovalRule.objects.update(override_roles=["approver", "administrator"])
    refusal = approval_override.why_not(asking.olga().user, record)
    assert refusal is not None
    assert "started without an approval by approver or administrator only" in refusal.headline
    assert "in an emergency ada, adam can start it" in refusal.reasons[0].remedy
    ApprovalRule.objects.update(override_roles=[])
    refusal = approval_override.why_not(asking.olga().user, record)
    assert refusal is not None
    assert "can start it" not in refusal.reasons[0].remedy


def test_it_ends_what_was_asked_for_and_keeps_how_that_stood(tokyo: Cluster) -> None:
    approval = asking.asked(tokyo)
    confirm(approval.plan, asking.ada(), "nobody answers", typed="TOKYO", emergency=SENTENCE)
    approval.refresh_from_db()
    assert (approval.state, approval.requested_by_name, approval.decided_by_name) == ("overridden", "olga", "ada")
    assert AuditRecord.objects.get(action="approval:plan:overridden").after["approval before"] == "pending"


def test_every_page_tells_until_somebody_else_has_looked_into_it(tokyo: Cluster) -> None:
    operation = overridden(tokyo)
    alarm = Alarm.objects.get(key="override")
    rita, sam = making.account("rita", "viewer"), making.account("sam", "viewer")
    sam.grants.all().delete()
    assert approval_override.standing(rita) == [operation]
    assert approval_override.standing(sam) == []
    assert refused(lambda: alarms.acknowledge(alarm, asking.ada(), "it was one")) == ["alarm.own"]
    with pytest.raises(NotAllowed):
        alarms.acknowledge(alarm, asking.olga(), "it was one")
    alarms.acknowledge(alarm, asking.pat(), "it was one")
    assert approval_override.standing(rita) == [operation], "it still runs"
    Operation.objects.update(status="succeeded")
    assert approval_override.standing(rita) == []


def test_a_takeover_by_a_person_waits_for_nobody_and_is_told_afterwards(tokyo: Cluster) -> None:
    record = making.ready(tokyo, "takeover", "TOK-EX2")
    operation = confirm(record, asking.olga(), "it burns", typed="TOKYO", sentence="TOK-EX1 is down")
    assert operation.status == "queued"
    assert Alarm.objects.get(key="not-approved").operation == operation
    assert approval_override.without_approval([tokyo], 5) == [operation]


def test_where_no_rule_stands_nothing_is_told(tokyo: Cluster) -> None:
    ApprovalRule.objects.update(needed=0)
    record = making.ready(tokyo, "takeover", "TOK-EX2")
    confirm(record, asking.olga(), "it burns", typed="TOKYO", sentence="TOK-EX1 is down")
    assert not Alarm.objects.exists()
    assert approval_override.without_approval([tokyo], 5) == []


def test_no_rule_can_ever_hold_up_a_takeover_or_a_start(tokyo: Cluster) -> None:
    for kind in ("takeover", "start"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApprovalRule.objects.create(cluster=tokyo, kind=kind, needed=1)
        assert rule_for(tokyo, kind) is None
