"""Asking for an approval and giving it: by whom, for which plan, how often, for how long."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from console.domain.checks import Refusal
from console.models import Approval, ApprovalRule, AuditRecord, Cluster, Grant, Operation, PlanRecord
from console.services import approvals, upkeep
from console.services.access import NotAllowed
from console.services.clock import database_now
from console.services.confirm import confirm
from tests.approvals import asking
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokyo() -> Cluster:
    """A failover waits for one other person, a failback for two."""
    cluster = making.cluster()
    asking.guarded(cluster)
    asking.guarded(cluster, "failback", 2)
    return cluster


def refused(work: Callable[[], object], key: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        work()
    assert [reason.key for reason in caught.value.reasons] == [key], caught.value.headline
    assert all(reason.remedy for reason in caught.value.reasons)
    return caught.value


def test_a_plan_that_needs_an_approval_does_not_start_without_one(tokyo: Cluster) -> None:
    record = making.ready(tokyo)
    refusal = refused(lambda: confirm(record, asking.olga(), "now"), "approval.needed")
    assert "pat, petra" in refusal.reasons[0].remedy
    assert not Operation.objects.exists()
    assert AuditRecord.objects.filter(action="operation:request:refused").exists()


def test_approved_by_another_it_starts_and_the_audit_says_by_whom(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo)
    operation = confirm(approval.plan, asking.olga(), "new firmware")
    approval.refresh_from_db()
    assert (approval.state, approval.operation) == ("used", operation)
    assert AuditRecord.objects.get(action="operation:failover:confirmed").after["approved by"] == "pat"
    actions = list(AuditRecord.objects.filter(action__startswith="approval:").values_list("action", "actor_name"))
    assert sorted(actions) == [("approval:plan:approved", "pat"), ("approval:plan:asked", "olga")]


def test_who_asks_cannot_approve_whatever_else_they_may(tokyo: Cluster) -> None:
    approval = approvals.ask(making.ready(tokyo), asking.ada(), "new firmware")
    refusal = refused(lambda: approvals.approve(approval, asking.ada(), approval.plan_hash), "approval.own")
    assert "pat" in refusal.reasons[0].remedy
    assert approval.votes.count() == 0
    assert AuditRecord.objects.get(action="approval:plan:refused").actor_name == "ada"


def test_who_may_not_approve_there_does_not(tokyo: Cluster) -> None:
    approval = asking.asked(tokyo)
    with pytest.raises(NotAllowed):
        approvals.approve(approval, making.actor("otto"), approval.plan_hash)
    Grant.objects.filter(user__username="pat").update(kinds=["failback"])
    with pytest.raises(NotAllowed):
        approvals.approve(approval, asking.pat(), approval.plan_hash)


def test_only_the_plan_that_was_read_is_approved(tokyo: Cluster) -> None:
    approval = asking.asked(tokyo)
    refused(lambda: approvals.approve(approval, asking.pat(), "0" * 64), "approval.hash")
    body = {**approval.plan.body, "target": "TOK-EX1"}
    PlanRecord.objects.filter(pk=approval.plan_id).update(body=body)
    refused(lambda: approvals.approve(approval, asking.pat(), approval.plan_hash), "plan.hash")


def test_two_are_needed_where_the_rule_says_so_and_one_does_not_count_twice(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo, "failback")
    assert approvals.approve(approval, asking.pat(), approval.plan_hash).state == "pending"
    refusal = refused(lambda: confirm(approval.plan, asking.olga(), "now"), "approval.pending")
    assert "1 of 2 given" in refusal.headline
    assert approvals.approve(approval, asking.petra(), approval.plan_hash).state == "approved"
    assert confirm(approval.plan, asking.olga(), "now").status == "queued"
    assert AuditRecord.objects.filter(action="approval:plan:approved").count() == 2


def test_a_vote_of_who_may_approve_no_longer_does_not_count(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo)
    Grant.objects.filter(user__username="pat").delete()
    refused(lambda: confirm(approval.plan, asking.olga(), "now"), "approval.pending")


def test_a_rule_that_became_stricter_asks_for_more(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo)
    ApprovalRule.objects.filter(kind="failover").update(needed=2)
    refused(lambda: confirm(approval.plan, asking.olga(), "now"), "approval.pending")
    approvals.approve(approval, asking.petra(), approval.plan_hash)
    assert confirm(approval.plan, asking.olga(), "now").status == "queued"


@pytest.mark.parametrize(
    ("starts", "may", "may_not"),
    [("requester", "olga", "pat"), ("approver", "pat", "olga"), ("either", "pat", "otto"), ("either", "olga", "otto")],
)
def test_it_is_started_by_whom_the_rule_names(tokyo: Cluster, starts: str, may: str, may_not: str) -> None:
    ApprovalRule.objects.filter(kind="failover").update(starts=starts)
    approval = asking.approved(tokyo)
    for name in (may, may_not):
        Grant.objects.get_or_create(user=making.actor(name).user, role="operator")
    refusal = refused(lambda: confirm(approval.plan, making.actor(may_not), "now"), "approval.starter")
    assert may in refusal.reasons[0].remedy
    assert confirm(approval.plan, making.actor(may), "now").requested_by_name == may


def test_a_no_ends_it_with_its_reason_even_after_a_yes(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo)
    refused(lambda: approvals.deny(approval, asking.petra(), " "), "approval.reason")
    denied = approvals.deny(approval, asking.petra(), "Not before the backup.")
    assert approvals.deny(approval, asking.petra(), "again") == denied
    refusal = refused(lambda: confirm(approval.plan, asking.olga(), "now"), "approval.denied")
    assert "petra denied it: Not before the backup." in refusal.headline
    refused(lambda: approvals.approve(approval, asking.ada(), approval.plan_hash), "approval.denied")
    assert AuditRecord.objects.filter(action="approval:plan:denied").count() == 1


def test_what_was_withdrawn_is_over(tokyo: Cluster) -> None:
    approval = asking.asked(tokyo)
    approvals.withdraw(approval, asking.olga(), "wrong cluster")
    refused(lambda: approvals.approve(approval, asking.pat(), approval.plan_hash), "approval.withdrawn")
    assert approvals.ask(making.ready(tokyo), asking.olga(), "once more").state == "pending"


def test_what_was_started_is_not_denied_any_more(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo)
    operation = confirm(approval.plan, asking.olga(), "now")
    refusal = refused(lambda: approvals.deny(approval, asking.petra(), "too late"), "approval.used")
    assert f"operation {operation.pk}" in refusal.headline


def test_it_stands_for_as_long_as_the_rule_says_and_the_sweep_ends_it(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo)
    assert approval.expires_at - approval.asked_at == timedelta(hours=4)
    Approval.objects.update(expires_at=database_now())
    refused(lambda: confirm(approval.plan, asking.olga(), "now"), "approval.expired")
    refused(lambda: approvals.approve(approval, asking.petra(), approval.plan_hash), "approval.expired")
    upkeep.sweep()
    approval.refresh_from_db()
    assert approval.state == "expired"
    assert AuditRecord.objects.filter(action="approval:plan:expired").count() == 1
    assert approvals.ask(approval.plan, asking.olga(), "once more").pk != approval.pk


def test_asking_twice_gives_the_request_that_stands(tokyo: Cluster) -> None:
    approval = asking.asked(tokyo)
    assert approvals.ask(approval.plan, asking.olga(), "a double click") == approval
    assert Approval.objects.count() == 1


def test_it_is_not_asked_for_in_vain(tokyo: Cluster) -> None:
    olga = asking.olga()
    refused(lambda: approvals.ask(making.ready(tokyo), olga, " "), "approval.reason")
    refused(
        lambda: approvals.ask(making.ready(tokyo, "directory-switch", "TOK-EX1"), olga, "why"), "approval.not-needed"
    )
    refused(lambda: approvals.ask(asking.expired(making.ready(tokyo)), olga, "why"), "plan.expired")
    Grant.objects.filter(user__username="petra").delete()
    refused(lambda: approvals.ask(making.ready(tokyo, "failback"), olga, "why"), "approval.nobody")


def test_a_request_holds_the_cluster_against_everything_else_but_a_takeover(tokyo: Cluster) -> None:
    other = making.ready(tokyo, "failback")
    approval = asking.asked(tokyo)
    refusal = refused(lambda: confirm(other, asking.olga(), "now"), "approval.asked")
    assert refusal.reasons[0].about == str(approval.plan_id)
    refused(lambda: approvals.ask(other, asking.olga(), "me first"), "approval.asked")
    assert making.ready(tokyo, "directory-switch").state == "refused"
    takeover = making.ready(tokyo, "takeover", "TOK-EX2")
    confirm(takeover, asking.olga(), "it burns", typed="TOKYO", sentence="TOK-EX1 is down")
    approval.refresh_from_db()
    assert approval.state == "void"
    assert "takeover to TOK-EX2) began" in approval.decision


def _at_once(*work: Callable[[], object]) -> list[str]:
    """What came of it, in any order."""
    outcomes: list[str] = []
    together = threading.Barrier(len(work))

    def one(act: Callable[[], object]) -> None:
        together.wait()
        try:
            act()
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.reasons[0].key)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[act]) for act in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_are_both_counted_and_a_double_click_once() -> None:
    cluster = making.cluster()
    asking.guarded(cluster, needed=2)
    approval = asking.asked(cluster)
    pat, petra = asking.pat(), asking.petra()

    def yes(actor: object) -> Callable[[], object]:
        return lambda: approvals.approve(approval, actor, approval.plan_hash)  # type: ignore[arg-type]

    assert _at_once(yes(pat), yes(petra), yes(pat), yes(petra)) == ["done"] * 4
    approval.refresh_from_db()
    assert (approval.state, approval.votes.count()) == ("approved", 2)


@pytest.mark.django_db(transaction=True)
def test_of_a_yes_and_the_end_of_the_request_at_once_the_end_stands() -> None:
    cluster = making.cluster()
    asking.guarded(cluster)
    approval = asking.asked(cluster)
    olga, pat, petra = asking.olga(), asking.pat(), asking.petra()
    outcomes = _at_once(
        lambda: approvals.approve(approval, pat, approval.plan_hash),
        lambda: approvals.withdraw(approval, olga, "no"),
        lambda: approvals.deny(approval, petra, "no"),
    )
    approval.refresh_from_db()
    assert approval.state in ("denied", "withdrawn")
    assert outcomes.count("done") in (1, 2)
    refused(lambda: confirm(approval.plan, olga, "now"), f"approval.{approval.state}")
