"""A repair taken back: what it found before it acted is there again, and what cannot come back is said beforehand."""

from collections.abc import Iterator

import pytest

from console.domain import planner
from console.domain.checks import Refusal
from console.domain.outcome import Status
from console.domain.plan import Plan
from console.lab.mscs import equipment
from console.lab.mscs.state import of
from tests.doctor.defects import Defect, defects
from tests.repair.surgery import Surgery, suffering

SORTS = (
    "cluster-file-missing",
    "binaries-missing",
    "com-unregistered",
    "type-missing",
    "resource-missing",
    "dependency-missing",
    "source-missing",
    "source-wrong",
    "provider-unbound",
)


def one_of(fault: str) -> Defect:
    """The first defect of the sort; its node is the passive one where files are put back."""
    return next(one for one in reversed(defects("2003")) if one.fault == fault)


def undo_plan(surgery: Surgery, plan: Plan) -> Plan:
    with surgery.field() as field:
        return planner.make_undo(field, planner.Undone(9, plan, surgery.receipts), "", lambda rows: None)


@pytest.fixture
def surgery(request: pytest.FixtureRequest) -> Iterator[Surgery]:
    """A cluster with one defect of the sort, on the node without a group."""
    with suffering("2003", one_of(request.param)) as surgery:
        if request.param == "cluster-file-missing":
            surgery.move_all()
        yield surgery


@pytest.mark.slow
@pytest.mark.parametrize("surgery", SORTS, indirect=True)
def test_what_was_repaired_is_as_it_was_and_can_be_repaired_again(surgery: Surgery):
    found = surgery.diagnose().findings
    plan = surgery.plan()
    # Without its type's resource a type may go; the lab's has one, which keeps it.
    assert surgery.perform(plan).status is Status.SUCCEEDED
    if any(step.kind == "repair.types.create" for step in plan.steps):
        with pytest.raises(Refusal, match="can be taken back"):
            undo_plan(surgery, plan)
        return
    back = undo_plan(surgery, plan)
    assert (back.kind, len(back.steps)) == ("undo", len(plan.steps))
    ending = surgery.perform(back)
    assert ending.status is Status.SUCCEEDED, f"{ending.summary} {ending.remedy}"
    again = surgery.diagnose().findings
    assert [(one.code, one.node, one.about) for one in again] == [(one.code, one.node, one.about) for one in found]
    assert surgery.perform(surgery.plan()).status is Status.SUCCEEDED
    assert surgery.diagnose().clean


def test_a_type_that_no_resource_is_of_goes_again():
    nntp = next(one for one in defects("2003") if one.fault == "type-missing" and "NNTP" in one.value)
    with suffering("2003", nntp) as surgery:
        plan = surgery.plan()
        surgery.perform(plan)
        assert of(surgery.world.clusters[0]).type(nntp.value) is not None
        assert surgery.perform(undo_plan(surgery, plan)).status is Status.SUCCEEDED
        assert of(surgery.world.clusters[0]).type(nntp.value) is None


def test_a_replaced_file_comes_back_from_its_copy_and_the_node_is_up_again():
    with suffering("2003", Defect("cluster-file-old", "file", "EXRES.DLL", at=1)) as surgery:
        node = surgery.world.clusters[0].nodes[1]
        path = r"C:\WINDOWS\Cluster\EXRES.DLL"
        before = node.disk.read(path)
        plan = surgery.plan()
        assert surgery.perform(plan).status is Status.SUCCEEDED
        assert node.disk.read(path) != before
        assert surgery.perform(undo_plan(surgery, plan)).status is Status.SUCCEEDED
        assert node.disk.read(path) == before
        assert node.service("ClusSvc").state == 4


def test_a_value_with_a_variable_comes_back_as_it_was_written():
    with suffering("2003", Defect("source-wrong", "source", "MSExchangeCluster")) as surgery:
        node = surgery.world.clusters[0].nodes[0]
        key = f"{equipment.LOG_KEY}\\Application\\{equipment.CLUSTER_SOURCE}"
        before = node.registry.get(key, "EventMessageFile")
        assert "%SystemRoot%" in before.text
        plan = surgery.plan()
        surgery.perform(plan)
        assert node.registry.get(key, "EventMessageFile").text == r"C:\WINDOWS\Cluster\CLUSMSG.DLL"
        assert surgery.perform(undo_plan(surgery, plan)).status is Status.SUCCEEDED
        assert node.registry.get(key, "EventMessageFile") == before
        assert node.disk.item(r"C:\changeover\run\undo-source-1.reg") is None


def test_what_has_no_way_back_is_marked_in_the_plan_and_stays():
    with suffering("2003", one_of("cluster-unregistered"), one_of("provider-unbound")) as surgery:
        plan = surgery.plan()
        assert plan.step("register-cluster").no_return
        surgery.perform(plan)
        back = undo_plan(surgery, plan)
        assert [step.key for step in back.steps] == ["recheck", "undo-bind-1"]
        assert any("Stays as it is" in note and "cladmreg" in note for note in back.notes)


def test_a_dll_that_no_node_has_is_not_promised_to_come_back():
    with suffering("2003", Defect("type-wrong-dll", "type", "NNTP")) as surgery:
        plan = surgery.plan()
        assert "not on every node" in plan.step("type-dll-1").no_return
        surgery.perform(plan)
        with pytest.raises(Refusal, match=r"CLUSRES2\.DLL is not on KYO-N1 and KYO-N2"):
            undo_plan(surgery, plan)


def test_a_file_is_not_taken_back_where_the_group_is():
    with suffering("2003", Defect("cluster-file-missing", "file", "EXRES.DLL")) as surgery:
        plan = surgery.plan()
        surgery.perform(plan)
        with pytest.raises(Refusal) as refused:
            undo_plan(surgery, plan)
        assert "EVS Kyoto is on KYO-N1" in refused.value.reasons[0].text
