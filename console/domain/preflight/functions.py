"""Checks of the guide's functional range: what is used that a move leaves behind, and what it would cut off."""

from console.domain.checks import Check, passed, untold, warned
from console.domain.preflight.base import Situation
from console.domain.products import Function

OUTSIDE = "Nothing is used that the guide does not support in a cluster"
COVERED = "Everything that is used moves with the group"


def checks(situation: Situation) -> list[Check]:
    """Functions outside of the range, and supported ones whose services the cluster does not move; none unread."""
    if situation.used_services is None:
        return []
    return [*_unread(situation), *_outside(situation), *_covered(situation)]


def _unread(situation: Situation) -> list[Check]:
    remedy = "Look at the list of services on the node by hand, and accept this."
    return [
        untold("range.outside", OUTSIDE, f"The services of {node} cannot be listed: {seen.unknown}", remedy, about=node)
        for node, seen in (situation.used_services or {}).items()
        if seen.value is None
    ]


def _used_on(situation: Situation, service: str) -> list[str]:
    """The nodes that use the service."""
    told = situation.used_services or {}
    return [node for node, seen in told.items() if service.casefold() in (seen.value or frozenset())]


def _outside(situation: Situation) -> list[Check]:
    found: list[Check] = []
    for function in situation.generation.functions:
        signs = [] if function.supported else _signs(situation, function)
        if signs:
            reason = f"{function.title}: {', '.join(signs)}. The guide does not support it in a cluster."
            found.append(warned("range.outside", OUTSIDE, reason, function.consequence))
    unread = any(seen.value is None for seen in (situation.used_services or {}).values())
    outside = sum(not function.supported for function in situation.generation.functions)
    told = f"{outside} functions were looked for; those without a service of their own cannot be seen."
    return found if found or unread else [passed("range.outside", OUTSIDE, told)]


def _signs(situation: Situation, function: Function) -> list[str]:
    """What shows that a function is used: a service on a node, or a public store."""
    signs = [f"{name} on {node}" for name in function.services for node in _used_on(situation, name)]
    if function.public_stores:
        servers = (situation.view.primary, situation.view.standby)
        signs += [f"{store.label} of {server.name}" for server in servers for store in server.stores if store.public]
    return signs


def _covered(situation: Situation) -> list[Check]:
    """A supported function is moved only when its service is among those that the cluster runs."""
    running = situation.generation.running_services(situation.cluster.extra_services)
    moved = {service.name.casefold() for service in running}
    found = []
    for function in (function for function in situation.generation.functions if function.supported):
        for name in (name for name in function.services if name.casefold() not in moved):
            if nodes := _used_on(situation, name):
                reason = f"{function.title} is used on {' and '.join(nodes)}, and {name} is not moved."
                remedy = f"Add {name} to the cluster's extra services in the inventory, or disable it on both nodes."
                found.append(warned("range.covered", COVERED, reason, remedy))
    return found or [passed("range.covered", COVERED, "No supported service runs beside those that are moved.")]
