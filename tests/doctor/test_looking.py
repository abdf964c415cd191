"""What is well gives no finding, what cannot be looked at is said, and nothing is ever changed."""

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console import catalog
from console.domain.checks import Refusal
from console.domain.doctor import Diagnosis
from console.domain.ports import CommandResult
from console.lab.cmd.registry import COMMANDS
from console.lab.definition import Cluster
from console.lab.faults import switch
from console.lab.mscs.equipment import edition
from console.lab.presets import fukuoka, kyoto, tokyo
from console.lab.state import STOPPED
from tests.doctor.clinic import Clinic

READS = re.compile(r"reg query |sc qc |wmic |cluster (node|group|resource|resourcetype)\b|type |findstr |powershell ")
CHANGES = re.compile(
    r"/(create|delete|add|set|move|online|offline|fail|prop:|priv)|reg (add|delete|import)|\bcall\b", re.I
)


def unread(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [(one.node, one.what) for one in diagnosis.unread]


@pytest.mark.parametrize(
    "cluster", [kyoto(), fukuoka(), fukuoka(windows="2008r2")], ids=["2003", "2007-on-2008", "2007-on-2008r2"]
)
def test_a_well_installed_cluster_gives_no_finding(cluster: Cluster) -> None:
    diagnosis = Clinic(cluster).diagnose()
    assert diagnosis.clean, (diagnosis.findings, diagnosis.unread)
    assert any("has every resource that comes by itself" in sentence for sentence in diagnosis.looked)
    assert len(diagnosis.looked) > 15


def test_nothing_is_changed_and_only_what_reads_is_sent() -> None:
    clinic = Clinic(kyoto())
    before = len(clinic.world.log.since(0))
    clinic.diagnose()
    assert clinic.lines
    assert len(clinic.world.log.since(0)) == before
    for line in clinic.lines:
        for command in line.removeprefix('cmd /v:on /s /c "').removesuffix('"').split(" & "):
            assert command.startswith("echo @@") or READS.match(command), command
            assert not CHANGES.search(command), command


@pytest.mark.parametrize("silenced", ["KYO-N1", "KYO-N2"])
def test_a_node_that_does_not_answer_is_unknown_and_the_other_is_judged(silenced: str) -> None:
    clinic = Clinic(kyoto())
    other = next(name for name in clinic.names if name != silenced)
    switch(clinic.world, clinic.world.node(other), "com-unregistered", True)
    clinic.silent.add(silenced)
    diagnosis = clinic.diagnose()
    assert unread(diagnosis) == [(silenced, "the whole node")]
    assert [(one.code, one.node) for one in diagnosis.findings] == [("registration.com", other)]
    assert not any(sentence.startswith(silenced) for sentence in diagnosis.looked)


def test_without_the_cluster_service_its_database_is_unknown_there_and_read_on_the_other_node() -> None:
    clinic = Clinic(kyoto())
    switch(clinic.world, clinic.world.nodes[0], "type-missing", True, type="smtp")
    clinic.world.nodes[0].services["clussvc"].state = STOPPED
    diagnosis = clinic.diagnose()
    ((node, what),) = unread(diagnosis)
    assert node == "KYO-N1"
    assert "database" in what
    assert "net start clussvc" in diagnosis.unread[0].remedy
    assert [one.code for one in diagnosis.findings] == ["resource-types.missing"]


def test_a_registry_that_may_not_be_read_is_unknown_and_gives_no_finding() -> None:
    clinic = Clinic(kyoto())
    for node in clinic.world.nodes:
        switch(clinic.world, node, "registry-denied", True)
    diagnosis = clinic.diagnose()
    assert diagnosis.findings == ()
    assert not any("event sources" in sentence for sentence in diagnosis.looked)
    assert {node for node, _ in unread(diagnosis)} == set(clinic.names)
    assert all("administrator" in one.remedy for one in diagnosis.unread)


def test_a_node_without_exchange_has_just_that_finding_and_the_other_is_judged() -> None:
    clinic = Clinic(kyoto())
    one, two = clinic.world.nodes
    del two.services["msexchangeis"]
    two.disk.remove(edition(two).bin)
    switch(clinic.world, two, "com-unregistered", True)
    switch(clinic.world, one, "provider-unbound", True)
    diagnosis = clinic.diagnose()
    assert [(finding.code, finding.node) for finding in diagnosis.findings] == [
        ("binaries.not-installed", two.name),
        ("provider.binding", one.name),
    ]
    assert not diagnosis.unread
    assert not any(sentence.startswith(two.name) for sentence in diagnosis.looked)


def test_a_key_that_is_not_there_is_told_from_one_that_may_not_be_read() -> None:
    clinic = Clinic(kyoto())
    clinic.world.nodes[0].registry.delete(r"HKLM\SOFTWARE\Microsoft\Exchange\Exchange Provider")
    diagnosis = clinic.diagnose()
    assert [(one.code, one.node) for one in diagnosis.findings] == [("provider.binding", "KYO-N1")]
    assert "not there" in diagnosis.findings[0].evidence
    assert not diagnosis.unread


def test_a_folder_of_which_nothing_is_listed_is_unknown() -> None:
    clinic = Clinic(kyoto())
    folder = edition(clinic.world.nodes[0]).bin
    clinic.world.nodes[0].disk.remove(folder)
    diagnosis = clinic.diagnose()
    assert unread(diagnosis) == [("KYO-N1", f"the files in {folder}")]


def test_without_wmi_what_it_tells_is_unknown_and_the_registry_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(COMMANDS, "wmic")
    clinic = Clinic(kyoto())
    switch(clinic.world, clinic.world.nodes[0], "cluster-file-missing", True, file="EXRES.DLL")
    switch(clinic.world, clinic.world.nodes[0], "provider-unbound", True)
    diagnosis = clinic.diagnose()
    assert [(one.code, one.node) for one in diagnosis.findings] == [("provider.binding", "KYO-N1")]
    for name in clinic.names:
        told = {what for node, what in unread(diagnosis) if node == name}
        assert {r"the files in C:\WINDOWS\Cluster", "the COM classes", "the event logs"} <= told
        assert "the types of the group's resources" in told
        assert any("set-up log" in what for what in told)


def test_the_language_of_the_node_does_not_matter() -> None:
    clinic = Clinic(kyoto())
    for node in clinic.world.nodes:
        switch(clinic.world, node, "cp932", True)
    switch(clinic.world, clinic.world.nodes[1], "cluster-file-missing", True, file="CLUSMSG.DLL")
    diagnosis = clinic.diagnose()
    assert [(one.code, one.node) for one in diagnosis.findings] == [("cluster-files.missing", "KYO-N2")]
    assert not diagnosis.unread


def test_names_with_blanks_and_other_signs_are_passed_on_whole() -> None:
    clinic = Clinic(replace(kyoto(), group="Mail & Post (Kyoto) Müller's"))
    switch(clinic.world, clinic.world.nodes[0], "dependency-missing", True, type="routing")
    diagnosis = clinic.diagnose()
    assert [one.code for one in diagnosis.findings] == ["resources.dependency"]
    assert not diagnosis.unread


def test_a_name_that_cannot_be_passed_to_a_command_is_said_and_the_rest_is_judged() -> None:
    clinic = Clinic(kyoto())
    resource = clinic.world.clusters[0].groups[0].resources[-1]
    resource.definition.name = 'Search "new" 100%'
    switch(clinic.world, clinic.world.nodes[0], "com-unregistered", True)
    diagnosis = clinic.diagnose()
    assert [what for _, what in unread(diagnosis)] == ["what the resources of the group depend on"]
    assert [one.code for one in diagnosis.findings] == ["registration.com"]


def test_a_group_that_is_not_there_is_unknown_and_not_a_group_without_resources() -> None:
    clinic = Clinic(kyoto())
    clinic.world.clusters[0].groups = clinic.world.clusters[0].groups[1:]
    diagnosis = clinic.diagnose()
    assert diagnosis.findings == ()
    assert {what for _, what in unread(diagnosis)} == {"the resources of group EVS Kyoto"}


def test_a_third_node_is_named_as_one_that_was_not_looked_at() -> None:
    cluster = kyoto()
    third = replace(cluster.nodes[0], name="KYO-N3", address="127.0.16.3")
    clinic = Clinic(replace(cluster, nodes=[*cluster.nodes, third]))
    assert {what for _, what in unread(clinic.diagnose())} == {"node KYO-N3"}


def test_a_product_that_exchange_does_not_know_of_is_refused_with_the_reason() -> None:
    with pytest.raises(Refusal, match="Exchange does not know of") as refused:
        Clinic(tokyo(), driver="expresscluster").diagnose()
    assert refused.value.reasons[0].remedy


def test_a_diagnosis_survives_being_kept_as_json() -> None:
    clinic = Clinic(kyoto())
    clinic.silent.add("KYO-N2")
    switch(clinic.world, clinic.world.nodes[0], "provider-unbound", True)
    diagnosis = clinic.diagnose()
    assert Diagnosis.from_json(diagnosis.to_json()) == diagnosis
    assert not diagnosis.clean


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(min_value=0), texts=st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_whatever_the_nodes_print_a_diagnosis_comes_of_it(seed: int, texts: list[str]) -> None:
    """Each answer may be as it is, cut off, of another code, or anything at all."""

    def garbled(result: CommandResult) -> CommandResult:
        chance = random.Random(f"{seed} {result.argv}")
        kind = chance.choice(["whole", "whole", "whole", "cut", "failed", "text"])
        if kind == "cut":
            return replace(result, stdout=result.stdout[: chance.randint(0, len(result.stdout))])
        if kind == "failed":
            return replace(result, exit_code=chance.choice([1, 5, 9009, 1753, 2147749904]))
        return replace(result, stdout=chance.choice(texts)) if kind == "text" else result

    clinic = Clinic(kyoto())
    clinic.garbles = garbled
    diagnosis = clinic.diagnose()
    assert Diagnosis.from_json(diagnosis.to_json()) == diagnosis
    assert all(one.what and one.why and one.remedy for one in diagnosis.unread)
    assert all(finding.code in catalog.findings() for finding in diagnosis.findings)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(min_value=0))
def test_commands_that_fail_make_no_findings(seed: int) -> None:
    def failed(result: CommandResult) -> CommandResult:
        chance = random.Random(f"{seed} {result.argv}")
        said = chance.choice(["", "Access is denied.", "ERROR: The system was unable to find it."])
        fails = chance.random() < 0.3
        return replace(result, exit_code=chance.choice([1, 5, 9009]), stdout=said) if fails else result

    clinic = Clinic(kyoto())
    clinic.garbles = failed
    assert clinic.diagnose().findings == ()


def test_a_session_that_cannot_be_opened_is_a_node_that_could_not_be_looked_at() -> None:
    clinic = Clinic(kyoto())
    clinic.refused.add("KYO-N2")
    assert unread(clinic.diagnose()) == [("KYO-N2", "the whole node")]
