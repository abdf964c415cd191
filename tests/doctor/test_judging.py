"""Single judgements, on facts made by hand: versions, builds, names of types, dependencies, sources elsewhere."""

from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import catalog
from console.domain.doctor import judging_cluster, judging_files, judging_registry
from console.domain.doctor.facts import NodeFacts, RegisteredType, SourceFact
from console.domain.doctor.readings import FileFact, base_name, folder_of, read_files, read_registry, version_key
from console.domain.errors import Garbled
from console.domain.observation import ClusterView, GroupState, ResourceState
from console.domain.ports import CommandResult

SETUP = catalog.generation("2003").clustered
TYPES = catalog.generation("2003").resource_types
BIN, BUILD = r"C:\Program Files\Exchsrvr\bin", "6.5.7638.1"
assert SETUP is not None


def files(versions: Mapping[str, str]) -> dict[str, FileFact]:
    return {name.casefold(): FileFact(name, version) for name, version in versions.items()}


def node(name: str = "ONE", build: str = BUILD, **cluster: str) -> NodeFacts:
    """A node whose files are all of that build but those of the cluster folder that are given."""
    there = {one.name: build for one in SETUP.files} | {f"{key}.DLL": version for key, version in cluster.items()}
    binaries = files(dict.fromkeys((*SETUP.binaries, "exsetdata.dll", "exsmtp.dll"), build))
    return NodeFacts(name, r"C:\WINDOWS", BIN, cluster_files=files(there), binaries=binaries)


def old(one: NodeFacts, other: NodeFacts | None = None) -> list[str]:
    found = judging_files.cluster_files(one, other, SETUP)
    return [finding.about for finding in found if finding.code == "cluster-files.old-version"]


def test_a_file_of_an_earlier_service_pack_is_old() -> None:
    assert old(node(EXRES="6.5.6944.0")) == ["EXRES.DLL"]


def test_a_hotfix_of_single_files_makes_no_other_file_old() -> None:
    hotfixed = node()
    hotfixed.binaries = {**(hotfixed.binaries or {}), **files({"store.exe": "6.5.7652.24"})}
    assert hotfixed.build == BUILD
    assert old(hotfixed) == []


def test_the_copy_in_the_bin_folder_is_the_measure_where_there_is_one() -> None:
    patched = node()
    patched.binaries = {**(patched.binaries or {}), **files({"EXRES.DLL": "6.5.7640.2"})}
    assert old(patched) == ["EXRES.DLL"]


def test_of_nodes_of_one_build_the_one_with_the_older_file_has_it() -> None:
    newer = node("TWO", EXRES="6.5.7638.9")
    assert old(node(), newer) == ["EXRES.DLL"]
    assert old(newer, node()) == []


def test_nodes_of_two_builds_are_told_and_their_files_not_compared() -> None:
    one, two = node(build="6.5.7226.6"), node("TWO")
    two.binaries = {**(two.binaries or {}), **files({"new.dll": BUILD})}
    (finding,) = judging_files.builds(one, two)
    assert (finding.code, finding.node) == ("binaries.two-builds", "ONE")
    assert "TWO of 6.5.7638.1, which is likely right" in finding.evidence
    assert old(one, two) == []
    assert list(judging_files.binaries(one, two, SETUP)) == []


def test_many_missing_binaries_are_one_finding() -> None:
    one, two = node(), node("TWO")
    two.binaries = {**(two.binaries or {}), **files({f"part{n}.dll": BUILD for n in range(30)})}
    (finding,) = judging_files.binaries(one, two, SETUP)
    assert finding.code == "binaries.many"
    assert "30 files are not there" in finding.evidence


def test_a_version_that_is_not_told_is_neither_old_nor_good() -> None:
    silent = node(EXRES="")
    assert old(silent) == []
    assert list(judging_files.unversioned(silent, SETUP)) == ["EXRES.DLL"]


def test_when_all_cluster_files_are_missing_the_rule_that_leaves_them_out_is_said() -> None:
    empty = node()
    empty.cluster_files = files({"clussvc.exe": "5.2.3790.3959"})
    evidence = [finding.evidence for finding in judging_files.cluster_files(empty, None, SETUP)]
    assert len(evidence) == len(SETUP.files)
    assert all("active mailbox role" in text for text in evidence)


