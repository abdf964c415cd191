"""Which services a node uses, for the guide's functional range: one list over WMI, read before a planned move."""

from collections.abc import Mapping

from console.domain.errors import ChangeoverError, Garbled
from console.domain.field import Field
from console.domain.observation import ClusterObservation, Seen
from console.domain.ports import Argv, CommandResult
from console.domain.readings import read_blocks

SERVICES: Argv = ("wmic", "service", "get", "Name,StartMode,State", "/value")

UsedServices = Seen[frozenset[str]]
"""The services, casefolded, that run on a node or start by themselves there."""


def read_used(result: CommandResult) -> frozenset[str]:
    """The services that run or start by themselves, casefolded, from `SERVICES`. Raises `Garbled`."""
    blocks = [block for block in read_blocks(result) if block.get("Name")]
    if not blocks or any(not block.get("StartMode") or not block.get("State") for block in blocks):
        raise Garbled("The list of services is empty or not whole.")
    used = [b for b in blocks if b["State"].casefold() == "running" or b["StartMode"].casefold() == "auto"]
    return frozenset(block["Name"].casefold() for block in used)


def used_services(field: Field, observation: ClusterObservation) -> Mapping[str, UsedServices]:
    """For each node that answered a moment ago, the services that it uses; what cannot be read is unknown."""
    return {name: _of(field, name) for name, seen in observation.nodes.items() if seen.answered}


def _of(field: Field, node: str) -> UsedServices:
    try:
        (result,) = field.session(node).batch([SERVICES], within=field.cluster.timing.command)
        return Seen(read_used(result))
    except ChangeoverError as error:
        return Seen.nothing(error.told)
