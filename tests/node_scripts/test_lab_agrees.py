"""The lab takes the branches of the table as the rendered scripts do: same code, same Exchange, same last word."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from console.domain.node_scripts.branches import BRANCHES, START, STOP, Branch
from console.lab import faults, groups, power, presets
from console.lab.definition import NodeKey, Script, Webhook
from console.lab.exchange import START_ORDER
from console.lab.state import STOPPED, Node
from console.lab.world import World
from tests.lab.nodes.answering import KEYS, Answering

GO, NO, WAIT = {"answer": "go"}, {"answer": "no", "reason": "held"}, {"answer": "wait", "poll": "1"}
QUICK = Script(retry=0.2, silence_after=1.0, start_timeout=66.0, stop_timeout=33.0)
SILENT = ("webhook-unreachable", {})


@dataclass(frozen=True)
class Case:
    """What brings a branch about on the lab: the console's answers, and faults of the node that runs the script."""

    says: tuple[dict[str, str], ...] = (GO,)
    faults: tuple[tuple[str, dict[str, Any]], ...] = ()
    script: Script = field(default_factory=lambda: QUICK)
    event: str = "START"


CASES = {
    (START, "the console says go, every service runs"): Case(),
    (START, "the console says go, a service does not run"): Case(
        faults=(("service-does-not-start", {"service": "SMTPSVC"}),)
    ),
    (START, "the console says no, or refuses the question for good"): Case((NO,)),
    (START, "the console tells it to wait for longer than there is"): Case((WAIT,)),
    (START, "silence, no kit or not applied, rendered to start"): Case(faults=(SILENT,)),
    (START, "silence, a service does not run"): Case(
        faults=(SILENT, ("service-does-not-start", {"service": "SMTPSVC"}))
    ),
    (START, "silence, no kit or not applied, rendered to fail"): Case(
        faults=(SILENT,), script=replace(QUICK, silence="fail")
    ),
    (START, "RECOVER: the node is back while the group is elsewhere"): Case(event="RECOVER"),
    (STOP, "every service has stopped"): Case(),
    (STOP, "a service does not stop"): Case(faults=(("service-does-not-stop", {"service": "SMTPSVC"}),)),
}
NOT_ON_THE_LAB = {
    (START, "silence, the kit is applied, every service runs"): "the lab applies no kit",
    (START, "the switching partition is not connected"): "the lab's product runs no script without its partition",
    (START, "the cluster does not run, or did not start the script"): "on the lab nobody starts a script by hand",
    (START, "W#EXCHG.BAT is missing or empty"): "the lab's scripts read no settings from the disk",
    (STOP, "the partition is not connected, every service has stopped"): "the lab's partition is there while it stops",
    (STOP, "W#EXCHG.BAT is missing or empty, every service has stopped"): "as for START.BAT",
    (STOP, "RECOVER: the group is elsewhere, every service has stopped"): "the product runs no STOP.BAT then",
    (STOP, "the cluster does not run, or did not start the script"): "as for START.BAT",
}
RUNS = {"started": 7, "started in part": 6, "stopped in part": 1, "not started": 0, "stopped": 0, "as it was": 0}


@contextmanager
def world_of(case: Case) -> Iterator[tuple[World, Answering]]:
    """A running lab whose console answers as the case wants."""
    with Answering(*case.says) as console:
        made = replace(presets.tokyo(), scripts="console", script=case.script)
        item = presets.fast_definition(made, speed=5.0)
        item.webhook = Webhook(console.url, {name: NodeKey(*key) for name, key in KEYS.items()})
        world = World(item)
        world.schedule.run()
        try:
            yield world, console
        finally:
            world.schedule.stop()


def act(world: World, script: str, case: Case) -> Node:
    """Have the product run the script, and give the node that ran it."""
    first, second = world.nodes
    group = world.clusters[0].groups[0]
    node = second if script == START and case.event == "START" else first
    if case.event == "RECOVER":
        groups.crash(world, first, "test")
        assert world.schedule.wait(lambda: group.status == "Online" and group.owner is second, 60)
        power.boot(world, first, "test")
        return node
    for name, arguments in case.faults:
        faults.switch(world, node, name, True, **arguments)
    world.schedule.start(
        groups.move_group(world, group, second, "test") if script == START else groups.stop_group(world, group, "test")
    )
    return node


def ended(world: World, node: Node, script: str, event: str) -> list[int]:
    """The codes with which runs of the script on the node have ended."""
    return [
        int(effect.after.rpartition(" ")[2])
        for effect in world.log.since(0)
        if effect.kind == "script" and effect.node == node.name and effect.after.startswith("ended with")
        if effect.subject.startswith(f"{script} {event} ")
    ]


@pytest.mark.parametrize(("key", "case"), CASES.items(), ids=[f"{s} {when}" for s, when in CASES])
def test_the_lab_takes_the_branch_as_the_rendered_script_does(key: tuple[str, str], case: Case) -> None:
    (branch,) = [b for b in BRANCHES if (b.script, b.when) == key]
    with world_of(case) as (world, console):
        node = act(world, branch.script, case)
        assert world.schedule.wait(lambda: bool(ended(world, node, branch.script, case.event)), 120)
        assert ended(world, node, branch.script, case.event) == [branch.code]
        up = [name for name in START_ORDER["2003"] if (s := node.service(name)) and s.state != STOPPED]
        assert len(up) == RUNS[branch.exchange]
        told = [event for name, event in console.events() if name == node.name]
        assert told[-1:] == expected(branch, case)


def expected(branch: Branch, case: Case) -> list[str]:
    """The last word, which nobody hears when the console is out of reach."""
    return [] if SILENT in case.faults or not branch.told else [branch.told]


def test_every_branch_is_taken_on_the_lab_or_it_is_said_why_not() -> None:
    assert CASES.keys() | NOT_ON_THE_LAB.keys() == {(branch.script, branch.when) for branch in BRANCHES}
    assert CASES.keys().isdisjoint(NOT_ON_THE_LAB)
