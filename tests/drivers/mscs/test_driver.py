"""The driver of Microsoft's cluster service: its view, its rules for a move, its commands, what its exit codes mean."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from console.catalog import cluster_product
from console.domain import second_hop
from console.domain.carrying import CarryingDriver, carries_names
from console.domain.errors import Garbled, Unquotable
from console.domain.observation import ClusterView
from console.domain.observe import questions
from console.domain.ports import Argv, CommandResult
from console.domain.quoting import batch_lines, cmd_line
from console.drivers import driver_for, generation_for
from console.drivers.mscs import commands
from console.drivers.mscs.driver import Mscs, ServiceDown
from console.drivers.mscs.rows import GroupRow, NodeRow, ResourceRow
from tests.drivers.mscs.screens import EVS, MADE, OWNERS, cluster, kyoto, resources, said

DRIVER = Mscs()
KYOTO = cluster()
FUKUOKA = replace(cluster("FUK-CMS1", generation="2007"), primary_server="FUK-CMS1", standby_server="FUK-CMS1")
UP = (NodeRow("KYO-N1", "Up"), NodeRow("KYO-N2", "Up"))
Rows = list[ResourceRow]


def group(status: str = "Online", node: str = "KYO-N1") -> tuple[GroupRow, ...]:
    return (GroupRow(EVS, node, status),)


def view(**parts: object) -> ClusterView:
    return DRIVER.read_view(KYOTO, kyoto(**parts))  # type: ignore[arg-type]


def detailed(owners: Callable[[str], list[str]]) -> ClusterView:
    """Kyoto's view with who may own each resource; the System Attendant depends on two, the store on it."""
    seen = view()
    answers = []
    for name in MADE.values():
        listed = OWNERS.split("LST01DB02")[0] + "\n".join(owners(name)) + "\n"
        needs = {
            "Exchange System Attendant Instance - (KYO-EVS1)": ["Network Name (KYO-EVS1)", "Disk X:"],
            "Exchange Information Store Instance - (KYO-EVS1)": ["Exchange System Attendant Instance - (KYO-EVS1)"],
        }.get(name, [])
        lines = [f"{need:<20} {EVS:<20} {'KYO-N1':<15} Online" for need in needs]
        head = [f"Listing dependencies for resource '{name}':", "", "Resource Group Node Status", "---- ---- ---- ----"]
        answers += [said(commands.owners(name), listed), said(commands.dependencies(name), "\n".join([*head, *lines]))]
    asked = DRIVER.detail_questions(KYOTO, KYOTO.primary, seen)
    assert [answer.argv for answer in answers] == list(asked)
    return DRIVER.read_details(KYOTO, KYOTO.primary, seen, answers)


def test_the_view_has_owner_states_and_types_in_the_spelling_of_the_inventory() -> None:
    rows = [replace(row, group=EVS.upper(), node="kyo-n1") for row in resources()]
    nodes = (NodeRow("kyo-n1", "Up"), NodeRow("KYO-N2", "Up"))
    seen = view(nodes=nodes, groups=(GroupRow(EVS.upper(), "kyo-n1", "Online"),), rows=rows)
    assert seen.servers == {"KYO-N1": "Up", "KYO-N2": "Up"}
    found = seen.groups[EVS]
    assert (found.current, found.status) == ("KYO-N1", "Online")
    assert {resource.kind: resource.name for resource in found.resources} == MADE


def test_each_windows_is_asked_by_what_it_has() -> None:
    older, newer = KYOTO.primary, replace(KYOTO.primary, windows="2008r2")
    assert DRIVER.questions(KYOTO, older) == commands.TEXT_QUESTIONS
    assert DRIVER.questions(KYOTO, newer) == commands.MODULE_QUESTIONS
    assert not any(second_hop.needs(argv) for argv in (*commands.TEXT_QUESTIONS, *commands.MODULE_QUESTIONS))
    assert all(argv[0] != "powershell" for argv in DRIVER.questions(KYOTO, replace(older, windows="2008")))


