"""A repair as an operation: one at a time, and a repair of the same findings is the one that is under way."""

from dataclasses import replace

import pytest
from django.utils import timezone

from console.domain import planner
from console.domain.checks import Refusal
from console.domain.plan import Plan
from console.domain.repair.reg_file import KeyChange
from console.models import Cluster, Operation, PlanRecord, ReceiptRecord
from console.services import plans, undoing
from console.services.confirm import confirm
from console.services.mailbox_slices import SliceWriter
from tests.doctor.defects import Defect
from tests.repair.surgery import suffering
from tests.services import making
from tests.web.diagnosis_world import kyoto

SOURCES = ("event-sources.missing",)


@pytest.fixture
def cluster(db: None) -> Cluster:
    """Kyoto."""
    return kyoto()


def ready(cluster: Cluster, *codes: str, source: str = "") -> PlanRecord:
    """A plan that was asked for and made, on a lab with a missing event source."""

    def made(record: PlanRecord, sink: SliceWriter) -> Plan:
        with suffering("2003", Defect("source-missing", "source", "MSExchangeCluster")) as surgery:
            return replace(surgery.plan(record.asked["codes"]), cluster=cluster.name, cluster_id=cluster.pk)

    asked = plans.prepare_repair(cluster, codes, source, making.actor(), send=False)
    record = plans.make(asked.pk, made)
    assert record.state == PlanRecord.State.READY, record.error
    return record


def test_a_repair_of_the_same_findings_is_the_one_under_way_and_another_waits(cluster: Cluster):
    first, same, other = (ready(cluster, *codes) for codes in (SOURCES, SOURCES, ()))
    operation = confirm(first, making.actor(), "no events")
    assert confirm(same, making.actor(), "no events") == operation
    with pytest.raises(Refusal, match=r"repair"):
        confirm(other, making.actor(), "everything")
    assert (operation.kind, operation.target) == ("repair", "KYO-N1")


def over(operation: Operation) -> Operation:
    """It has ended, and kept a receipt of what it changed."""
    Operation.objects.filter(pk=operation.pk).update(status="succeeded", ended_at=timezone.now())
    params = {"node": "KYO-N1", "change": KeyChange("HKLM\\X", whole=True).to_json()}
    ReceiptRecord.objects.create(
        operation=operation, number=1, step="source-1", kind="repair.sources.write", params=params
    )
    return Operation.objects.select_related("cluster", "plan__undoes").get(pk=operation.pk)


def test_a_repair_is_taken_back_once_it_is_over_and_the_undo_is_answered_by_another_repair(cluster: Cluster):
    operation = confirm(ready(cluster, *SOURCES), making.actor(), "no events")
    assert undoing.why_not(operation).reasons[0].key == "undo.open"
    operation = over(operation)
    assert undoing.why_not(operation) is None

    def back(record: PlanRecord, sink: SliceWriter) -> Plan:
        with suffering("2003") as surgery, surgery.field() as field:
            made = planner.make_undo(field, undoing.undone(operation), record.undo_from, sink)
        return replace(made, cluster=cluster.name, cluster_id=cluster.pk)

    record = plans.make(plans.prepare_undo(operation, "", making.actor(), send=False).pk, back)
    assert [step.key for step in plans.of(record).steps] == ["recheck", "undo-source-1"]
    undo = confirm(record, making.actor(), "it was right before")
    Operation.objects.filter(pk=undo.pk).update(status="succeeded", ended_at=timezone.now())
    refusal = undoing.why_not(Operation.objects.select_related("plan__undoes").get(pk=undo.pk))
    assert refusal.reasons[0].key == "undo.repair"
