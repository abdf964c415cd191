"""Checks of the Exchange services on both nodes, and of what the floating IP says now."""

from console.domain.checks import Check, failed, passed, untold, warned
from console.domain.observation import ServiceState
from console.domain.preflight.base import NodeSituation, Situation

MANUAL = "Set it to Manual: sc config {name} start= demand (guide, “Specify the settings for Exchange services”)."


def checks(situation: Situation) -> list[Check]:
    """Services on the source and the target, and the greetings."""
    found: list[Check] = []
    if situation.seen(situation.source).answered:
        found.append(source_check(situation))
    if situation.seen(situation.target).answered:
        found += [target_check(situation), *_start_types(situation)]
    return [*found, greetings_check(situation)]


def _states(situation: NodeSituation, node: str) -> tuple[list[ServiceState], list[str]]:
    """What was read of each service on `node`, and the names that could not be read."""
    known, unread = [], []
    for service in situation.generation.running_services(situation.cluster.extra_services):
        state = situation.seen(node).service(service.name).value
        if state is None:
            unread.append(service.name)
        else:
            known.append(state)
    return known, unread


def source_check(situation: NodeSituation) -> Check:
    """Whether Exchange runs where the move starts."""
    node = situation.source
    title = f"The Exchange services run on {node}"
    known, unread = _states(situation, node)
    if unread:
        remedy = f"Look at the services on {node} by hand."
        return failed("services.source", title, f"Cannot be read: {', '.join(unread)}.", remedy, about=node)
    idle = [state.name for state in known if state.state != "RUNNING"]
    if not idle:
        return passed("services.source", title, f"All {len(known)} run.", about=node)
    remedy = "The move goes on from here: what is stopped counts as done."
    return warned("services.source", title, f"Not running: {', '.join(idle)}.", remedy, about=node)


def target_check(situation: Situation) -> Check:
    """Whether Exchange is still on the node that shall have it."""
    node = situation.target
    title = f"No Exchange service runs on {node}"
    known, unread = _states(situation, node)
    running = [state.name for state in known if state.state not in ("STOPPED", "ABSENT")]
    if running:
        text = f"Running there: {', '.join(running)}."
        owner = situation.observation.owner(situation.cluster.group).value or ""
        if owner.casefold() == node.casefold():
            return failed("services.target", title, text, f"Leave them as they are: {node} has the group.", about=node)
        remedy = f"Stop them on {node}, and find out what started them: they must be Manual."
        return failed("services.target", title, text, remedy, about=node)
    if unread:
        return untold("services.target", title, f"Cannot be read: {', '.join(unread)}.", "Look by hand.", about=node)
    return passed("services.target", title, "All are stopped.", about=node)


def _start_types(situation: Situation) -> list[Check]:
    """Services must be there, not disabled, and Manual on both nodes."""
    found = []
    for node in (situation.target, situation.source):
        known, _ = _states(situation, node)
        title = f"The Exchange services on {node} are set to Manual"
        wrong = [state for state in known if state.state == "ABSENT" or state.start_type not in ("DEMAND", "")]
        found += [_wrong_type(state, node, title, on_target=node == situation.target) for state in wrong]
        if not wrong:
            found.append(passed("services.manual", title, f"All {len(known)} are.", about=node))
    return found


def _wrong_type(state: ServiceState, node: str, title: str, *, on_target: bool) -> Check:
    if state.state == "ABSENT":
        reason = f"{state.name} is not installed on {node}."
        remedy = "Install Exchange there with the same roles, or correct the cluster's extra services."
        return (
            failed("services.manual", title, reason, remedy, about=node)
            if on_target
            else warned("services.manual", title, reason, remedy, about=node)
        )
    reason, remedy = f"{state.name} is {state.start_type} on {node}.", MANUAL.format(name=state.name)
    if state.start_type == "DISABLED" and on_target:
        return failed("services.manual", title, f"{reason} It could not be started.", remedy, about=node)
    return warned("services.manual", title, f"{reason} It starts where the partition is not.", remedy, about=node)


def greetings_check(situation: NodeSituation) -> Check:
    """Whether every expected protocol greets now."""
    title = f"Mail answers on {situation.cluster.floating_ip} now"
    silent = [f"{at.protocol} on {at.port} ({said.text})" for at, said in situation.greetings.items() if not said.ok]
    if not silent:
        return passed("mail.now", title, "Every expected protocol greets.")
    remedy = "If mail is meant to be down, go on; the proof after the move expects these to answer."
    return warned("mail.now", title, f"Silent: {', '.join(silent)}.", remedy)