def test_a_node_whose_cluster_service_is_down_says_so_with_what_to_do() -> None:
    answers = kyoto()
    text = "System error 1753 has occurred (0x000006d9).\nThere are no more endpoints available."
    answers[0] = said(commands.NODES, text, 1753)
    with pytest.raises(ServiceDown, match="does not answer") as caught:
        DRIVER.read_view(KYOTO, answers)
    assert "net start clussvc" in caught.value.remedy


def test_a_node_without_cluster_exe_and_one_that_refuses_have_remedies_of_their_own() -> None:
    answers = kyoto()
    for code, word in ((9009, "is not on this node"), (5, "administrator of the cluster"), (4711, "net helpmsg 4711")):
        answers[0] = said(commands.NODES, "something", code)
        with pytest.raises(Garbled) as caught:
            DRIVER.read_view(KYOTO, answers)
        assert word in caught.value.remedy


def test_the_groups_resources_come_with_their_types_or_are_unknown() -> None:
    assert set(DRIVER.read_resources(KYOTO, kyoto())) == {f"{kind}@{name}" for kind, name in MADE.items()}
    untold = [*kyoto()[:5], CommandResult(commands.WMI_RESOURCES, 1, "Invalid class")]
    with pytest.raises(Garbled, match="does not tell the type"):
        DRIVER.read_resources(KYOTO, untold)
    with pytest.raises(Garbled, match="no resource in a group"):
        DRIVER.read_resources(cluster("Another"), kyoto())


def test_a_group_that_set_up_made_has_no_problem() -> None:
    made = [f"{kind}@{name}" for kind, name in MADE.items()]
    assert DRIVER.group_problems(KYOTO, made) == ()
    assert DRIVER.group_problems(KYOTO, [*made, "Physical Disk@Disk Y:", "File Share@x"]) == ()


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("Network Name", "no network name"),
        ("IP Address", "no IP address"),
        ("Physical Disk", "no disk"),
        ("Microsoft Exchange Information Store", "no resource of the type Microsoft Exchange Information Store"),
    ],
)
def test_a_group_without_a_part_is_not_one_for_exchange(without: str, says: str) -> None:
    made = [f"{kind}@{name}" for kind, name in MADE.items() if kind != without]
    ((reason, remedy),) = DRIVER.group_problems(KYOTO, made)
    assert says in reason
    assert remedy


def test_a_type_whose_name_is_not_certain_is_not_missed_here() -> None:
    made = [f"{kind}@{name}" for kind, name in MADE.items() if "Routing" not in kind and "HTTP" not in kind]
    assert DRIVER.group_problems(KYOTO, made) == ()


def test_two_network_names_are_one_too_many() -> None:
    made = [f"{kind}@{name}" for kind, name in MADE.items()]
    assert "2 network names" in DRIVER.group_problems(KYOTO, [*made, "Network Name@other"])[0][0]


def test_a_healthy_group_may_be_moved_and_whether_it_may_be_taken_over_is_not_the_clusters_to_tell() -> None:
    seen = view()
    assert DRIVER.view_problems(KYOTO, seen, "KYO-N2") == ()
    assert DRIVER.move_back_problems(KYOTO, seen, "KYO-N2", waits=False) == ()
    assert DRIVER.takeover_problems(KYOTO, seen, "KYO-N2") == ()
    assert DRIVER.takeover_problems(KYOTO, seen, "KYO-N1") == ()


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"nodes": (UP[0], NodeRow("KYO-N2", "Down"))}, "KYO-N2 is Down"),
        ({"nodes": (UP[0], NodeRow("KYO-N2", "Paused"))}, "KYO-N2 is paused"),
        ({"nodes": (UP[0], NodeRow("KYO-N2", "Joining"))}, "KYO-N2 is joining"),
        ({"nodes": (UP[0], NodeRow("OTHER", "Up")), "groups": group()}, "does not know the node KYO-N2"),
        ({"nodes": (*UP, NodeRow("KYO-N3", "Up"))}, "third node KYO-N3"),
        ({"groups": group("Failed")}, "is Failed on KYO-N1"),
        ({"groups": group("Partially Online")}, "is Partially Online on KYO-N1"),
        ({"groups": group("Pending")}, "something moves it already"),
        ({"groups": (GroupRow("Another", "KYO-N1", "Online"),), "rows": []}, "no group EVS Kyoto; it shows Another"),
        ({"rows": [replace(row, status="Failed") for row in resources()[:1]]}, "IP Address (KYO-EVS1) is Failed"),
    ],
)
def test_what_stands_against_a_planned_move(parts: dict[str, object], says: str) -> None:
    problems = DRIVER.view_problems(KYOTO, view(**parts), "KYO-N2")
    assert any(says in reason for reason, _ in problems), problems
    assert all(remedy for _, remedy in problems)


