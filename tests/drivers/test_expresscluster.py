"""The ExpressCluster driver: names, problems, commands."""

import pytest

from console.domain.errors import Garbled, Unquotable
from console.domain.observation import ClusterView
from console.domain.ports import CommandResult
from console.domain.scripts import marked
from console.drivers import UnknownDriver, driver_for, driver_keys
from console.drivers.expresscluster.driver import EngineDown, ExpressCluster
from tests.drivers.screens import STOPPED, WINDOWS, cluster

CONF = """<?xml version="1.0" encoding="ASCII"?>
<root><group name="failover"><resource name="fip@fip1"/><resource name="md@md"/>
<resource name="script@script-postgres"/></group><group name="other"><resource name="fip@fip9"/></group>
<resource><fip name="fip1"/></resource></root>"""
DRIVER = ExpressCluster()


def results(screen: str, conf: str = CONF, *, exit_code: int = 0) -> list[CommandResult]:
    return [CommandResult(("clpstat", "--long"), exit_code, screen), CommandResult(("type",), 0, conf)]


def view(screen: str = WINDOWS) -> ClusterView:
    return DRIVER.read_view(cluster(), results(screen))


def test_names_come_in_the_spelling_of_the_inventory_with_the_kinds_of_the_configuration() -> None:
    seen = view()
    assert seen.own == "WS2022-01"
    assert seen.servers == {"WS2022-01": "Online", "WS2022-02": "Online"}
    group = seen.groups["failover"]
    assert (group.status, group.current) == ("Online", "WS2022-01")
    assert [(r.kind, r.name, r.status) for r in group.resources] == [
        ("md", "md", "Online"),
        ("script", "script-postgres", "Online"),
    ]
    assert seen.links == {"WS2022-01/lankhb1": "Normal", "WS2022-02/lankhb1": "Normal"}


def test_a_group_that_nobody_has_is_on_no_node() -> None:
    seen = view(WINDOWS.replace(": ws2022-01\n", ": None\n"))
    assert seen.groups["failover"].current == ""


def test_a_cut_name_is_matched_with_the_inventory() -> None:
    name = "exchange-mail-group-of-the-head-office"
    screen = WINDOWS.replace("    failover .........................: Online", f"    {name[:33]} : Online")
    assert name in DRIVER.read_view(cluster(name), results(screen)).groups


def test_a_name_that_only_begins_alike_is_not_matched() -> None:
    screen = WINDOWS.replace("ws2022-02 .", "ws2022-0 ..")
    seen = DRIVER.read_view(cluster(nodes=("WS2022-01", "WS2022-02")), results(screen))
    assert set(seen.servers) == {"WS2022-01", "ws2022-0"}


@pytest.mark.parametrize(
    ("screen", "exit_code"), [(STOPPED, 0), ("Could not connect to the server.", 1), (WINDOWS, 1), ("", 9009)]
)
def test_an_error_exit_and_a_screen_that_is_all_offline_both_mean_engine_down(screen: str, exit_code: int) -> None:
    with pytest.raises(EngineDown) as caught:
        DRIVER.read_view(cluster(), results(screen, exit_code=exit_code))
    assert "clpcl -s" in caught.value.remedy


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("   *ws2022-01", "    ws2022-01", "marks 0 servers"),
        ("    ws2022-02", "   *ws2022-02", "marks 2 servers"),
        ("    ws2022-02 ", "    ws2022-01 ", "cannot be told apart"),
        ("current   ", "courant   ", "does not say once"),
        (": ws2022-01\n", ": somebody\n", "none of its servers"),
    ],
)
def test_a_screen_that_contradicts_itself_is_garbled(before: str, after: str, told: str) -> None:
    assert before in WINDOWS
    with pytest.raises(Garbled, match=told):
        view(WINDOWS.replace(before, after))


def test_resources_are_those_of_the_group_alone() -> None:
    assert DRIVER.read_resources(cluster(), results(WINDOWS)) == ("fip@fip1", "md@md", "script@script-postgres")
    assert DRIVER.read_resources(cluster("OTHER"), results(WINDOWS)) == ("fip@fip9",)


