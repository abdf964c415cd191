"""Checks of the two nodes themselves: they answer, they are who they should be, their clocks agree."""

from console.domain.checks import Check, failed, passed, warned
from console.domain.observation import NodeObservation
from console.domain.preflight.base import NodeSituation

CLOCK_SECONDS = 300.0
"""Kerberos refuses tickets beyond five minutes of difference."""


def checks(situation: NodeSituation) -> list[Check]:
    """For each node: reach, identity and clock."""
    found: list[Check] = []
    for node in (situation.source, situation.target):
        seen = situation.seen(node)
        found.append(reach_check(seen))
        if seen.answered:
            found += [identity_check(seen), clock_check(seen)]
    return found


def reach_check(seen: NodeObservation) -> Check:
    """Whether the node answers at all."""
    title = f"{seen.node} answers over WinRM"
    if seen.answered:
        return passed(
            "node.reach", title, f"{seen.node} answered; {seen.windows.value or 'version not told'}.", about=seen.node
        )
    return failed("node.reach", title, f"{seen.node} does not answer: {seen.unreachable}", seen.remedy, about=seen.node)


def identity_check(seen: NodeObservation) -> Check:
    """Whether it is the machine that it is taken for."""
    title = f"{seen.node} is the machine it should be"
    name = seen.hostname.value
    if name is None:
        remedy = "Run `hostname` on the node and compare."
        return failed(
            "node.identity", title, f"It does not tell its name: {seen.hostname.unknown}", remedy, about=seen.node
        )
    if name.casefold() == seen.node.casefold():
        return passed("node.identity", title, f"It calls itself {name}.", about=seen.node)
    remedy = "Correct the node's management address in the inventory; it must lead to that machine alone."
    return failed("node.identity", title, f"It calls itself {name}, not {seen.node}.", remedy, about=seen.node)


def clock_check(seen: NodeObservation) -> Check:
    """Whether its clock agrees with ours."""
    title = f"The clock of {seen.node} is right"
    offset = seen.clock_offset.value
    if offset is None:
        remedy = "Compare the node's clock by hand; it does not stop the move."
        return warned(
            "node.clock", title, f"Its clock could not be read: {seen.clock_offset.unknown}", remedy, about=seen.node
        )
    if abs(offset) <= CLOCK_SECONDS:
        return passed("node.clock", title, f"It differs by {abs(offset):.0f} s.", about=seen.node)
    remedy = "Set the clock (w32tm /resync); Kerberos refuses more than 300 s."
    return warned("node.clock", title, f"It differs by {abs(offset):.0f} s.", remedy, about=seen.node)