@pytest.mark.parametrize("status", ["Failed", "Offline", "Partially Online"])
def test_a_group_that_is_not_well_may_be_taken_over_and_moved_back(status: str) -> None:
    seen = view(groups=group(status))
    assert DRIVER.takeover_problems(KYOTO, seen, "KYO-N2") == ()
    assert DRIVER.move_back_problems(KYOTO, seen, "KYO-N2", waits=False) == ()


def test_a_takeover_needs_the_target_up_and_nothing_under_way() -> None:
    down = view(nodes=(UP[0], NodeRow("KYO-N2", "Paused")), groups=group("Failed"))
    assert "/resume" in DRIVER.takeover_problems(KYOTO, down, "KYO-N2")[0][1]
    assert "already" in DRIVER.takeover_problems(KYOTO, view(groups=group("Pending")), "KYO-N2")[0][0]
    assert "no group" in DRIVER.takeover_problems(cluster("Another"), view(), "KYO-N2")[0][0]


def test_details_tell_order_and_owners_and_a_resource_that_cannot_run_there_forbids_the_move() -> None:
    seen = detailed(lambda name: ["kyo-n1"] if name == "Disk X:" else ["KYO-N1", "KYO-N2"])
    found = {resource.name: resource for resource in seen.groups[EVS].resources}
    assert found["Disk X:"].owners == ("KYO-N1",)
    attendant = found["Exchange System Attendant Instance - (KYO-EVS1)"]
    assert attendant.depends_on == ("Network Name (KYO-EVS1)", "Disk X:")
    ((reason, remedy),) = DRIVER.view_problems(KYOTO, seen, "KYO-N2")
    assert reason == "The resource Disk X: cannot run on KYO-N2; it may run on KYO-N1."
    assert "possible owners" in remedy
    assert DRIVER.view_problems(KYOTO, seen, "KYO-N1") == ()


def test_owners_that_were_not_read_forbid_nothing_by_themselves() -> None:
    assert all(resource.owners is None for resource in view().groups[EVS].resources)


def test_details_that_cannot_be_read_are_garbled() -> None:
    seen = view()
    asked = DRIVER.detail_questions(KYOTO, KYOTO.primary, seen)
    refused = [CommandResult(argv, 5007, "System error 5007 has occurred (0x0000138f).") for argv in asked]
    with pytest.raises(Garbled, match="with 5007"):
        DRIVER.read_details(KYOTO, KYOTO.primary, seen, refused)
    with pytest.raises(Garbled, match="1 answers about"):
        DRIVER.read_details(KYOTO, KYOTO.primary, seen, refused[:1])


def test_a_resource_whose_name_would_be_an_option_is_not_asked_about() -> None:
    seen = view(rows=[ResourceRow("/offline", "Physical Disk", EVS, "KYO-N1", "Online")])
    with pytest.raises(Unquotable, match="option"):
        DRIVER.detail_questions(KYOTO, KYOTO.primary, seen)