@pytest.mark.parametrize(
    ("conf", "told"),
    [
        ("", "not readable"),
        ("<root>", "not readable"),
        ("<root></root>", "no group"),
        ('<!DOCTYPE root [<!ENTITY a "b">]><root/>', "document type"),
        ('<root><group name="failover"><resource name="fip1"/></group></root>', "kind@name"),
        ("garbage \x01\x02", "not readable"),
        ("<root>" + " " * 4_000_000 + "</root>", "more than a configuration"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_garbled(conf: str, told: str) -> None:
    with pytest.raises(Garbled, match=told):
        DRIVER.read_resources(cluster(), results(WINDOWS, conf))


def test_a_configuration_that_is_not_there_says_so() -> None:
    missing = CommandResult(("type",), 1, "", "The system cannot find the path specified.")
    with pytest.raises(Garbled, match="cannot find the path"):
        DRIVER.read_resources(cluster(), [results(WINDOWS)[0], missing])


def test_the_state_is_still_read_when_the_configuration_is_not() -> None:
    seen = DRIVER.read_view(cluster(), results(WINDOWS, "garbage"))
    assert {resource.kind for resource in seen.groups["failover"].resources} == {""}


def test_group_and_destination_are_always_named_and_nothing_is_forced() -> None:
    assert DRIVER.move(cluster(), "ws2022-02") == ("clpgrp", "-m", "failover", "-a", "WS2022-02")
    assert DRIVER.start(cluster(), "WS2022-02") == ("clpgrp", "-s", "failover", "-h", "WS2022-02")
    assert DRIVER.stop(cluster(), "WS2022-02") == ("clpgrp", "-t", "failover", "-h", "WS2022-02")


@pytest.mark.parametrize("group", ["", "  ", "-f", "/all"])
def test_a_group_that_would_be_taken_for_an_option_is_refused(group: str) -> None:
    with pytest.raises(Unquotable):
        DRIVER.move(cluster(group), "WS2022-02")


def test_a_stranger_is_no_target() -> None:
    with pytest.raises(KeyError):
        DRIVER.move(cluster(), "WS2022-03")


@pytest.mark.parametrize(
    ("resources", "reasons"),
    [
        (["fip@f", "sd@s"], []),
        (["fip@f", "md@m", "script@x"], []),
        (["sd@s"], ["The group has no floating IP."]),
        (["fip@f", "fip@g", "sd@s"], ["The group has 2 floating IPs (fip@f, fip@g)."]),
        (["fip@f", "vip@v", "sd@s"], ["The group holds a virtual IP: vip@v."]),
        (["fip@f", "sd@s", "md@m"], ["The group has 2 switching partitions (sd@s, md@m)."]),
        ([], ["The group has no floating IP.", "The group has no switching partition."]),
    ],
)
def test_the_group_must_be_made_as_the_guide_says(resources: list[str], reasons: list[str]) -> None:
    problems = DRIVER.group_problems(cluster(), resources)
    assert [reason for reason, _ in problems] == reasons
    assert all(remedy for _, remedy in problems)


@pytest.mark.parametrize(
    ("resources", "state"),
    [(["fip@f", "sd@s"], "none"), (["fip@f", "script@s"], "guide/unknown"), (["service@s"], "guide/unknown")],
)
def test_a_group_that_runs_something_of_its_own_is_told(resources: list[str], state: str) -> None:
    assert DRIVER.script_state(resources) == state


SCRIPTED = ["fip@f", "sd@s", "script@run exchange"]
OURS = marked("net start MSExchangeIS")


def shown(*texts: str, exit_code: int = 0) -> list[CommandResult]:
    return [CommandResult(("type",), exit_code, text) for text in texts]


def test_the_groups_batch_files_are_asked_for_by_name() -> None:
    folder = r"C:\Program Files\EXPRESSCLUSTER\scripts\failover\run exchange"
    asked = DRIVER.script_questions(cluster(), SCRIPTED)
    assert asked == (("type", rf"{folder}\start.bat"), ("type", rf"{folder}\stop.bat"))
    assert DRIVER.script_questions(cluster(), ["fip@f", "sd@s"]) == ()


@pytest.mark.parametrize(
    ("resources", "scripts", "state"),
    [
        (SCRIPTED, shown(OURS, OURS), "console"),
        (SCRIPTED, shown(OURS, OURS + "rem changed"), "guide/unknown"),
        (SCRIPTED, shown(OURS), "guide/unknown"),
        (SCRIPTED, shown(OURS, OURS, exit_code=1), "guide/unknown"),
        (SCRIPTED, shown("net start", "net stop"), "guide/unknown"),
        ([*SCRIPTED, "service@s"], shown(OURS, OURS), "guide/unknown"),
        ([*SCRIPTED, "script@second"], shown(OURS, OURS), "guide/unknown"),
        (["fip@f", "sd@s"], [], "none"),
    ],
)
def test_scripts_are_the_consoles_only_when_every_one_is(
    resources: list[str], scripts: list[CommandResult], state: str
) -> None:
    assert DRIVER.script_state(resources, scripts) == state


STANDS = "failover .........................: Offline"
DEAD = WINDOWS.replace("ws2022-01 ........................: Online", "ws2022-01 ........................: Offline")
DOWN = DEAD.replace("   *ws2022-01", "    ws2022-01").replace("    ws2022-02", "   *ws2022-02")
LEFT = DOWN.replace(": ws2022-01\n", ": None\n").replace("failover .........................: Online", STANDS)


def test_a_server_that_the_product_has_given_up_can_be_taken_over_from() -> None:
    assert DRIVER.takeover_problems(cluster(), view(LEFT), "WS2022-02") == ()


@pytest.mark.parametrize("word", ["Online", "Unknown", "Caution", "Suspend", "Online Pending", "Offline Pending"])
def test_any_other_word_for_the_other_server_forbids_a_takeover(word: str) -> None:
    screen = LEFT.replace("ws2022-01 ........................: Offline", f"ws2022-01 ........................: {word}")
    ((reason, remedy),) = DRIVER.takeover_problems(cluster(), view(screen), "WS2022-02")
    assert f"calls the server WS2022-01 {word}, not Offline" in reason
    assert remedy


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "failover .........................: Offline",
            "failover .........................: Online Pending",
            "moves it",
        ),
        ("ws2022-02 ........................: Online", "ws2022-02 ........................: Suspend", "is Suspend"),
        ("    failover ", "    failures ", "shows no group failover"),
    ],
)
def test_what_else_forbids_a_takeover_is_told_with_a_remedy(before: str, after: str, told: str) -> None:
    assert before in LEFT
    problems = DRIVER.takeover_problems(cluster(), view(LEFT.replace(before, after)), "WS2022-02")
    assert any(told in reason for reason, _ in problems)
    assert all(remedy for _, remedy in problems)


