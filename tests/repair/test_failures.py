"""Repairs that fail on the way: the sentence says what the exit code means, and nothing is left half done."""

from dataclasses import replace

import pytest

from console.domain.outcome import Ending, Status
from console.domain.plan import Plan
from console.domain.progress import Progress
from console.lab.faults import switch
from console.lab.mscs import equipment
from tests.doctor.defects import Defect
from tests.repair.surgery import HASTY, PATIENT, Surgery, suffering

PATH = r"C:\WINDOWS\Cluster\EXRES.DLL"


def fails(surgery: Surgery, plan: Plan) -> Ending:
    ending = surgery.perform(plan)
    assert ending.status is Status.FAILED
    assert ending.remedy
    return ending


def test_with_the_source_gone_the_old_file_stays_and_the_cluster_service_runs():
    with suffering("2003", Defect("cluster-file-old", "file", "EXRES.DLL", at=1)) as surgery:
        node, plan = surgery.world.clusters[0].nodes[1], surgery.plan()
        before = node.disk.read(PATH)
        node.disk.remove(plan.steps[1].params["files"][0]["source"])
        ending = fails(surgery, plan)
        assert "the file was not copied" in ending.summary
        assert node.disk.read(PATH) == before
        assert node.service("ClusSvc").state == 4
        assert not node.disk.matching(f"{PATH}.*")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "says", "replaced"),
    [("service-does-not-stop", "STOP_PENDING", False), ("service-does-not-start", "is STOPPED", True)],
)
def test_a_cluster_service_that_does_not_obey_is_named_and_the_file_is_whole(fault: str, says: str, replaced: bool):
    with suffering("2003", Defect("cluster-file-old", "file", "EXRES.DLL", at=1)) as surgery:
        surgery.timing = HASTY
        node, plan = surgery.world.clusters[0].nodes[1], surgery.plan()
        before = node.disk.read(PATH)
        switch(surgery.world, node, fault, True, service="ClusSvc")
        ending = fails(surgery, plan)
        assert f"ClusSvc on KYO-N2 {says}" in ending.summary.replace("is STOP_PENDING", "STOP_PENDING")
        assert (node.disk.read(PATH) != before) == replaced
        assert node.disk.read(PATH) in (before, node.disk.read(rf"{equipment.MEDIA}\Common\EXRES.DLL"))
        if fault == "service-does-not-start":
            switch(surgery.world, node, fault, False)
            surgery.timing = PATIENT
            carried_on = Progress(finished=frozenset({"recheck"}), changed=True)
            assert surgery.perform(plan, carried_on).status is Status.SUCCEEDED
            assert node.service("ClusSvc").state == 4


def test_a_dll_that_cannot_be_loaded_is_told_by_the_exit_code_alone():
    with suffering("2003", Defect("com-unregistered")) as surgery:
        node, plan = surgery.world.clusters[0].nodes[0], surgery.plan()
        node.disk.remove(rf"{equipment.EDITIONS['2003'].bin}\excluadm.dll")
        ending = fails(surgery, plan)
        assert "ended with 3: the DLL could not be loaded" in ending.summary


def test_a_type_that_the_cluster_refuses_is_told_in_its_own_error():
    with suffering("2003", Defect("type-missing", "type", "NNTP")) as surgery:
        cluster = surgery.world.clusters[0]
        plan = surgery.plan()
        cluster.nodes[1].disk.remove(PATH)
        ending = fails(surgery, plan)
        assert "ended with 5017: the resource DLL could not be loaded" in ending.summary
        assert "every node" in ending.remedy


@pytest.mark.parametrize("service", [0, 1])
def test_a_cluster_service_that_has_stopped_since_ends_it_before_the_first_change(service: int):
    with suffering("2003", Defect("source-missing", "source", "SMTP")) as surgery:
        node, plan = surgery.world.clusters[0].nodes[service], surgery.plan()
        node.service("ClusSvc").state, node.engine = 1, False
        effects = len(surgery.world.log.since(0))
        hasty = (replace(plan.steps[0], within=1.0), *plan.steps[1:])
        fails(surgery, replace(plan, steps=hasty))
        assert len(surgery.world.log.since(0)) == effects