def test_a_whole_round_of_observation_is_one_line_for_the_node() -> None:
    for cluster_, windows in ((KYOTO, "2003"), (FUKUOKA, "2008"), (FUKUOKA, "2008r2")):
        node = replace(cluster_.primary, windows=windows)
        asked = questions(cluster_, node, generation_for("mscs", cluster_.generation), DRIVER)
        assert len(batch_lines(asked, "0123456789ab")) == 1
        assert not any(argv[0] in ("handle.exe", "openfiles", "type") for argv in asked)


def test_a_heading_alone_says_that_a_resource_needs_nothing_and_an_unknown_layout_is_garbled() -> None:
    seen = view(rows=[ResourceRow("Disk X:", "Physical Disk", EVS, "KYO-N1", "Online")])
    owners, needs = DRIVER.detail_questions(KYOTO, KYOTO.primary, seen)
    told = said(owners, OWNERS.replace("LST01DB02", "KYO-N1"))
    alone = said(needs, "Listing resource dependencies for 'Disk X:':\n\n")
    read = DRIVER.read_details(KYOTO, KYOTO.primary, seen, [told, alone])
    assert read.groups[EVS].resources[0].depends_on == ()
    for text in ("Disk X: needs\nnothing at all\n", "Heading\n-------\nsomething else\n"):
        with pytest.raises(Garbled, match="listdep"):
            DRIVER.read_details(KYOTO, KYOTO.primary, seen, [told, said(needs, text)])


def test_the_module_tells_details_by_names_in_brackets() -> None:
    node = replace(KYOTO.primary, windows="2008r2")
    kinds = {"A [1]": "x", "It's": "y", "C": "z"}
    seen = view(rows=[ResourceRow(name, kind, EVS, "KYO-N1", "Online") for name, kind in kinds.items()])
    expressions = ["", "([A [1]])", "([A [1]]) and ([It's])"]
    answers = []
    for text in expressions:
        answers.append(CommandResult(("p",), 0, '"Name"\r\n"KYO-N1"\r\n"KYO-N2"\r\n'))
        answers.append(CommandResult(("p",), 0, f'"DependencyExpression"\r\n"{text}"\r\n'))
    read = DRIVER.read_details(KYOTO, node, seen, answers)
    assert [resource.depends_on for resource in read.groups[EVS].resources] == [(), ("A [1]",), ("A [1]", "It's")]
    assert {resource.owners for resource in read.groups[EVS].resources} == {("KYO-N1", "KYO-N2")}
    assert "-Name 'It''s'" in DRIVER.detail_questions(KYOTO, node, seen)[2][-1]


def test_an_exchange_2003_group_is_moved_by_cluster_exe_with_its_name_whole() -> None:
    assert DRIVER.move(KYOTO, "KYO-N2") == ("cluster", "group", "EVS Kyoto", "/move:KYO-N2", "/wait:5")
    assert cmd_line(DRIVER.move(KYOTO, "KYO-N2")) == 'cluster group "EVS Kyoto" /move:KYO-N2 /wait:5'
    assert DRIVER.forced_move(KYOTO, "KYO-N2") == DRIVER.move(KYOTO, "KYO-N2")
    assert DRIVER.start(KYOTO, "KYO-N1")[3] == "/online:KYO-N1"
    assert DRIVER.stop(KYOTO, "KYO-N1")[3] == "/offline"
    assert DRIVER.move_questions(KYOTO, "KYO-N2") == ()
    assert DRIVER.product.tool("2003") is None


@pytest.mark.parametrize("name", ["/offline", "-x", " "])
def test_a_group_that_would_be_an_option_is_never_named(name: str) -> None:
    with pytest.raises(Unquotable):
        DRIVER.move(cluster(name), "KYO-N2")


