"""Proofs from what an observation reads anyway: the group, the cluster product, Exchange's services."""

from console.domain.errors import ChangeoverError
from console.domain.observation import NodeObservation, ServiceState
from console.domain.preflight.base import script_state
from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, holds, lacks, untold, without


def make_up(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """The group holds what the driver's rule asks for, by the configuration on every node of the side."""
    problems: dict[str, None] = {}
    group = grounds.cluster.group
    for node in grounds.nodes(side):
        if node.engine.value is not None and group not in node.engine.value.groups:
            problems[f"The cluster product on {node.node} has no group {group}."] = None
            continue
        resources = node.group_resources.value
        if resources is None:
            return untold(f"{node.node}: {node.unreachable or node.group_resources.unknown}")
        problems |= dict.fromkeys(reason for reason, _ in grounds.driver.group_problems(grounds.cluster, resources))
    return without(problems, "The group is made up as the guide asks.")


def owner(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """The group is online on the side's node."""
    group, wanted = grounds.cluster.group, grounds.nodes(side)[0].node
    seen = grounds.observation.owner(group)
    if seen.value is None:
        return untold(seen.unknown)
    if seen.value.casefold() != wanted.casefold():
        return lacks(f"{group} is on {seen.value or 'no node'}, not on {wanted}.")
    return online(grounds, side, ())


def online(grounds: Grounds, _: Side, __: tuple[str, ...]) -> Finding:
    """The group is online."""
    group = grounds.cluster.group
    status = grounds.observation.group_status(group)
    if status.value is None:
        return untold(status.unknown)
    return holds(f"{group} is online.") if status.value.casefold() == "online" else lacks(f"{group} is {status.value}.")


def scripts(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """The group runs the console's scripts on every node of the side."""
    wrong = []
    for node in grounds.nodes(side) or grounds.nodes(Side.BOTH):
        told = script_state(grounds.observation, grounds.driver, [node.node])
        if told.value is None:
            return untold(told.unknown)
        if told.value != "console":
            what = "no script" if told.value == "none" else "a script that the console did not write"
            wrong.append(f"On {node.node} the group runs {what}.")
    return without(wrong, "The group runs the console's scripts.")


def running(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """The cluster product answers on every node of the side."""
    silent = [node for node in grounds.nodes(side) if node.engine.value is None]
    if unreachable := [node for node in silent if not node.answered]:
        return untold(unreachable[0].unreachable)
    return without((f"{node.node}: {node.engine.unknown}" for node in silent), "It runs on both nodes.")


def installed(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """Every service of the generation is there."""
    missing = []
    for node in grounds.nodes(side):
        for state in _services(grounds, node):
            if state.state == "ABSENT":
                missing.append(f"{node.node} has no service {state.name}.")
    return without(missing, "Every service is there.")


def manual(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """Every service of the generation starts by hand only; unknown while one is not there."""
    states = [(node.node, state) for node in grounds.nodes(side) for state in _services(grounds, node)]
    wrong = [
        f"{state.name} on {node} starts as {state.start_type or 'is not known'}."
        for node, state in states
        if state.state != "ABSENT" and state.start_type != "DEMAND"
    ]
    absent = [f"{state.name} is not installed on {node}." for node, state in states if state.state == "ABSENT"]
    return untold(" ".join(absent)) if absent and not wrong else without(wrong, "All are Manual.")


def _services(grounds: Grounds, node: NodeObservation) -> list[ServiceState]:
    """The generation's services as they stand on the node. Raises `ChangeoverError` when one cannot be read."""
    found = []
    for service in grounds.generation.running_services(grounds.cluster.extra_services):
        seen = node.service(service.name)
        if seen.value is None:
            raise ChangeoverError(f"{node.node}: {node.unreachable or seen.unknown}")
        found.append(seen.value)
    return found
