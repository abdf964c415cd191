"""Exchange out of the way before a set-up moves or stops the group: its services stopped, nobody on the partition."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.lease import LeaseLost
from console.domain.observation import NodeObservation, PartitionUse, ServiceState
from console.domain.observe import foreign_users, observe_services
from console.domain.plan import PlannedCommand, Step
from console.domain.procedures.reading import DirectorySetup
from console.domain.quoting import cmd_line
from console.domain.service_order import order
from console.domain.steps.base import Stage, StepFailed
from console.domain.steps.partition import describe
from console.domain.steps.services import ALREADY_RUNNING, NOT_STARTED, send, start_command, stop_command

IDLE = ("STOPPED", "ABSENT")
HAVE_IT_LISTED = (
    "Install handle.exe in the search path of {node}, then check again; or make sure on {node} that nothing uses the "
    "partition, and accept that it cannot be told: in use while the group goes, it takes the node down."
)


def stops(field: Field, node: str) -> tuple[PlannedCommand, ...]:
    """The commands for a plan by which Exchange is stopped on the node, as far as it runs there."""
    wanted = field.generation.running_services(field.cluster.extra_services)
    return tuple(PlannedCommand(node, cmd_line(stop_command(service.name))) for service in reversed(wanted))


def services_on(stage: Stage, node: str) -> tuple[ServiceState, ...]:
    """Exchange's services on the node, in start order. Raises `ReachError`, or `StepFailed` when one cannot be told."""
    field = stage.field
    wanted = field.generation.running_services(field.cluster.extra_services)
    names = [service.name for service in wanted]
    seen = observe_services(field.session(node), names, within=field.cluster.timing.command)
    if unknown := [
        f"{name} ({seen[name.casefold()].unknown})" for name in names if seen[name.casefold()].value is None
    ]:
        raise StepFailed(f"How these services stand on {node} cannot be read: {'; '.join(unknown)}")
    states = {name.casefold(): state for name, s in seen.items() if (state := s.value) is not None}
    return tuple(
        states[s.name.casefold()] for s in order(wanted, {state.name: state.depends_on for state in states.values()})
    )


def not_stopped(stage: Stage, nodes: Sequence[str]) -> tuple[str, ...]:
    """One sentence for each of Exchange's services on the nodes that is not stopped."""
    states = [(node, state) for node in nodes for state in services_on(stage, node)]
    return tuple(f"{state.name} on {node} is {state.state}." for node, state in states if state.state not in IDLE)


def stop_exchange(stage: Stage, step: Step, node: str) -> tuple[str, ...]:
    """Stop what runs of Exchange on the node, the last one first; the services that ran, in start order.

    Raises `StepFailed` for one that does not stop in its time.
    """
    running = [state.name for state in services_on(stage, node) if state.state not in IDLE]
    for name in reversed(running):
        stage.control.beat(step.key, stage.field.cluster.timing.stop_service)
        change_service(stage, step, node, name, stop_command(name), {NOT_STARTED}, "STOPPED")
    if running:
        stage.note(step, f"Exchange was stopped on {node}: {', '.join(reversed(running))}.")
    return tuple(running)


@contextmanager
def started_again(stage: Stage, step: Step, node: str, services: Sequence[str]) -> Iterator[None]:
    """Start the services once what is done without them is over, and also where it said no."""
    try:
        yield
    except LeaseLost:
        raise
    except ChangeoverError:
        _start(stage, step, node, services)
        raise
    _start(stage, step, node, services)


def _start(stage: Stage, step: Step, node: str, services: Sequence[str]) -> None:
    for name in services:
        change_service(stage, step, node, name, start_command(name), {ALREADY_RUNNING}, "RUNNING")


def change_service(
    stage: Stage, step: Step, node: str, name: str, argv: tuple[str, ...], accepted: set[int], wanted: str
) -> None:
    """Stop or start one service and wait until it is as `wanted`. Raises `StepFailed`."""
    timing = stage.field.cluster.timing
    within = timing.stop_service if wanted == "STOPPED" else timing.start_service
    send(stage, _about(step, node, name), argv, accepted)
    deadline = stage.clock.monotonic() + within
    while (state := _state(stage, node, name)) != wanted:
        if stage.clock.monotonic() >= deadline:
            remedy = f"Look at the service and at the event log of {node}; once it is {wanted}, check again."
            raise StepFailed(f"{name} on {node} is {state} after {within:.0f} s.", remedy=remedy)
        stage.control.beat(step.key, max(0.0, deadline - stage.clock.monotonic()))
        stage.clock.sleep(min(1.0, within / 10))


def clear_partition(stage: Stage, step: Step, node: str, setup: DirectorySetup) -> None:
    """Have nobody use the partition on the node that is to let it go: Exchange is stopped, of others it is demanded.

    In use while the group goes, it takes the whole node down (the guide's notes). Exchange that lives elsewhere is left
    alone. Raises `StepFailed` with who uses the partition, and where that cannot be told and nobody took it on.
    """
    seen = stage.field.observe_node(node)
    if _is_on_partition(stage, seen, setup):
        stop_exchange(stage, step, node)
        seen = stage.field.observe_node(node)
    drive, use = stage.field.cluster.partition, seen.partition
    if use.users:
        remedy = "Close what uses the partition, then check again."
        raise StepFailed(f"{drive} on {node} is in use by {describe(use.users)}.", remedy=remedy)
    if not use.complete:
        if step.key not in stage.taken_on:
            raise StepFailed(unlisted(drive, node, use), remedy=HAVE_IT_LISTED.format(node=node))
        stage.note(step, f"{unlisted(drive, node, use)} {stage.taken_on[step.key]} took that on.", kind="warning")


def unlisted(drive: str, node: str, use: PartitionUse) -> str:
    """What cannot be told of who uses the partition, in a sentence."""
    return f"Not everything that may use {drive} on {node} can be listed: {' '.join(use.unlisted)}"


def _is_on_partition(stage: Stage, seen: NodeObservation, setup: DirectorySetup) -> bool:
    """Whether Exchange of that node uses the partition, as far as its open files or the directory tell."""
    cluster = stage.field.cluster
    if len(foreign_users(seen.partition, cluster, stage.field.generation)) < len(seen.partition.users):
        return True
    server = setup.primary if seen.node == cluster.primary.name else setup.standby
    paths = [path for thing in (*server.groups, *server.stores) for path in thing.paths.values()]
    return any(path.casefold().startswith(cluster.partition.casefold()) for path in paths)


def _about(step: Step, node: str, service: str) -> Step:
    return Step(step.key, step.kind, step.title, step.phase, {"node": node, "service": service})


def _state(stage: Stage, node: str, name: str) -> str:
    within = stage.field.cluster.timing.command
    seen = observe_services(stage.field.session(node), [name], within=within)[name.casefold()].value
    return seen.state if seen is not None else "in an unknown state"
