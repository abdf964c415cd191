"""Checks of the cluster product: who has the group, its make-up, its state, its scripts."""

from console.domain.checks import Check, failed, passed
from console.domain.preflight import partition
from console.domain.preflight.base import NodeSituation, Situation

SCRIPTS = "The node scripts leave the switch to the console"


def checks(situation: Situation) -> list[Check]:
    """Owner, group state, both engines' view, make-up of the group, scripts, partition."""
    return [owner_check(situation), _online(situation), *_state(situation)]


def checks_of_return(situation: Situation, *, waits: bool) -> list[Check]:
    """As `checks`, for a group that an undo moves back: it may have failed where it is, or wait there for a go."""
    return [owner_check(situation), *_state(situation, waits=waits)]


def _state(situation: Situation, *, waits: bool | None = None) -> list[Check]:
    """Both engines' view of the move, with `waits` of a move back; make-up of the group, scripts, partition."""
    found = [check for node in (situation.source, situation.target) for check in _view(situation, node, waits=waits)]
    found += _make_up(situation)
    if situation.seen(situation.source).answered:
        found.append(partition.check(situation))
    return found


def stays_check(situation: Situation) -> Check:
    """The group is on the target already, and nothing moves it."""
    title = f"The group {situation.cluster.group} is on {situation.target}, where it shall be"
    status = situation.observation.group_status(situation.cluster.group)
    if status.value is not None and status.value.casefold().endswith("pending"):
        remedy = "Wait until it has arrived, then check again."
        return failed("group.owner", title, f"It is {status.value}: something moves it.", remedy)
    return passed("group.owner", title, f"It stays there ({status.value or status.unknown}).")


def owner_check(situation: NodeSituation) -> Check:
    """Whether the group is where the move starts."""
    title = f"The group {situation.cluster.group} is on {situation.source}"
    owner = situation.observation.owner(situation.cluster.group)
    if owner.value is None:
        remedy = "Bring both nodes' cluster service up, or find out why they disagree, before anything is moved."
        return failed("group.owner", title, f"Who has it is not known: {owner.unknown}.", remedy)
    if owner.value.casefold() == situation.source.casefold():
        return passed("group.owner", title, "Every node that answers says so.", about=owner.value)
    if owner.value.casefold() == situation.target.casefold():
        remedy = "Nothing to do; if you meant the other direction, choose the other node as the target."
        return failed("group.owner", title, f"{situation.target} has it already.", remedy, about=owner.value)
    remedy = "Start the group on a node with the cluster product's own console, then check again."
    return failed("group.owner", title, "No node has it; a planned move starts from a running group.", remedy)


def _online(situation: Situation) -> Check:
    title = f"The group {situation.cluster.group} is online"
    status = situation.observation.group_status(situation.cluster.group)
    if status.value is None:
        return failed("group.online", title, f"Its state is not known: {status.unknown}.", "Check both nodes.")
    if status.value.casefold() == "online":
        return passed("group.online", title, "Online.")
    remedy = "Wait until it is online, or mend the failed resource first (clpstat names it)."
    return failed("group.online", title, f"It is {status.value}.", remedy)


def _view(situation: Situation, node: str, *, waits: bool | None = None) -> list[Check]:
    """What the node's engine says against the move; with `waits` against a move back."""
    seen = situation.seen(node)
    title = f"The cluster service on {node} is healthy"
    if not seen.answered:
        return []
    if seen.engine.value is None:
        remedy = f"Start the cluster service on {node} (clpcl -s), then check again."
        return [failed("engine.view", title, seen.engine.unknown, remedy, about=node, evidence=seen.evidence)]
    cluster, driver, target = situation.cluster, situation.driver, situation.target
    if waits is None:
        problems = driver.view_problems(cluster, seen.engine.value, target)
    else:
        problems = driver.move_back_problems(cluster, seen.engine.value, target, waits=waits)
    if not problems:
        return [passed("engine.view", title, "Servers, heartbeats and monitors are normal.", about=node)]
    return [failed("engine.view", title, reason, remedy, about=node) for reason, remedy in problems]


def _make_up(situation: Situation) -> list[Check]:
    title = f"The group {situation.cluster.group} is made up as the guide asks"
    resources = situation.seen(situation.source).group_resources
    if resources.value is None:
        remedy = "Check the product folder in the cluster's settings; the configuration is read from there."
        return [failed("group.make-up", title, f"Its configuration cannot be read: {resources.unknown}", remedy)]
    problems = situation.driver.group_problems(situation.cluster, resources.value)
    found = [failed("group.make-up", title, reason, remedy) for reason, remedy in problems]
    if not problems:
        found.append(passed("group.make-up", title, ", ".join(resources.value)))
    return [*found, scripts_check(situation)]


def scripts_check(situation: Situation) -> Check:
    """Whether the group runs nothing, or only what the console wrote."""
    told = situation.scripts()
    if told.value == "none":
        return passed("group.scripts", SCRIPTS, "The group runs no script: the console stops and starts Exchange.")
    if told.value == "console":
        return passed("group.scripts", SCRIPTS, "The group runs the console's scripts: they ask it for a go.")
    reason = "The group runs a script that the console did not write; it would change the directory at the same time."
    remedy = "Replace the script resource by the console's scripts on both nodes, or remove it from the group."
    return failed("group.scripts", SCRIPTS, reason, remedy, evidence=told.unknown)
