"""Proof that a folder on the partition is open to those who need it, whatever language Windows speaks."""

import re

from console.domain.errors import Garbled
from console.domain.ports import Argv, CommandResult
from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, untold, without
from console.domain.procedures.proofs.windows import on_partition
from console.domain.readings.windows import read_blocks, said

NEEDED = {"S-1-5-32-544": "Administrators", "S-1-5-20": "NETWORK SERVICE", "S-1-5-18": "SYSTEM"}
"""Who the guide gives full control of the transport folder (2007, step 8), by their identifiers."""
SYSTEM_ACCOUNTS: Argv = ("wmic", "sysaccount", "get", "Name,SID", "/value")
ADMINISTRATORS: Argv = ("wmic", "group", "where", "LocalAccount=TRUE and SID='S-1-5-32-544'", "get", "Name,SID")
ADMINISTRATORS = (*ADMINISTRATORS, "/value")
_ENTRY = re.compile(r"^\s*(?P<who>[^:]+):(?:\((?:OI|CI|IO|NP|ID)\))*(?P<right>[A-Z])\s*$")
_FULL = "F"
_INHERIT_ONLY = "(IO)"


def questions(grounds: Grounds, about: tuple[str, ...]) -> tuple[Argv, ...]:
    """Each folder's rights, and what the accounts are called on the node."""
    return (*(("cacls", path) for path in on_partition(grounds.cluster, about)), SYSTEM_ACCOUNTS, ADMINISTRATORS)


def rights(grounds: Grounds, _: Side, about: tuple[str, ...]) -> Finding:
    """The accounts have full control of the folders, as the node tells that has the group."""
    active = grounds.nodes(Side.ACTIVE)
    if not active:
        return untold("No node is known to have the group, so nothing shows the partition.")
    asked = (SYSTEM_ACCOUNTS, ADMINISTRATORS)
    blocks = [block for question in asked for block in read_blocks(grounds.answer(active[0], question))]
    names = {block["SID"]: block["Name"] for block in blocks if block.get("SID") in NEEDED and block.get("Name")}
    if unnamed := [known for sid, known in NEEDED.items() if sid not in names]:
        raise Garbled(f"{active[0].node} does not tell what it calls {', '.join(unnamed)}.")
    wrong = []
    for path in on_partition(grounds.cluster, about):
        answer = grounds.answer(active[0], ("cacls", path))
        if not answer.ok:
            wrong.append(f"The rights of {path} cannot be read: {said(answer)}")
            continue
        full = _full(answer, path)
        wrong += [f"{name} has no full control of {path}." for name in names.values() if name.casefold() not in full]
    return without(wrong, f"{', '.join(names.values())} have full control.")


def _full(answer: CommandResult, path: str) -> set[str]:
    """Who has full control of the folder itself, casefolded, without the part that says where the account is from."""
    found = set()
    for line in answer.stdout.replace("\r", "").split("\n"):
        text = line.removeprefix(path) if line.casefold().startswith(path.casefold()) else line
        entry = _ENTRY.match(text)
        if entry and entry["right"] == _FULL and _INHERIT_ONLY not in text:
            found.add(entry["who"].strip().rpartition("\\")[2].casefold())
    return found
