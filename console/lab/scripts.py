"""Script resources: the product runs START.BAT and STOP.BAT, waits for their end, and judges their exit code."""

import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass

from console.lab import console_scripts, scm
from console.lab.batch_files import MARKER
from console.lab.console_scripts import START, STOP, Run
from console.lab.exchange import START_ORDER
from console.lab.files import PRODUCT
from console.lab.schedule import Outcome, Procedure, Wait
from console.lab.state import Group, Node
from console.lab.world import World

TIMED_OUT = Outcome(258, "The script has not ended in time.")


@dataclass(frozen=True, slots=True)
class Result:
    """How a script ended for the product: nothing, a failure with its reason, or not at all (`stalled`)."""

    why_failed: str = ""
    stalled: bool = False


def run(world: World, group: Group, node: Node, name: str, event: str, by: str) -> Generator[Wait, None, Result]:
    """Run a group's script on a node and wait for its end, at most as long as its time-out says.

    The product looks at the exit code only where a normal return value is set. A node that loses its power ends
    its scripts with it.
    """
    item = node.cluster.definition
    if group.name != item.group or written(group, node, name) == "none":
        return Result()
    settings = item.script
    job = world.schedule.start(_procedure(Run(world, group, node, name, event, by, str(uuid.uuid4()))))
    node.scripts.append(job)
    within = settings.start_timeout if name == START else settings.stop_timeout
    yield from world.schedule.until(lambda: job.outcome is not None, within)
    if job in node.scripts:
        node.scripts.remove(job)
    if job.outcome is None:
        world.schedule.end(job, TIMED_OUT)
        world.record("script", name, "running", "timed out", node=node.name, by=by)
        return Result(f"{name} has not ended within {within:g} seconds.", stalled=True)
    code = job.outcome.code
    if settings.normal_return is not None and code != settings.normal_return:
        return Result(f"{name} returned {code}, not {settings.normal_return}.")
    return Result()


def written(group: Group, node: Node, name: str) -> str:
    """Whose script lies in the folder of the group's script resource on the node: console, guide, or none."""
    for resource in group.resources:
        if resource.definition.kind == "script":
            item = node.disk.item(rf"{PRODUCT}\scripts\{group.name}\{resource.definition.name}\{name}")
            if item is not None and item.data is not None:
                return "console" if MARKER.encode() in item.data else "guide"
    return "none"


def come_back(world: World, group: Group, node: Node) -> None:
    """A node is back while the group is elsewhere: its START.BAT is run with RECOVER and changes nothing."""
    if group.name == node.cluster.definition.group and written(group, node, START) != "none":
        run_id = str(uuid.uuid4())
        script = Run(world, group, node, START, "RECOVER", f"return of {node.name}", run_id)
        node.scripts.append(world.schedule.start(_procedure(script)))


def _procedure(run: Run) -> Procedure:
    run.say("", "running")
    if run.node.faulty("script-hangs", run.name):
        yield lambda: not run.node.faulty("script-hangs", run.name)
    flow = _FLOWS[written(run.group, run.node, run.name)].get(run.name)
    outcome = (yield from flow(run)) if flow else Outcome()
    if run.node.faulty("script-fails", run.name):
        outcome = Outcome(9)
    run.say("running", f"ended with {outcome.code}")
    return outcome


def _guide_start(run: Run) -> Procedure:
    """The guide's START.BAT starts Exchange, whatever becomes of it; on RECOVER it does nothing."""
    if run.event != "RECOVER":
        for name in START_ORDER[run.node.cluster.definition.generation]:
            yield from scm.start_and_wait(run.world, run.node, name, run.cause)
    return Outcome()


def _guide_stop(run: Run) -> Procedure:
    for name in reversed(START_ORDER[run.node.cluster.definition.generation]):
        yield from scm.stop_and_wait(run.world, run.node, name, run.cause)
    return Outcome()


_FLOWS: dict[str, dict[str, Callable[[Run], Procedure]]] = {
    "none": {},
    "guide": {START: _guide_start, STOP: _guide_stop},
    "console": {START: console_scripts.start_bat, STOP: console_scripts.stop_bat},
}
