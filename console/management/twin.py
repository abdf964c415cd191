"""`manage.py lab up --like CLUSTER`: a lab shaped like a cluster, and a move of it, timed."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from console.domain.twin import BASE, NAME, Shape, definition
from console.lab import presets
from console.lab.assemble import assemble
from console.lab.definition import World, world_from
from console.lab.mscs.make_up import core_group
from console.management.lab_inventory import lab_inventory
from console.services import plans, twins
from console.services.audit import Actor
from console.services.twin_run import TwinRun, run, topology_of

RUNS = {"failover": ("failover",), "drill": ("failover", "failback")}
"""What can be run on a twin, and the moves that it consists of."""
LEAST = 0.05
"""Steps that took fewer seconds are added up into one line."""


def shape(name: str, actor: Actor, mailboxes: int | None) -> Shape:
    """The shape of the cluster called so. Raises `Refusal` where there is none that the actor may see."""
    return twins.shape_of(plans.find_cluster(name, actor.user), mailboxes)


def world(of: Shape, speed: float) -> World:
    """The lab of that shape, on free ports of loopback."""
    made = world_from(definition(of, asdict(presets.BELIEVABLE)))
    made.accounts, made.speed = presets.accounts(), speed
    for cluster in made.clusters:
        if cluster.network_name:
            cluster.other_groups = [core_group(f"{BASE}.9", NAME)]
    return made


def run_on(made: World, folder: Path, what: str, tell: Callable[[str], None]) -> list[TwinRun]:
    """Start the lab, run the moves of `what` on it one after the other, and end it; none follows one that failed.

    Raises `Refusal`, `ChangeoverError`, `DefinitionError`, `OSError`.
    """
    found: list[TwinRun] = []
    with assemble(made, folder) as lab:
        cluster = topology_of(lab_inventory(lab))
        for kind in RUNS[what]:
            found.append(run(cluster, kind, tell))
            if found[-1].ending.status != "succeeded":
                break
    return found


def lines(of: Shape, found: list[TwinRun]) -> Iterator[str]:
    """What came of it, for a terminal."""
    stores = sum(mail + public for mail, public in of.groups)
    like = f"{of.mailboxes} mailboxes" + (f", {stores} stores in {len(of.groups)} storage groups" if stores else "")
    yield f"Exchange {of.generation} with {like}."
    yield from (f"  {remark}" for remark in of.remarks)
    for one in found:
        yield ""
        down = f"; mail was away for {one.outage.seconds:.1f} s" if one.outage else ""
        took = f"planned in {one.planning:.1f} s, moved in {one.seconds:.1f} s"
        yield f"{one.plan.kind.capitalize()} {one.ending.status}: {took}{down}."
        if one.ending.status != "succeeded":
            yield f"  {one.ending.summary} {one.ending.remedy}".rstrip()
        yield from _steps(one)


def as_json(of: Shape, found: list[TwinRun]) -> dict[str, Any]:
    """The same for programs; durations in seconds."""
    return {
        "result": found[-1].ending.status.value,
        "generation": of.generation,
        "mailboxes": of.mailboxes,
        "remarks": list(of.remarks),
        "moves": [_move(one) for one in found],
    }


def _move(one: TwinRun) -> dict[str, Any]:
    titles = {step.key: step.title for step in one.plan.steps}
    return {
        "kind": one.plan.kind,
        "status": one.ending.status.value,
        "summary": one.ending.summary,
        "planning_seconds": round(one.planning, 3),
        "seconds": round(one.seconds, 3),
        "outage_seconds": round(one.outage.seconds, 3) if one.outage else None,
        "steps": [
            {
                "step": time.step,
                "title": titles.get(time.step, time.step),
                "seconds": round(time.took, 3),
                "without_mail": round(time.without_mail, 3),
            }
            for time in one.times.steps
        ],
    }


def _steps(one: TwinRun) -> Iterator[str]:
    titles = {step.key: step.title for step in one.plan.steps}
    short = [time for time in one.times.steps if time.took < LEAST]
    for time in one.times.steps:
        if time not in short:
            without = f"{time.without_mail:8.1f} s without mail" if time.without_mail else ""
            yield f"  {time.took:8.1f} s  {titles.get(time.step, time.step):<72}{without}".rstrip()
    if short:
        yield f"  {sum(time.took for time in short):8.1f} s  {len(short)} steps that took next to nothing"
