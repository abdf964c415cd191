"""Failovers that are broken at a step, and what the lab itself says of the services afterwards."""

from collections.abc import Callable
from dataclasses import replace

from console.catalog import generation
from console.domain.errors import ChangeoverError
from console.domain.outcome import Ending
from console.domain.plan import Plan, Step
from console.lab.state import RUNNING
from tests.domain.stage import People
from tests.moves.ground import Ground, at_beat

Act = Callable[[], object]


def exchange(ground: Ground, node: str) -> set[str]:
    """The services of Exchange that run on a node, by the lab's own word."""
    wanted = {service.name for service in generation(ground.cluster().generation).running_services(())}
    return {s.installed.name for s in ground.lab.world.node(node).services.values() if s.state == RUNNING} & wanted


def broken_at(ground: Ground, key: str) -> tuple[Plan, Ending]:
    """A failover with a fault of the lab that makes this step fail; the fault is gone afterwards."""
    plan = ground.plan("failover")
    on, off = _fault_for(ground, plan.step(key))
    ending = ground.perform(hurried(plan, key), at_beat(key, on))
    off()
    return plan, ending


def hurried(plan: Plan, key: str, within: float = 1.0) -> Plan:
    """The plan, with a step that gives up soon."""
    return replace(plan, steps=tuple(replace(s, within=within) if s.key == key else s for s in plan.steps))


def _fault_for(ground: Ground, step: Step) -> tuple[Act, Act]:
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


def cut_at(step: str, number: int = 1) -> People:
    """A control that breaks a step off at one of its beats, for a directory that the lab cannot break."""

    def cut() -> None:
        raise ChangeoverError("The step was broken off.")

    return at_beat(step, cut, number)
