"""Proofs about names in DNS: where the nodes' names lead, as the DNS server answers when a node asks it."""

import re

from console.domain.errors import ChangeoverError, Garbled
from console.domain.ports import Argv, CommandResult
from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, without
from console.domain.procedures.proofs.network import addresses
from console.domain.procedures.proofs.network import questions as network_questions
from console.domain.readings.windows import said

_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_NO_SUCH_NAME = "non-existent domain"


def record_questions(grounds: Grounds, _: tuple[str, ...]) -> tuple[Argv, ...]:
    """Where the primary node's name leads."""
    return (_question(grounds.cluster.primary.name),)


def stale_questions(grounds: Grounds, about: tuple[str, ...]) -> tuple[Argv, ...]:
    """Where both nodes' names lead, and which addresses the nodes have."""
    return (*(_question(node.name) for node in grounds.cluster.nodes), *network_questions(grounds, about))


def record(grounds: Grounds, _: Side, __: tuple[str, ...]) -> Finding:
    """The primary node's name leads to the floating IP and nowhere else, whichever node asks."""
    name, wanted = grounds.cluster.primary.name, grounds.cluster.floating_ip
    wrong = []
    for asking in _asking(grounds):
        found = answered(grounds.answers[asking][_question(name)], name)
        if found != {wanted}:
            leads = f"leads to {', '.join(sorted(found))}" if found else "is not there"
            wrong.append(f"Asked from {asking}, the name {name} {leads}; it must lead to {wanted} alone.")
    return without(wrong, f"{name} leads to {wanted}.")


def stale(grounds: Grounds, _: Side, __: tuple[str, ...]) -> Finding:
    """No node's name leads to an address that is the node's own."""
    wrong: dict[str, None] = {}
    for node in grounds.nodes(Side.BOTH):
        own = addresses(grounds, node) - {grounds.cluster.floating_ip}
        for asking in _asking(grounds):
            for address in sorted(answered(grounds.answers[asking][_question(node.node)], node.node) & own):
                wrong[f"The name {node.node} leads to {address}, the node's own address."] = None
    return without(wrong, "No node's name leads to its own address.")


def _question(name: str) -> Argv:
    return ("nslookup", "-type=A", name)


def _asking(grounds: Grounds) -> tuple[str, ...]:
    """The nodes that asked. Raises `ChangeoverError` when none did."""
    if not grounds.answers:
        raise ChangeoverError("No node answers, so no node can ask the DNS server.", remedy="Check both nodes.")
    return tuple(grounds.answers)


def answered(result: CommandResult, name: str) -> set[str]:
    """The addresses that nslookup printed for the name: they follow the block about the server itself.

    Raises `Garbled` when it printed neither an address nor that there is no such name.
    """
    lines = [line.strip() for line in result.stdout.replace("\r", "").split("\n")]
    notes = " ".join(line for line in (*lines, *result.stderr.splitlines()) if line.startswith("***"))
    _, _, answer = "\n".join(line for line in lines if not line.startswith("***")).strip().partition("\n\n")
    found = set(_ADDRESS.findall(answer))
    if not found and not (_NO_SUCH_NAME in notes.casefold() and name.casefold() in notes.casefold()):
        raise Garbled(f"nslookup does not tell where {name} leads: {said(result)}")
    return found
