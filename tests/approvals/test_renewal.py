"""An approved plan that expired is made again: what stands, what is void, and what it says then."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from console.domain import renewal
from console.domain.checks import Check, Refusal, Verdict
from console.domain.directory import AttributeChange, EntryChange
from console.domain.plan import Membership, PlannedCommand
from console.models import AuditRecord, Cluster, PlanRecord
from console.services import approvals, plans
from console.services.confirm import confirm
from console.services.mailbox_slices import SliceWriter
from tests.approvals import asking
from tests.services import making

pytestmark = pytest.mark.django_db
Row = tuple[str, str, Sequence[Sequence[str]]]
ANN: Row = ("guid-1", "CN=Ann,DC=corp", [["homeMTA", "a", "b"]])
BOB: Row = ("guid-2", "CN=Bob,DC=corp", [])
STRUCTURAL = {"owner of the group": "TOK-EX1", "stores": {"CN=Mailbox Store": "guid-a"}}


@pytest.fixture
def tokyo() -> Cluster:
    """A failover waits for one other person."""
    cluster = making.cluster()
    asking.guarded(cluster)
    return cluster


def test_what_did_not_change_is_started_by_the_same_approval(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo, structural=STRUCTURAL)
    old = asking.expired(approval.plan)
    with pytest.raises(Refusal, match="has expired"):
        confirm(old, asking.olga(), "now")
    new = asking.again(old, structural=STRUCTURAL)
    assert (new.renews, new.hash == old.hash) == (old, False)
    operation = confirm(new, asking.olga(), "now")
    approval.refresh_from_db()
    assert (approval.state, approval.operation, approval.renewed_hash) == ("used", operation, new.hash)
    assert approval.plan_hash == old.hash
    row = AuditRecord.objects.get(action="approval:plan:renewed")
    assert (row.after["plan"], row.after["approved plan"], row.after["structural"]) == (new.hash, old.hash, [])


def test_structural_drift_voids_it_and_names_the_object(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo, structural=STRUCTURAL)
    new = asking.again(asking.expired(approval.plan), structural=STRUCTURAL | {"stores": {"CN=Other Store": "guid-b"}})
    with pytest.raises(Refusal) as caught:
        confirm(new, asking.olga(), "now")
    assert "CN=Mailbox Store was guid-a, is not there" in caught.value.headline
    approval.refresh_from_db()
    assert (approval.state, approval.plan.state) == ("void", "ready")
    assert AuditRecord.objects.get(action="approval:plan:void").reason == approval.decision
    fresh = approvals.ask(new, asking.olga(), "the store was renamed")
    approvals.approve(fresh, asking.pat(), fresh.plan_hash)
    assert confirm(new, asking.olga(), "now").status == "queued"


def test_it_is_always_held_against_what_people_read(tokyo: Cluster) -> None:
    """Three mailboxes may differ: twice two that came are four, not two and two."""
    two = Membership("rule", 2, 1, "digest", tolerance=3)
    approval = asking.approved(tokyo, membership=two)

    def made(number: int) -> PlanRecord:
        record = plans.prepare_again(asking.expired(approval.plan), asking.olga(), send=False)

        def planner(of: PlanRecord, sink: SliceWriter) -> object:
            sink([ANN, BOB, *((f"guid-{n}", f"CN=New {n}", []) for n in range(10, 10 + number))])
            return making.plan_of(of, membership=two)

        return plans.make(record.pk, planner)  # type: ignore[arg-type]

    assert made(2).renewed_approvals.count() == 1
    approval.refresh_from_db()
    assert approval.renewal["mailboxes"] == {"come": 2, "gone": 0, "changed": 0}
    made(4)
    approval.refresh_from_db()
    assert approval.state == "void"
    assert "4 came, 0 are gone, 0 are on another store, and 3 may" in approval.decision


def test_a_plan_that_is_refused_now_leaves_the_approval_as_it_was(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo)
    record = plans.prepare_again(asking.expired(approval.plan), asking.olga(), send=False)

    def refuse(*_: object) -> None:
        raise Refusal.of("TOK-EX2 does not answer.", "Look at it.")

    assert plans.make(record.pk, refuse).state == "refused"  # type: ignore[arg-type]
    approval.refresh_from_db()
    assert approval.state == "approved"
    assert confirm(asking.again(approval.plan), asking.olga(), "it answers").status == "queued"


def test_who_asked_for_it_may_simply_plan_the_same_again_and_nobody_else(tokyo: Cluster) -> None:
    approval = asking.approved(tokyo)
    others = plans.make(plans.prepare(tokyo, "failover", "", making.actor("otto"), send=False).pk, making.planner())
    with pytest.raises(Refusal) as caught:
        confirm(others, asking.olga(), "now")
    assert caught.value.reasons[0].key == "approval.needed"
    back = plans.prepare(tokyo, "failback", "", asking.olga(), send=False)
    assert (others.renews, back.renews) == (None, None)
    own = plans.make(plans.prepare(tokyo, "failover", "", asking.olga(), send=False).pk, making.planner())
    assert own.renews == approval.plan
    assert confirm(own, asking.olga(), "now").status == "queued"


def test_once_it_is_over_a_plan_made_again_is_a_plan_like_any(tokyo: Cluster) -> None:
    approval = approvals.deny(asking.asked(tokyo), asking.pat(), "no")
    assert asking.again(asking.expired(approval.plan)).renews is None


CHANGE = EntryChange("CN=TOK-EX1", "g", (AttributeChange("servicePrincipalName", ("A/1", "B/1"), ("B/1",)),))
STEP = replace(making.STEPS[1], params={"count": 2}, changes=(CHANGE,), commands=(PlannedCommand("A", "clpgrp"),))
TURNED = replace(CHANGE, changes=(AttributeChange("servicePrincipalName", ("B/1", "A/1"), ("B/1",)),))
OTHER = replace(CHANGE, changes=(AttributeChange("servicePrincipalName", ("A/1",), ()),))
LOOKED = Check("partition.free", "Partition free", Verdict.PASS, "nobody uses it")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"steps": (replace(STEP, title="Move it", within=9.0, params={"count": 3}),)}, ""),
        ({"steps": (replace(STEP, changes=(TURNED,)),)}, ""),
        ({"steps": (replace(STEP, changes=(OTHER,)),)}, "steps: “Move the group” does something else"),
        ({"steps": (replace(STEP, commands=(PlannedCommand("A", "clpgrp -f"),)),)}, "does something else"),
        ({"steps": (replace(STEP, no_return="Gone."),)}, "does something else"),
        ({"steps": (STEP, making.STEPS[0])}, "steps: “Stop the services” is new"),
        ({"steps": ()}, "steps: “Move the group” is not there any more"),
        ({"checks": (replace(LOOKED, reason="still nobody"),)}, ""),
        ({"checks": (replace(LOOKED, verdict=Verdict.WARN),)}, "check “Partition free”: was pass, is warn"),
        ({"checks": (LOOKED, making.unknown("node.clock"))}, "was pass, is unknown"),
        ({"checks": ()}, ""),
        ({"source": "TOK-EX9"}, "from: was TOK-EX1, is TOK-EX9"),
        ({"controller": "dc2.corp.example"}, "domain controller: was dc1.corp.example, is dc2.corp.example"),
        ({"structural": {"owner of the group": "TOK-EX2"}}, "owner of the group: was TOK-EX1, is TOK-EX2"),
        ({"membership": Membership("another rule", 2, 1, "digest")}, "was rule, is another rule"),
    ],
)
def test_what_counts_as_drift(tokyo: Cluster, changes: dict[str, object], said: str) -> None:
    record = PlanRecord(cluster=tokyo, kind="failover", target="TOK-EX2")
    same = {"source": "TOK-EX1", "steps": (STEP,), "checks": (LOOKED,), "structural": {"owner of the group": "TOK-EX1"}}
    approved, now = making.plan_of(record, **same), making.plan_of(record, **same | changes)
    found = renewal.compare(approved, now, [ANN], [ANN])
    assert found.same == (not said)
    assert said in "; ".join(found.structural)


def test_the_order_of_steps_counts(tokyo: Cluster) -> None:
    record = PlanRecord(cluster=tokyo, kind="failover", target="TOK-EX2")
    turned = making.plan_of(record, steps=making.STEPS[::-1])
    assert renewal.compare(making.plan_of(record), turned, [], []).structural == ("steps: their order is another one",)


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        ([], [], (0, 0, 0)),
        ([ANN, BOB], [BOB, ANN], (0, 0, 0)),
        ([ANN], [BOB], (1, 1, 0)),
        ([ANN], [(ANN[0], "CN=Ann Marie,DC=corp", ANN[2])], (0, 0, 0)),
        ([ANN], [(ANN[0], ANN[1], [["homeMTA", "c", "b"]])], (0, 0, 1)),
    ],
)
def test_how_lists_of_mailboxes_differ(before: list[Row], now: list[Row], moved: tuple[int, int, int]) -> None:
    assert renewal.mailboxes_moved(before, now) == renewal.Moved(*moved)