def test_a_clustered_mailbox_server_is_moved_by_exchange_alone_and_the_comment_is_no_part_of_the_line() -> None:
    moves: list[Argv] = [DRIVER.move(FUKUOKA, "KYO-N2"), DRIVER.forced_move(FUKUOKA, "KYO-N2")]
    assert all("Move-ClusteredMailboxServer -Identity 'FUK-CMS1' -TargetMachine 'KYO-N2'" in argv[-1] for argv in moves)
    assert all("([Console]::In.ReadLine())" in argv[-1] for argv in (*moves, DRIVER.stop(FUKUOKA, "KYO-N1")))
    assert ["-IgnoreDismounted" in argv[-1] for argv in moves] == [False, True]
    every = [*moves, DRIVER.start(FUKUOKA, "KYO-N1"), *DRIVER.move_questions(FUKUOKA, "KYO-N2")]
    assert all(second_hop.needs(argv) for argv in every)
    assert all(cmd_line(argv) for argv in every)
    assert not any(argv[0] == "cluster" for argv in every)
    tool = DRIVER.product.tool("2007")
    assert tool is not None
    assert "cluster.exe" in tool.why


STATUS = """
Identity                        : fuk-cms1
ClusteredMailboxServerName      : FUK-CMS1.example.com
State                           : {state}
OperationalMachines             : {{FUK-N1 <Active, Quorum Owner>,
                                  FUK-N2}}
FailedResources                 : {{{failed}}}
"""


def asked_of_exchange(state: str = "Online", failed: str = "", check: int = 0) -> tuple[tuple[str, str], ...]:
    status, dry = DRIVER.move_questions(FUKUOKA, "KYO-N2")
    answers = [said(status, STATUS.format(state=state, failed=failed)), said(dry, "It says no.", check)]
    return DRIVER.move_problems(FUKUOKA, "KYO-N2", answers)


def test_exchange_is_asked_before_a_move_and_what_it_says_against_it_is_told() -> None:
    assert asked_of_exchange() == ()
    assert "PartiallyOnline" in asked_of_exchange("PartiallyOnline")[0][0]
    assert (
        "failed: SG1/DB1 (FUK-CMS1), SG1/DB2 (FUK-CMS1)"
        in asked_of_exchange(failed="SG1/DB1 (FUK-CMS1),\n                                  SG1/DB2 (FUK-CMS1)")[0][0]
    )
    assert "It says no." in asked_of_exchange(check=1)[0][0]


def test_a_state_that_exchange_does_not_tell_is_garbled() -> None:
    status, dry = DRIVER.move_questions(FUKUOKA, "KYO-N2")
    for answer in (said(status, "nothing"), said(status, "Access is denied.", 1)):
        with pytest.raises(Garbled, match="Get-ClusteredMailboxServerStatus"):
            DRIVER.move_problems(FUKUOKA, "KYO-N2", [answer, said(dry, "")])


def test_exit_codes_are_explained_and_those_that_only_stopped_waiting_go_on() -> None:
    codes = cluster_product("mscs").exit_codes
    assert len({code.number for code in codes}) == len(codes)
    assert {code.number for code in codes if code.goes_on} == {258, 997, 1460}
    assert all(DRIVER.explain(code.number)[1] for code in codes)
    assert "cannot run there" in DRIVER.explain(5016)[0]
    assert DRIVER.explain(12345)[1] == "`net helpmsg 12345` on the node says what it is."
    assert DRIVER.goes_on(258)
    assert not DRIVER.goes_on(5016)


def test_no_script_is_ever_asked_for() -> None:
    assert DRIVER.script_questions(KYOTO, ["Physical Disk@Disk X:"]) == ()
    assert DRIVER.script_state(["Generic Script@x"]) == "none"


def test_the_driver_carries_names_and_only_services_behind_resources_are_left() -> None:
    driver = driver_for("mscs")
    assert carries_names(driver)
    carrying: CarryingDriver = DRIVER
    assert carrying.product.name_moves
    assert not carries_names(driver_for("expresscluster"))
    services = generation_for("mscs", "2003").running_services(())
    assert [s.name for s in services] == ["MSExchangeSA", "MSExchangeIS", "RESvc", "MSExchangeMTA", "SMTPSVC", "W3SVC"]
    assert [s.name for s in generation_for("mscs", "2007").services] == ["MSExchangeSA", "MSExchangeIS"]
    assert "MSExchangeMGMT" in [s.name for s in generation_for("expresscluster", "2003").services]