@pytest.mark.parametrize(
    ("told", "wanted", "same"),
    [
        ("microsoft exchange smtp server instance", "Microsoft Exchange SMTP Server Instance", True),
        ("Exchange SMTP Virtual Server", "Microsoft Exchange SMTP Server Instance", True),
        ("Microsoft Exchange Routing Engine Service", "Microsoft Exchange Routing Service", True),
        ("SMTP Relay", "Microsoft Exchange SMTP Server Instance", False),
        ("Microsoft Exchange HTTP Server Instance", "Microsoft Exchange SMTP Server Instance", False),
        ("Microsoft Exchange Information Store", "Microsoft Exchange System Attendant", False),
    ],
)
def test_a_type_is_known_by_the_telling_words_of_its_name(told: str, wanted: str, same: bool) -> None:
    kind = next(kind for kind in TYPES if kind.name == wanted)
    assert judging_cluster.is_of(told, kind) is same


def test_a_type_is_only_missing_when_two_witnesses_lack_it() -> None:
    facts = node()
    facts.types = tuple(RegisteredType(kind.name, kind.dll) for kind in TYPES[1:])
    facts.type_names = "Display Name  Resource Type Name\n------------\nMicrosoft Exchange System Attendant\n"
    assert list(judging_cluster.resource_types(facts, TYPES)) == []
    facts.type_names = ""
    (finding,) = judging_cluster.resource_types(facts, TYPES)
    assert (finding.code, finding.node, finding.about) == ("resource-types.missing", "", TYPES[0].name)


def group(*resources: ResourceState) -> NodeFacts:
    facts = node()
    facts.view = ClusterView("", "", {}, {"EVS": GroupState("EVS", "Online", "ONE", resources)})
    facts.detailed = True
    return facts


def lacking(facts: NodeFacts) -> list[str]:
    found = judging_cluster.resources(facts, "EVS", TYPES)
    return [finding.about for finding in found if finding.code == "resources.dependency"]


SA, IS, SEARCH = (
    "Microsoft Exchange System Attendant",
    "Microsoft Exchange Information Store",
    "Microsoft Search Service Instance",
)


def test_a_dependency_through_others_will_do() -> None:
    name = ResourceState("name", "Network Name", "Online")
    attendant = ResourceState("sa", SA, "Online", ("name",))
    search = ResourceState("search", SEARCH, "Online", ("is",))
    store = ResourceState("is", IS, "Online", ("middle",))
    middle = ResourceState("middle", "Generic Service", "Online", ("sa",))
    assert lacking(group(name, attendant, store, middle, search)) == []


def test_a_dependency_on_what_the_group_does_not_have_is_not_asked_for() -> None:
    attendant = ResourceState("sa", SA, "Online", ("name",))
    assert lacking(group(ResourceState("name", "Network Name", "Online"), attendant)) == []


def test_a_circle_of_dependencies_comes_to_an_end() -> None:
    attendant = ResourceState("sa", SA, "Online", ("is",))
    store = ResourceState("is", IS, "Online", ("sa",))
    assert lacking(group(ResourceState("name", "Network Name", "Online"), attendant, store)) == ["sa: Network Name"]


def test_a_group_in_which_nobody_made_an_exchange_server_yet_lacks_nothing() -> None:
    facts = group(ResourceState("name", "Network Name", "Online"), ResourceState("d", "Physical Disk", "Online"))
    assert list(judging_cluster.resources(facts, "EVS", TYPES)) == []


def test_a_message_file_that_is_nowhere_is_told_where_its_key_is_right() -> None:
    facts = node()
    elsewhere = r"D:\messages\EXSMTP.DLL"
    own = SourceFact("Application", "MSExchangeCluster", "", r"C:\WINDOWS\Cluster\CLUSMSG.DLL")
    facts.sources = (own, *_stores(), SourceFact("Application", "SMTP", elsewhere, elsewhere))
    assert list(judging_registry.event_sources(facts, None, SETUP)) == []
    facts.strayed = frozenset({elsewhere.casefold()})
    (finding,) = judging_registry.event_sources(facts, None, SETUP)
    assert (finding.code, finding.about) == ("event-sources.no-file", "SMTP")


def test_the_smtp_source_may_have_another_name() -> None:
    facts = node()
    own = SourceFact("System", "MSExchangeCluster", "", r"C:\WINDOWS\Cluster\CLUSMSG.DLL")
    facts.sources = (own, *_stores(), SourceFact("Application", "smtpsvc", "x", rf"{BIN}\exsmtp.dll"))
    assert list(judging_registry.event_sources(facts, None, SETUP)) == []


def _stores() -> list[SourceFact]:
    return [SourceFact("Application", name, "own.dll", rf"{BIN}\own.dll") for name in ("MSExchangeIS", "MSExchangeSA")]