def test_a_group_that_is_up_on_the_target_already_needs_no_word_about_the_other_server() -> None:
    assert DRIVER.takeover_problems(cluster(), view(), "WS2022-01") == ()


def test_a_group_that_is_up_need_not_be_taken_over() -> None:
    (problem,) = DRIVER.takeover_problems(cluster(), view(DOWN), "WS2022-02")
    assert "is Online on WS2022-01" in problem[0]


def test_a_healthy_cluster_has_no_problems() -> None:
    assert DRIVER.view_problems(cluster(), view(), "WS2022-02") == ()


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("ws2022-02", "Online", "Offline", "Offline, not Online"),
        ("ws2022-02", "Online", "Suspend", "suspended on"),
        ("ws2022-02", "Online", "Caution", "is Caution"),
        ("ws2022-02", "Online", "Online Pending", "Pending"),
        ("failover", "Online", "Online Failure", "Failure"),
        ("failover", "Online", "Online Pending", "moves it"),
        ("failover", "failover", "failures", "shows no group failover"),
        ("ws2022-02", "ws2022-02", "ws2022-03", "does not know the server WS2022-02"),
        ("  md   ", "Online", "Online Failure", "The resource md is Online Failure"),
        ("userw", "Normal", "Suspend", "userw is suspended"),
        ("mdw1", "Normal", "Caution", "mirror"),
    ],
)
def test_what_forbids_a_move_is_told_with_a_remedy(name: str, before: str, after: str, told: str) -> None:
    line = next(line for line in WINDOWS.splitlines() if name in line)
    assert before in line
    screen = WINDOWS.replace(line, line.replace(before, after))
    problems = DRIVER.view_problems(cluster(), view(screen), "WS2022-02")
    assert any(told in reason for reason, _ in problems)
    assert all(remedy for _, remedy in problems)


def test_a_failed_network_check_forbids_a_move_to_that_node_only() -> None:
    line = "      pingnp1                         : Error            ping resolution\n"
    seen = view(WINDOWS.replace("  <group>", line + "  <group>"))
    assert len(DRIVER.view_problems(cluster(), seen, "WS2022-02")) == 1
    assert DRIVER.view_problems(cluster(), seen, "WS2022-01") == ()


def test_the_registry_knows_its_drivers() -> None:
    assert driver_for("expresscluster").title == "EXPRESSCLUSTER X"
    assert driver_for("mscs").title == "Microsoft Cluster Service"
    assert driver_keys() == ("expresscluster", "mscs")
    with pytest.raises(UnknownDriver, match="there are expresscluster, mscs"):
        driver_for("vcs")
