"""What is refused instead of repaired in part: nodes that cannot be read, unfit sources, files in use, bad names."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from console.domain.checks import Reason, Refusal
from console.lab import presets
from console.lab.cmd.registry_writing import DENIED
from console.lab.mscs import equipment
from console.lab.mscs.equipment import MEDIA
from tests.doctor.defects import Defect
from tests.repair.surgery import Surgery, suffering

NO_FILE = Defect("cluster-file-missing", "file", "EXRES.DLL", at=1)
NO_SOURCE = Defect("source-missing", "source", "MSExchangeCluster")
PATH = r"C:\WINDOWS\Cluster\EXRES.DLL"


@pytest.fixture
def surgery() -> Iterator[Surgery]:
    """Kyoto without an event source on the first node and without EXRES.DLL on the second."""
    with suffering("2003", NO_FILE, NO_SOURCE) as surgery:
        yield surgery


def refused(surgery: Surgery, *codes: str, source: str = MEDIA) -> tuple[Reason, ...]:
    """Why; nothing was changed, each reason says what to do."""
    effects = len(surgery.world.log.since(0))
    with pytest.raises(Refusal) as refusal:
        surgery.plan(codes, source)
    assert len(surgery.world.log.since(0)) == effects
    assert all(reason.text and reason.remedy for reason in refusal.value.reasons)
    return refusal.value.reasons


def texts(reasons: tuple[Reason, ...]) -> str:
    return " ".join(f"{reason.text} {reason.remedy}" for reason in reasons)


def test_a_node_that_does_not_answer_keeps_the_other_from_being_repaired(surgery: Surgery):
    surgery.silent.add("KYO-N2")
    assert "Nothing answers at KYO-N2" in texts(refused(surgery, "event-sources.missing"))


def test_a_registry_that_may_not_be_read_refuses_the_whole(surgery: Surgery):
    surgery.world.clusters[0].nodes[1].faults[DENIED] = {}
    assert {reason.key for reason in refused(surgery)} == {"repair.unread"}


def test_a_node_without_its_cluster_service_is_refused_with_how_to_start_it(surgery: Surgery):
    node = surgery.world.clusters[0].nodes[1]
    node.service("ClusSvc").state, node.engine = 1, False
    assert "clussvc" in texts(refused(surgery)).casefold()


def test_a_third_node_is_refused():
    kyoto = presets.kyoto()
    third = replace(kyoto.nodes[1], name="KYO-N3", address="127.0.16.13")
    surgery = Surgery(replace(kyoto, nodes=[*kyoto.nodes, third]))
    try:
        NO_SOURCE.put(surgery.world)
        assert "KYO-N3" in texts(refused(surgery))
    finally:
        surgery.close()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("", "no installation source is named"),
        (r"\\server\exchange", "no folder on one of the node's own drives"),
        ("setup", "no folder on one of the node's own drives"),
        (r"D:\nowhere", r"There is no EXRES.DLL in D:\nowhere on KYO-N2"),
        (r"D:\100%", "cannot be passed to cmd.exe safely"),
    ],
)
def test_a_source_that_holds_nothing_for_it_is_refused(surgery: Surgery, source: str, says: str):
    assert says in texts(refused(surgery, source=source))


def test_a_source_of_another_build_is_refused_with_what_is_there_and_what_has_to_be(surgery: Surgery):
    equipment.write_media(surgery.world.clusters[0].nodes[1], "6.5.6944.0")
    said = texts(refused(surgery))
    for part in ("exres.dll is 6.5.6944.0", "has to be of 6.5.7638.1", "KYO-N1 has 6.5.7638.1", "service pack"):
        assert part in said.replace("EXRES.DLL is", "exres.dll is")


def test_of_several_files_in_the_source_the_one_of_the_installed_build_is_taken(surgery: Surgery):
    node = surgery.world.clusters[0].nodes[1]
    equipment.write(node.disk, r"D:\Setup\A's & old (1)\exres.dll", "6.5.6944.0")
    equipment.write(node.disk, r"D:\Setup\A's & new (2)\exres.dll", "6.5.7638.2")
    plan = surgery.plan(["cluster-files.missing"])
    assert plan.step("copy-1").params["source"] == r"D:\Setup\A's & new (2)\exres.dll"
    assert surgery.perform(plan).status == "succeeded"
    assert node.disk.read(PATH) == node.disk.read(r"D:\Setup\A's & new (2)\exres.dll")


def test_a_file_in_use_is_refused_with_the_move_that_frees_it():
    with suffering("2003", Defect("cluster-file-old", "file", "EXRES.DLL")) as surgery:
        reasons = refused(surgery)
        assert {reason.key for reason in reasons} == {"repair.in-use"}
        said = texts(reasons)
        assert "EVS Kyoto is on KYO-N1" in said
        assert "planned move" in said
        assert 'cluster group "Cluster Group" /move:KYO-N2' in said


def test_while_the_other_node_is_paused_or_gone_no_cluster_service_is_stopped():
    with suffering("2003", Defect("cluster-file-old", "file", "EXRES.DLL", at=1)) as surgery:
        cluster = surgery.world.clusters[0]
        cluster.mscs.paused.add("kyo-n1")
        assert "KYO-N1 is Paused" in texts(refused(surgery))


def test_both_nodes_with_an_old_file_are_done_one_after_the_other():
    old = Defect("cluster-file-old", "file", "EXRES.DLL")
    with suffering("2003", old, replace(old, at=1)) as surgery:
        plan = surgery.plan()
        assert [step.key for step in plan.steps] == ["recheck", "replace-KYO-N2"]
        assert any("Not in this plan: EVS Kyoto is on KYO-N1" in note for note in plan.notes)


def test_a_type_waits_for_its_dll_on_every_node():
    with suffering("2003", NO_FILE, Defect("type-missing", "type", "Information Store")) as surgery:
        said = texts(refused(surgery, "resource-types.missing"))
        assert r"C:\WINDOWS\Cluster\EXRES.DLL is not on KYO-N2" in said
        assert "5017" in said
        both = surgery.plan(["resource-types.missing", "cluster-files.missing"])
        assert [step.kind for step in both.steps[1:]] == ["repair.files.copy", "repair.types.create"]


def test_a_resource_waits_for_its_type():
    lost = [Defect(f"{what}-missing", "type", "Message Transfer Agent") for what in ("resource", "type")]
    with suffering("2003", *lost) as surgery:
        assert "has no resource type" in texts(refused(surgery, "resources.missing"))
        both = surgery.plan(["resources.missing", "resource-types.missing"])
        assert [step.kind for step in both.steps[1:]] == ["repair.types.create", "repair.resources.create"]


def test_a_database_is_left_to_a_person_who_knows_which_one_it_is():
    with suffering("2007") as surgery:
        group = surgery.world.clusters[0].groups[0]
        group.resources[:] = [r for r in group.resources if "Database" not in r.definition.kind]
        assert "There is one Microsoft Exchange Database Instance for each database" in texts(refused(surgery))


@pytest.mark.parametrize(
    ("codes", "key", "says"),
    [
        (("binaries.two-builds",), "repair.person", "the console cannot repair that"),
        (("no.such",), "repair.code", "There is no finding 'no.such'"),
        (("provider.binding",), "repair.nothing", "finds nothing of it"),
    ],
)
def test_what_is_no_repair_is_said(surgery: Surgery, codes: tuple[str, ...], key: str, says: str):
    reasons = refused(surgery, *codes)
    assert (reasons[0].key, len(reasons)) == (key, 1)
    assert says in reasons[0].text


def test_a_cluster_that_is_well_needs_no_repair():
    with suffering("2007") as surgery:
        assert refused(surgery)[0].text == "Fukuoka needs no repair."


def test_a_name_with_a_quote_is_refused_and_one_with_blanks_and_an_apostrophe_is_not():
    with suffering("2003", Defect("dependency-missing", "type", "Information Store")) as surgery:
        group = surgery.world.clusters[0].groups[0]
        store = next(r for r in group.resources if r.definition.kind == "Microsoft Exchange Information Store")
        search = next(r for r in group.resources if r.definition.kind == "Microsoft Search Service Instance")
        store.definition = replace(store.definition, name="Kyoto's store & co. (1)")
        search.depends[:] = [store.definition.name]
        assert surgery.perform(surgery.plan()).status == "succeeded"
        store.depends.clear()
        store.definition = replace(store.definition, name='The "store"')
        search.depends[:] = [store.definition.name]
        assert "cannot be passed to cmd.exe" in texts(refused(surgery))


def test_a_group_that_moves_after_planning_ends_the_repair_before_its_first_change(surgery: Surgery):
    plan = surgery.plan()
    surgery.move_all()
    effects = len(surgery.world.log.since(0))
    ending = surgery.perform(plan)
    assert ending.status == "failed"
    assert "was on KYO-N1 when this was planned" in ending.summary
    assert len(surgery.world.log.since(0)) == effects
