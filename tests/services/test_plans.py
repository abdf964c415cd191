"""Plans: asked for, made once, and never left being prepared."""

from datetime import timedelta

import pytest

from console.domain.checks import Reason, Refusal
from console.domain.errors import Unreachable
from console.domain.plan import Plan
from console.models import AuditRecord, PlanMailboxes, PlanRecord
from console.services import plans, upkeep
from console.services.access import NotAllowed
from console.services.clock import database_now
from console.services.mailbox_slices import MailboxSlices, SliceWriter, mailbox_page
from tests.services import making

pytestmark = pytest.mark.django_db


def asked(kind: str = "failover", target: str = "") -> PlanRecord:
    return plans.prepare(making.cluster(), kind, target, making.actor(), send=False)


def test_a_plan_that_was_made_is_ready_with_its_hash_and_its_mailboxes() -> None:
    record = plans.make(asked().pk, making.planner())
    assert record.state == "ready"
    assert plans.of(record).hash == record.hash
    assert set(MailboxSlices(record).guids()) == {"guid-1", "guid-2"}
    assert record.expires_at == plans.of(record).expires


@pytest.mark.parametrize(("kind", "target"), [("failover", "TOK-EX2"), ("failback", "TOK-EX1")])
def test_each_kind_leads_to_its_node_by_design(kind: str, target: str) -> None:
    assert asked(kind).target == target


@pytest.mark.parametrize(
    ("kind", "target", "words"),
    [
        ("fail-sideways", "", "no kind of operation"),
        ("failover", "TOK-EX9", "no node 'TOK-EX9'"),
        ("failback", "TOK-EX2", "leads to the primary"),
    ],
)
def test_it_refuses_what_there_is_not(kind: str, target: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        asked(kind, target)
    assert words in refusal.value.reasons[0].text
    assert refusal.value.reasons[0].remedy
    assert not PlanRecord.objects.exists()


def test_an_unknown_cluster_is_refused_with_the_names_there_are() -> None:
    making.cluster()
    with pytest.raises(Refusal) as refusal:
        plans.find_cluster("KYOTO", making.account("rita", "viewer"))
    assert "TOKYO" in refusal.value.reasons[0].remedy


def test_who_may_not_operate_gets_no_plan() -> None:
    with pytest.raises(NotAllowed):
        plans.prepare(making.cluster(), "failover", "", making.actor("rita", "viewer"))
    assert not PlanRecord.objects.exists()


def test_asking_is_audited_in_the_same_breath() -> None:
    record = asked()
    row = AuditRecord.objects.get(action="operation:plan:asked")
    assert (row.actor_name, row.subject_id, row.cluster_name) == ("olga", str(record.pk), "TOKYO")


def test_a_refused_plan_keeps_every_reason_and_no_mailbox() -> None:
    def refuse(record: PlanRecord, sink: SliceWriter) -> Plan:
        sink([("guid", "CN=Ann", [])])
        raise Refusal("Not now.", [Reason("Busy.", "Wait.", "partition.free"), Reason("Off.", "Start it.")])

    record = plans.make(asked().pk, refuse)
    assert record.state == "refused"
    assert [reason["remedy"] for reason in record.refusal["reasons"]] == ["Wait.", "Start it."]
    assert not PlanMailboxes.objects.exists()
    assert AuditRecord.objects.filter(action="operation:request:refused", actor_name="olga").exists()


@pytest.mark.parametrize(
    ("error", "message"),
    [(Unreachable("dc1 is silent."), "dc1 is silent."), (ZeroDivisionError("a detail"), "ZeroDivisionError")],
)
def test_a_plan_that_cannot_be_made_says_why_and_what_to_do(error: Exception, message: str) -> None:
    def break_off(record: PlanRecord, sink: SliceWriter) -> Plan:
        raise error

    record = plans.make(asked().pk, break_off)
    assert record.state == "failed"
    assert message in record.error["message"]
    assert record.error["remedy"]
    assert "a detail" not in record.error["message"]


def test_a_second_delivery_makes_nothing() -> None:
    record = asked()
    calls: list[int] = []

    def count(record: PlanRecord, sink: SliceWriter) -> Plan:
        calls.append(record.pk)
        return making.plan_of(record)

    assert plans.make(record.pk, count).state == plans.make(record.pk, count).state == "ready"
    assert calls == [record.pk]


@pytest.mark.parametrize(("claimed", "words"), [(False, "No worker"), (True, "did not finish")])
def test_a_plan_past_its_deadline_has_failed_by_the_next_look(claimed: bool, words: str) -> None:
    record = asked()
    past = database_now() - timedelta(seconds=1)
    PlanRecord.objects.filter(pk=record.pk).update(prepare_before=past, claimed_at=past if claimed else None)
    seen = plans.fresh(record.pk)
    assert seen.state == "failed"
    assert words in seen.error["message"]


def test_the_sweep_fails_what_nobody_looks_at() -> None:
    record = asked()
    PlanRecord.objects.filter(pk=record.pk).update(prepare_before=database_now() - timedelta(seconds=1))
    upkeep.sweep()
    record.refresh_from_db()
    assert record.state == "failed"


def test_a_plan_that_comes_too_late_does_not_become_ready() -> None:
    def late(record: PlanRecord, sink: SliceWriter) -> Plan:
        PlanRecord.objects.filter(pk=record.pk).update(prepare_before=database_now() - timedelta(seconds=1))
        plans.fail_overdue()
        return making.plan_of(record)

    assert plans.make(asked().pk, late).state == "failed"


def test_no_plan_is_made_while_an_operation_acts() -> None:
    cluster = making.cluster()
    operation = making.operation(cluster)
    record = making.ready(cluster, "failback")
    assert record.state == "refused"
    assert f"Operation {operation.pk}" in record.refusal["headline"]


def test_a_plan_that_was_changed_in_the_database_is_no_plan() -> None:
    record = making.ready(making.cluster())
    record.body["steps"][0]["title"] = "Delete everything"
    with pytest.raises(Refusal, match="no longer what was made"):
        plans.of(record)


def test_mailboxes_are_paged_and_searched_over_slices() -> None:
    record = asked()
    writer = SliceWriter(record)
    for start in range(0, 120, 40):
        writer([(f"g{n}", f"CN=User {n:03},DC=corp", [["homeMTA", "a", "b"]]) for n in range(start, start + 40)])
    second = mailbox_page(record, page=2)
    assert (second.total, second.pages, second.number) == (120, 3, 2)
    assert [row[0] for row in second.rows] == [f"g{n}" for n in range(50, 100)]
    assert mailbox_page(record, page=99).number == 3
    found = mailbox_page(record, "user 11")
    assert (found.total, found.rows[0][0]) == (10, "g110")
    assert mailbox_page(record, "nobody").rows == ()
    assert [row[0] for row in mailbox_page(record, "user", page=3).rows] == [f"g{n}" for n in range(100, 120)]
    assert mailbox_page(record, "user", page=9).rows == mailbox_page(record, "user", page=3).rows
