"""Proof that Windows has what Exchange 2007 builds on, which differs by the version and service pack of Windows.

What a step is about names the kind of Windows before each thing: `2003 before SP2: KB898060`, `2008: Web-Server`.
"""

import re

from console.domain.errors import Garbled
from console.domain.observation import NodeObservation
from console.domain.ports import Argv
from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, without
from console.domain.procedures.proofs.windows import FIXES, SYSTEM
from console.domain.readings.windows import read_blocks, said

_FRAMEWORK_KEY = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v2.0.50727"
FRAMEWORK: Argv = ("reg", "query", _FRAMEWORK_KEY)
POWERSHELL: Argv = ("reg", "query", r"HKLM\SOFTWARE\Microsoft\PowerShell\1", "/v", "Install")
UPDATES: Argv = ("reg", "query", r"HKLM\SOFTWARE\Microsoft\Updates", "/s")
"""Where fixes of .NET Framework are written down, which Windows' own list leaves out."""
FEATURES: Argv = ("ServerManagerCmd", "-query")
BEFORE_SP2, FROM_SP2, LATER = "2003 before SP2", "2003 from SP2", "2008"
_VALUE = re.compile(r"^\s+(\w+)\s+REG_DWORD\s+0x([0-9a-f]+)\s*$", re.IGNORECASE | re.MULTILINE)
_FEATURE = re.compile(r"^\s*\[X\].*\[([A-Za-z][\w-]*)\]\s*$", re.MULTILINE)
_CONSOLE_FIX = "KB907265"
"""The management console 3.0 for Windows Server 2003 comes as a fix of this number."""
_NAMED = {".NET Framework 2.0": "net2", ".NET Framework 2.0 SP1": "net2sp1", "Windows PowerShell": "powershell"}
_NAMED |= {"MMC 3.0": _CONSOLE_FIX}


def questions(grounds: Grounds, _: tuple[str, ...]) -> tuple[Argv, ...]:
    """Windows' version and fixes, what the registry tells of components; where it is not 2003, its features."""
    known = [node.windows.value or "" for node in grounds.observation.nodes.values()]
    old = all(windows.startswith("Windows Server 2003") for windows in known)
    return (SYSTEM, FIXES, FRAMEWORK, POWERSHELL, UPDATES, *(() if old else (FEATURES,)))


def prerequisites(grounds: Grounds, side: Side, about: tuple[str, ...]) -> Finding:
    """Every node of the side has those of the things in `about` that its Windows needs."""
    wrong = []
    for node in grounds.nodes(side):
        kind = kind_of(grounds, node)
        needed = wanted(about, kind)
        there = _there(grounds, node, kind) if needed else set()
        missing = [thing for thing in needed if _NAMED.get(thing, thing).casefold() not in there]
        wrong += [f"{node.node} lacks {', '.join(missing)}."] if missing else []
    return without(wrong, "Everything is there that the nodes' Windows needs.")


def wanted(about: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The things in `about` that this kind of Windows needs."""
    parts = [one.partition(": ") for one in about]
    return tuple(dict.fromkeys(thing for of, _, thing in parts if of == kind))


def kind_of(grounds: Grounds, node: NodeObservation) -> str:
    """Which kind of Windows the node has. Raises `ChangeoverError` when it does not tell."""
    system = next(iter(read_blocks(grounds.answer(node, SYSTEM))), {})
    pack = system.get("ServicePackMajorVersion", "")
    if not system.get("Version") or not pack.isdecimal():
        raise Garbled(f"Windows on {node.node} does not tell its version and service pack.")
    if not system["Version"].startswith("5.2."):
        return LATER
    return FROM_SP2 if int(pack) >= 2 else BEFORE_SP2


def _there(grounds: Grounds, node: NodeObservation, kind: str) -> set[str]:
    """What the node has, casefolded: features by name, fixes by number, components by the short names above."""
    if kind == LATER:
        answer = grounds.answer(node, FEATURES)
        if not answer.ok:
            raise Garbled(f"ServerManagerCmd on {node.node} does not list the features: {said(answer)}")
        return {name.casefold() for name in _FEATURE.findall(answer.stdout)}
    framework = _values(grounds, node, FRAMEWORK)
    found = {block.get("HotFixID", "").casefold() for block in read_blocks(grounds.answer(node, FIXES))}
    found |= {f"kb{number}" for number in re.findall(r"\b(?:KB|M|S)(\d{6})\b", grounds.answer(node, UPDATES).stdout)}
    found |= {"net2"} if framework.get("install") else set()
    found |= {"net2sp1"} if framework.get("install") and framework.get("sp") else set()
    found |= {"powershell"} if _values(grounds, node, POWERSHELL).get("install") else set()
    return found


def _values(grounds: Grounds, node: NodeObservation, question: Argv) -> dict[str, int]:
    """The numbers in a key of the registry; none when there is no such key, which is how reg says so."""
    answer = grounds.answer(node, question)
    return {name.casefold(): int(number, 16) for name, number in _VALUE.findall(answer.stdout)} if answer.ok else {}
