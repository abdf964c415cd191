"""Whatever step of a move fails, an undo brings group, services and directory back to what they were before."""

from dataclasses import replace

import pytest

from console.catalog import generation
from console.domain.checks import Refusal
from console.domain.errors import ConnectionLost
from console.domain.outcome import Ending, Status
from console.domain.plan import Plan, Step
from console.lab.state import RUNNING
from tests.directory.snapshot import difference
from tests.domain.stage import People
from tests.moves.ground import Ground, at_beat, texts
from tests.moves.trapped import all_of_it

def exchange(ground: Ground, node: str) -> set[str]:
    """The services of Exchange that run on a node, by the lab's own word."""
    wanted = {service.name for service in generation(ground.cluster().generation).running_services(())}
    return {s.installed.name for s in ground.lab.world.node(node).services.values() if s.state == RUNNING} & wanted


def broken_at(ground: Ground, key: str) -> tuple[Plan, Ending]:
    """Fail over, with a fault of the lab that makes this step fail; the fault is gone afterwards."""
    plan = ground.plan("failover")
    on, off = fault_for(ground, plan.step(key))
    steps = tuple(replace(s, within=1.0) if s.key == key else s for s in plan.steps)
    ending = ground.perform(plan.with_steps(steps), at_beat(key, on))
    off()
    return plan, ending


def fault_for(ground: Ground, step: Step):
    """How the lab makes a step fail, and how the fault is taken away."""
    lab, source, target = ground.lab, ground.source, ground.target
    if step.kind == "service.start":
        service = step.params["service"]
        return (
            lambda: lab.fault(target, "service-does-not-start", True, service=service),
            lambda: lab.fault(target, "service-does-not-start", False),
        )
    if step.phase == "directory":
        return (lambda: ground.directory.fault("refuse", True), lambda: ground.directory.fault("refuse", False))
    node = target if step.phase == "proof" else source
    return (lambda: lab.fault(node, "winrm-down"), lambda: lab.fault(node, "winrm-down", False))


def undo(ground: Ground, plan: Plan, first: str = "") -> Ending:
    """Plan the undo of what was carried out last, and carry it out."""
    return ground.perform(ground.undo_plan(plan, first))


STEPS = [
    *("stop-POP3Svc", "stop-SMTPSVC", "stop-MSExchangeMTA", "stop-RESvc", "stop-MSExchangeIS", "stop-MSExchangeMGMT"),
    *("stop-MSExchangeSA", "partition-free", "move-group", "mount-flags", "release-names", "claim-names", "mailboxes"),
    *("pointers", "verify-directory", "start-MSExchangeSA", "start-MSExchangeMGMT", "start-MSExchangeIS"),
    *("start-RESvc", "start-MSExchangeMTA", "start-SMTPSVC", "start-POP3Svc", "stores-mounted", "greetings", "proof"),
]


@pytest.mark.parametrize("key", STEPS)
def test_an_undo_after_a_failure_at_each_step_restores_everything(tokyo, key):
    before, services = tokyo.picture(), exchange(tokyo, tokyo.source)
    plan, ending = broken_at(tokyo, key)
    print(key, ending)
    back = tokyo.undo_plan(plan)
    print([(s.key, s.title) for s in back.steps], back.notes)
    ended = tokyo.perform(back)
    print(ended)
    assert (ended.status, ended.todo) == (Status.SUCCEEDED, ()), ended
    assert difference(before, tokyo.picture()) == {}
    assert tokyo.owner() == tokyo.source
    assert (exchange(tokyo, tokyo.source), exchange(tokyo, tokyo.target)) == (services, set())
