"""The console's scripts on the nodes: what they ask, what they do with the answer, and what the product makes of it."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.lab import control, faults, groups, power, presets
from console.lab.console_scripts import SPOOL
from console.lab.definition import Cluster, DefinitionError, NodeKey, Recovery, Script, Webhook, world_from
from console.lab.exchange import START_ORDER
from console.lab.files import PRODUCT, USERLOG
from console.lab.schedule import Outcome, Scheduler
from console.lab.server import Lab
from console.lab.state import RUNNING, Node
from console.lab.world import World
from tests.lab.nodes.answering import KEYS, Answering

SCRIPTS = rf"{PRODUCT}\scripts\EXCHANGE\script1"
GO, NO, WAIT = {"answer": "go"}, {"answer": "no", "reason": "held"}, {"answer": "wait", "poll": "1"}
Make = Callable[..., tuple[World, Answering]]


def scripted(script: Script | None = None, **changes: Any) -> Cluster:
    settings = script or Script(retry=0.2, silence_after=2.0)
    return replace(presets.tokyo(), scripts="console", script=settings, **changes)


@pytest.fixture
def make() -> Iterator[Make]:
    """A running world with console scripts, and a console that says what the test gives."""
    with ExitStack() as stack:

        def made(*says: dict[str, str], script: Script | None = None, **changes: Any) -> tuple[World, Answering]:
            answering = stack.enter_context(Answering(*says))
            webhook = Webhook(answering.url, {name: NodeKey(*key) for name, key in KEYS.items()})
            item = presets.fast_definition(scripted(script, **changes), speed=5.0)
            item.webhook = webhook
            world = World(item)
            world.schedule.run()
            stack.callback(world.schedule.stop)
            return world, answering

        yield made


def running(node: Node) -> set[str]:
    names = START_ORDER[node.cluster.definition.generation]
    found = [(name, node.service(name)) for name in names]
    return {name for name, service in found if service and service.state == RUNNING}


def finish(world: World, procedure: Any) -> Outcome | None:
    job = world.schedule.start(procedure)
    assert world.schedule.wait(lambda: job.outcome is not None, 60)
    return job.outcome


def move(world: World) -> Outcome | None:
    first, second = world.nodes
    return finish(world, groups.move_group(world, first.cluster.groups[0], second, "clpgrp -m"))


def settled(world: World, owner: str, status: str = "Online") -> bool:
    def holds() -> bool:
        group = world.clusters[0].groups[0]
        return group.status == status and group.owner is not None and group.owner.name == owner

    return world.schedule.wait(holds, 60)


def test_a_move_waits_for_the_go_and_ends_after_the_services_run(make: Make) -> None:
    world, console = make(WAIT, WAIT, GO)
    first, second = world.nodes
    assert move(world) == groups.STARTED
    assert running(second) == set(START_ORDER["2003"])
    assert running(first) == set()
    assert console.events() == [("TYO-EX1", "stopped"), ("TYO-EX2", "starting"), ("TYO-EX2", "started")]
    assert all(heard["genuine"] == "True" for heard in console.heard)


def test_all_messages_of_a_run_carry_its_id_and_the_products_variables(make: Make) -> None:
    world, console = make(WAIT, GO)
    move(world)
    stopped, starting, asked, started = console.heard
    assert starting["run"] == asked["run"] == started["run"] != stopped["run"]
    wanted = {"cluster": "Tokyo", "group": "EXCHANGE", "clp_event": "START", "clp_server": "OTHER"}
    assert wanted.items() <= starting.items()
    assert (starting["clp_disk"], starting["clp_priority"]) == ("SUCCESS", "2")
    assert (stopped["clp_server"], stopped["clp_priority"], stopped["clp_event"]) == ("HOME", "1", "START")


def test_no_service_starts_before_the_go(make: Make) -> None:
    world, console = make(WAIT)
    job = world.schedule.start(groups.move_group(world, world.clusters[0].groups[0], world.nodes[1], "test"))
    assert world.schedule.wait(lambda: len(console.heard) >= 4, 60)
    assert running(world.nodes[1]) == set()
    assert (job.outcome, world.clusters[0].groups[0].status) == (None, "Online Pending")
    console.says = [GO]
    assert world.schedule.wait(lambda: job.outcome is not None, 60)


def test_a_go_that_has_expired_is_not_followed(make: Make) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=5)).strftime("%Y%m%dT%H%M%SZ")
    ahead = (datetime.now(UTC) + timedelta(seconds=60)).strftime("%Y%m%dT%H%M%SZ")
    world, console = make({"answer": "go", "expires": past}, {"answer": "go", "expires": ahead})
    move(world)
    assert [heard.get("event") for heard in console.heard] == ["stopped", "starting", "starting", "started"]


@pytest.mark.parametrize("said", [NO, {"answer": "refused", "refusal": "wrong-group"}])
@pytest.mark.parametrize(("normal", "status"), [(0, "Online Failure"), (None, "Online")])
def test_a_no_starts_no_service_and_the_product_judges_the_exit_code(
    make: Make, said: dict[str, str], normal: int | None, status: str
) -> None:
    world, console = make(said, script=Script(normal_return=normal))
    outcome = move(world)
    assert (outcome == groups.START_FAILED) == (normal == 0)
    assert world.clusters[0].groups[0].status == status
    assert running(world.nodes[1]) == set()
    assert console.events()[-1] == ("TYO-EX2", "starting")


def test_a_run_that_the_console_does_not_know_is_announced_again(make: Make) -> None:
    world, console = make(WAIT, {"answer": "refused", "refusal": "unknown-run"}, GO)
    move(world)
    assert [heard.get("event") for heard in console.heard] == ["stopped", "starting", None, "starting", "started"]


def spooled(node: Node) -> list[str]:
    folder = node.disk.item(SPOOL)
    return [node.disk.read(item.path).decode() for item in node.disk.listing(SPOOL)] if folder else []


@pytest.mark.parametrize("forged", [False, True])
def test_silence_and_an_answer_that_cannot_be_believed_lead_to_the_nodes_own_start(make: Make, forged: bool) -> None:
    world, console = make(GO)
    console.forged = forged
    second = world.nodes[1]
    if not forged:
        faults.switch(world, second, "webhook-unreachable", True)
    assert move(world) == groups.STARTED
    assert running(second) == set(START_ORDER["2003"])
    (text,) = spooled(second)
    assert "event=started\r\nnode=TYO-EX2\r\n" in text
    assert text.endswith("console=silent\r\n")
    assert spooled(world.nodes[0]) == []


def test_silence_can_be_a_failure(make: Make) -> None:
    world, _ = make(GO, script=Script(retry=0.2, silence_after=1.0, silence="fail"))
    faults.switch(world, world.nodes[1], "webhook-unreachable", True)
    assert move(world) == groups.START_FAILED
    assert running(world.nodes[1]) == set()
    assert spooled(world.nodes[1]) == []


def test_a_console_that_says_wait_is_not_silent_for_ever_so_long(make: Make) -> None:
    world, console = make(WAIT, script=Script(retry=0.2, silence_after=1.5))
    job = world.schedule.start(groups.move_group(world, world.clusters[0].groups[0], world.nodes[1], "test"))
    assert world.schedule.wait(lambda: len(console.heard) >= 7, 60)
    assert job.outcome is None
    assert running(world.nodes[1]) == set()


def test_a_service_that_does_not_come_up_is_reported_as_failed(make: Make) -> None:
    world, console = make(GO)
    faults.switch(world, world.nodes[1], "service-does-not-start", True, service="SMTPSVC")
    assert move(world) == groups.START_FAILED
    assert console.heard[-1]["event"] == "failed"
    assert "SMTPSVC" in console.heard[-1]["detail"]


def test_a_stop_is_not_held_up_by_a_console_that_hangs(make: Make) -> None:
    world, console = make(GO)
    faults.switch(world, world.nodes[0], "webhook-unreachable", True)
    began = world.clock.now()
    assert finish(world, groups.stop_group(world, world.clusters[0].groups[0], "test")) == groups.STARTED
    assert world.clock.now() - began < 10
    assert console.heard == []


@pytest.mark.parametrize("how", ["crash", "clpcl", "reboot", "monitor"])
def test_whatever_ends_the_active_node_the_other_is_told_failover(make: Make, how: str) -> None:
    world, console = make(GO)
    first = world.nodes[0]
    if how == "crash":
        groups.crash(world, first, "test")
    elif how == "clpcl":
        world.schedule.start(power.stop_engine(world, first, "clpcl -t", everywhere=False))
    elif how == "reboot":
        world.schedule.start(power.shut_down(world, first, "clpdown -r", reboot=True))
    else:
        faults.switch(world, first, "monitor-error", True, monitor="sdw1")
    assert settled(world, "TYO-EX2")
    heard = [item for item in console.heard if item.get("event") == "starting"]
    assert [(item["node"], item["clp_event"]) for item in heard] == [("TYO-EX2", "FAILOVER")]
    assert (("TYO-EX1", "stopped") in console.events()) == (how != "crash")


def test_a_node_that_comes_back_tells_recover_and_changes_nothing(make: Make) -> None:
    world, console = make(GO)
    first = world.nodes[0]
    groups.crash(world, first, "test")
    assert settled(world, "TYO-EX2")
    power.boot(world, first, "test")
    assert world.schedule.wait(lambda: ("TYO-EX1", "recover") in console.events(), 60)
    assert console.heard[-1]["clp_event"] == "RECOVER"
    assert world.clusters[0].groups[0].owner is world.nodes[1]
    assert running(first) == set()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_cold_start_brings_the_group_up_where_its_policy_wants_it(make: Make, order: tuple[int, int]) -> None:
    world, console = make(GO)
    for node in world.nodes:
        groups.crash(world, node, "test")
    assert world.schedule.wait(lambda: world.clusters[0].groups[0].owner is None, 60)
    for number in order:
        power.boot(world, world.nodes[number], "test")
    assert settled(world, "TYO-EX1")
    starting = [(h["node"], h["clp_event"]) for h in console.heard if h.get("event") == "starting"]
    assert starting == [("TYO-EX1", "START")]


def test_a_group_that_is_not_automatic_waits_for_somebody_to_start_it(make: Make) -> None:
    world, console = make(GO, automatic=False)
    for node in world.nodes:
        groups.crash(world, node, "test")
    assert world.schedule.wait(lambda: world.clusters[0].groups[0].owner is None, 60)
    for node in world.nodes:
        power.boot(world, node, "test")
    assert world.schedule.wait(lambda: all(node.engine for node in world.nodes), 60)
    world.schedule.wait(lambda: False, 2)
    assert (world.clusters[0].groups[0].status, console.events()) == ("Offline", [])
    finish(world, groups.start_group(world, world.clusters[0].groups[0], world.nodes[0], "clpgrp -s"))
    assert console.events() == [("TYO-EX1", "starting"), ("TYO-EX1", "started")]


def test_a_start_that_passes_its_time_out_takes_the_node_down_and_the_group_goes_back(make: Make) -> None:
    world, _ = make(GO, script=Script(start_timeout=10.0, retry=0.2))
    faults.switch(world, world.nodes[1], "script-hangs", True, script="START.BAT")
    move(world)
    assert not world.nodes[1].powered
    assert settled(world, "TYO-EX1")
    log = world.nodes[1].disk.read(USERLOG).decode("cp932")
    assert "Stall: START.BAT of group EXCHANGE has not ended in time." in log


def test_a_stop_that_passes_its_time_out_takes_the_node_down_and_the_group_fails_over(make: Make) -> None:
    world, console = make(GO, script=Script(stop_timeout=1.0))
    faults.switch(world, world.nodes[0], "service-does-not-stop", True, service="SMTPSVC")
    move(world)
    assert not world.nodes[0].powered
    assert settled(world, "TYO-EX2")
    assert [h["clp_event"] for h in console.heard if h.get("event") == "starting"] == ["FAILOVER"]


def test_a_stall_can_be_told_to_do_nothing(make: Make) -> None:
    world, _ = make(GO, script=Script(start_timeout=1.0, stall="none"))
    faults.switch(world, world.nodes[1], "script-hangs", True, script="START.BAT")
    assert move(world) == groups.START_FAILED
    assert world.nodes[1].powered


def test_a_script_that_fails_fails_its_group(make: Make) -> None:
    world, _ = make(GO)
    faults.switch(world, world.nodes[1], "script-fails", True, script="START.BAT")
    assert move(world) == groups.START_FAILED
    resources = world.clusters[0].groups[0].resources
    assert [(r.definition.name, r.status) for r in resources][-1] == ("script1", "Online Failure")


def test_a_resource_that_fails_is_retried_and_then_fails_over_as_often_as_defined(make: Make) -> None:
    world, console = make(NO, NO, GO, recovery=Recovery(retries=1, failovers=1))
    assert move(world) == groups.START_FAILED
    assert settled(world, "TYO-EX1")
    starting = [(h["node"], h["clp_event"]) for h in console.heard if h.get("event") == "starting"]
    assert starting == [("TYO-EX2", "START"), ("TYO-EX2", "START"), ("TYO-EX1", "FAILOVER")]


def test_a_node_that_dies_while_it_waits_ends_its_script(make: Make) -> None:
    world, console = make(WAIT)
    job = world.schedule.start(groups.move_group(world, world.clusters[0].groups[0], world.nodes[1], "test"))
    assert world.schedule.wait(lambda: len(console.heard) >= 3, 60)
    groups.crash(world, world.nodes[1], "test")
    assert world.schedule.wait(lambda: job.outcome is not None, 60)
    assert world.nodes[1].scripts == []
    console.says = [GO]
    assert settled(world, "TYO-EX1")
    assert running(world.nodes[1]) == set()


def test_a_clock_that_is_off_is_what_the_console_sees(make: Make) -> None:
    world, console = make(GO)
    faults.switch(world, world.nodes[1], "clock-off", True, seconds="600")
    assert move(world) == groups.STARTED
    stopped, starting = (datetime.strptime(heard["time"], "%Y%m%dT%H%M%SZ") for heard in console.heard[:2])
    assert 590 < (starting - stopped).total_seconds() < 620


def test_the_scripts_on_the_disk_carry_their_checksum_until_somebody_edits_them() -> None:
    world = World(presets.fast_definition(scripted()))
    first, second = world.nodes

    def genuine(node: Node, name: str) -> bool:
        lines = node.disk.read(rf"{SCRIPTS}\{name}").split(b"\r\n")
        return (
            lines[1] == b"rem changeover-scripts sha256=" + hashlib.sha256(b"\r\n".join(lines[2:])).hexdigest().encode()
        )

    faults.switch(world, second, "script-edited", True)
    assert [genuine(first, name) for name in ("START.BAT", "STOP.BAT")] == [True, True]
    assert [genuine(second, name) for name in ("START.BAT", "STOP.BAT")] == [False, False]
    faults.switch(world, second, "script-edited", False)
    assert genuine(second, "START.BAT")


def test_the_guides_scripts_carry_no_checksum() -> None:
    world = World(presets.fast_definition(replace(presets.tokyo(), scripts="guide")))
    assert b"changeover" not in world.nodes[0].disk.read(rf"{SCRIPTS}\START.BAT")


def test_a_running_lab_is_told_where_the_console_is(tmp_path: Path) -> None:
    with Answering(GO) as console, Lab(presets.fast_definition(scripted()), tmp_path) as lab:
        client = control.Lab(tmp_path)
        client.webhook(console.url, KEYS)
        client.type("TYO-EX1", "clpgrp -m EXCHANGE -a TYO-EX2")
        assert settled(lab.world, "TYO-EX2")
        assert console.events()[-1] == ("TYO-EX2", "started")
        with pytest.raises(control.LabRefused, match="No node NOSUCH"):
            client.webhook(console.url, {"NOSUCH": ("id", "key")})
        story = [e for e in client.effects() if e["kind"] in ("hook", "script")]
        assert KEYS["TYO-EX2"][1] not in str(client.effects()) + str(client.status())
        assert any(e["subject"].startswith("START.BAT START") and e["after"] == "go" for e in story)


def test_no_key_shows_in_a_definition() -> None:
    webhook = Webhook("http://127.0.0.1:1", {"A": NodeKey("k-1", "hidden-hidden")})
    assert "hidden" not in repr(webhook)


def test_a_wrong_script_setting_is_refused_with_its_place() -> None:
    data = {"clusters": [{"name": "A", "nodes": [{"name": "n"}], "script": {"silence": "shout"}}]}
    with pytest.raises(DefinitionError, match=r"script\.silence 'shout': write start or fail"):
        world_from(data)
    keys = {"clusters": [], "webhook": {"url": "http://x", "keys": {"n": {"id": "k"}}}}
    with pytest.raises(DefinitionError, match=r"webhook\.keys\.n: key missing"):
        world_from(keys)


def test_a_driven_clock_carries_a_script_from_question_to_go() -> None:
    with Answering(WAIT, GO) as console:
        item = presets.fast_definition(scripted(), clock="driven")
        item.webhook = Webhook(console.url, {name: NodeKey(*key) for name, key in KEYS.items()})
        world = World(item)
        job = world.schedule.start(groups.move_group(world, world.clusters[0].groups[0], world.nodes[1], "test"))
        _drive(world.schedule, lambda: job.outcome is not None)
    assert job.outcome == groups.STARTED
    assert console.events()[-1] == ("TYO-EX2", "started")


def _drive(schedule: Scheduler, done: Callable[[], bool]) -> None:
    """Let driven time and real answers take turns."""
    for _ in range(400):
        schedule.advance(0.1)
        with schedule.lock:
            schedule.changed.wait(0.02)
        if done():
            return


def test_a_stop_ends_every_service_that_a_start_starts(make: Make) -> None:
    world, console = make(GO)
    finish(world, groups.stop_group(world, world.clusters[0].groups[0], "test"))
    assert console.events() == [("TYO-EX1", "stopped")]
    assert running(world.nodes[0]) == set()
    assert "detail" not in console.heard[0]


def test_dual_activation_asks_for_a_go_on_both_nodes(make: Make) -> None:
    world, console = make(WAIT)
    groups.crash(world, world.nodes[0], "test")
    assert world.schedule.wait(lambda: ("TYO-EX2", "starting") in console.events(), 60)
    faults.switch(world, world.nodes[1], "heartbeats-lost", True)
    power.boot(world, world.nodes[0], "test")
    assert world.schedule.wait(lambda: ("TYO-EX1", "starting") in console.events(), 60)
    runs = {heard["run"] for heard in console.heard if heard.get("event") == "starting"}
    assert len(runs) == 2
    assert running(world.nodes[0]) == running(world.nodes[1]) == set()