@pytest.mark.parametrize(
    ("bound", "lacks"),
    [
        ("ncalrpc,ncacn_ip_tcp", ""),
        (" NCACN_IP_TCP ; ncalrpc", ""),
        (r"ncalrpc\0ncacn_ip_tcp\0", ""),
        ("ncalrpc,ncacn_np", "lacks ncacn_ip_tcp"),
        ("", "lacks ncalrpc and ncacn_ip_tcp"),
        ("xncacn_ip_tcp,ncalrpcx", "lacks ncalrpc and ncacn_ip_tcp"),
    ],
)
def test_both_protocols_must_be_among_the_bindings(bound: str, lacks: str) -> None:
    facts = node()
    facts.bound = bound
    found = list(judging_registry.provider(facts, None, SETUP))
    assert [lacks in finding.evidence for finding in found] == ([True] if lacks else [])


OLD_REG = (
    "\n! REG.EXE VERSION 3.0\n\nHKEY_LOCAL_MACHINE\\A\\B\n    <NO NAME>\tREG_SZ\tC:\\x y.dll\n"
    "    Two words\tREG_EXPAND_SZ\t%SystemRoot%\\z\n\nHKEY_LOCAL_MACHINE\\A\\B\\C\n    Number\tREG_DWORD\t0x7\n"
)


def test_reg_of_both_windows_reads_alike() -> None:
    new = OLD_REG.replace("\t", "    ").replace("<NO NAME>", "(Default)").replace("! REG.EXE VERSION 3.0", "")
    for text in (OLD_REG, new):
        keys = read_registry(CommandResult(("reg", "query"), 0, text))
        assert [key.name for key in keys.values()] == ["B", "C"]
        assert keys[r"hkey_local_machine\a\b"].default == r"C:\x y.dll"
        assert keys[r"hkey_local_machine\a\b"].values["two words"] == r"%SystemRoot%\z"


@given(st.text(max_size=400), st.integers(min_value=0, max_value=5))
def test_whatever_a_node_prints_is_read_or_told_as_garbled(text: str, code: int) -> None:
    for read in (read_registry, read_files):
        with suppress(Garbled):
            assert isinstance(read(CommandResult(("reg", "query"), code, text)), dict)


@given(st.lists(st.integers(min_value=0, max_value=99999), min_size=4, max_size=4))
def test_versions_compare_by_number(numbers: list[int]) -> None:
    assert version_key(".".join(map(str, numbers))) == tuple(numbers)


@pytest.mark.parametrize("text", ["", "n/a", "6.5.x.1", "6..5", " "])
def test_what_is_no_version_compares_with_nothing(text: str) -> None:
    assert version_key(text) == ()


def test_paths_lose_quotes_and_case_where_names_are_compared() -> None:
    assert base_name(r'"C:\Program Files\X\ExClUaDm.DLL"') == "excluadm.dll"
    assert folder_of(r'"C:\Program Files\X\a.dll"') == r"C:\Program Files\X"


def test_a_resource_of_which_a_cluster_has_one_may_be_in_another_group() -> None:
    transfer = next(kind for kind in TYPES if kind.single)
    facts = group(*(ResourceState(kind.name, kind.name, "Online") for kind in TYPES if kind is not transfer))
    assert facts.view is not None
    assert [one.about for one in judging_cluster.resources(facts, "EVS", TYPES) if one.code == "resources.missing"] == [
        transfer.name
    ]
    there = GroupState("EVS2", "Online", "TWO", (ResourceState("mta", transfer.name, "Online"),))
    facts.view = ClusterView("", "", {}, {**facts.view.groups, "EVS2": there})
    assert not [one for one in judging_cluster.resources(facts, "EVS", TYPES) if one.code == "resources.missing"]


def test_files_of_the_other_node_without_a_version_are_none_that_set_up_copied() -> None:
    two = node("TWO")
    two.binaries = {**(two.binaries or {}), **files({"today.log": "", "extra.dll": BUILD})}
    assert [finding.about for finding in judging_files.binaries(node(), two, SETUP)] == ["extra.dll"]


def test_an_extension_for_all_types_counts_as_registered() -> None:
    clsid = "{D3A6B9C1-52E7-4C0B-9E14-7C2F0A5B6E01}"
    facts = node()
    facts.classes, facts.types = (clsid,), (RegisteredType("Physical Disk", "clusres.dll"),)
    assert [one.code for one in judging_cluster.registration([facts], SETUP)] == ["registration.cluster"]
    facts.extensions = (clsid.lower(),)
    assert list(judging_cluster.registration([facts], SETUP)) == []
