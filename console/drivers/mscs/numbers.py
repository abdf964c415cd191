"""Names, types and states as numbers, from WMI and from the FailoverClusters module: what no language changes.

Numbers: clusapi.h, the enumerations CLUSTER_NODE_STATE, CLUSTER_GROUP_STATE and CLUSTER_RESOURCE_STATE.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.domain.readings import read_blocks
from console.drivers.mscs.rows import GroupRow, Lists, NodeRow, ResourceRow
from console.drivers.mscs.tables import SIZE_LIMIT, STATES

NODE_STATES = {0: "Up", 1: "Down", 2: "Paused", 3: "Joining"}
GROUP_STATES = {0: "Online", 1: "Offline", 2: "Failed", 3: "Partially Online", 4: "Pending"}
RESOURCE_STATES = {
    0: "Inherited",
    1: "Initializing",
    2: "Online",
    3: "Offline",
    4: "Failed",
    128: "Pending",
    129: "Online Pending",
    130: "Offline Pending",
}
Line = Mapping[str, str]


def read_wmi(results: Sequence[CommandResult]) -> tuple[tuple[Line, ...], ...]:
    """The instances of each class that was asked; none of a class that this Windows does not have or not tell."""
    found: list[tuple[Line, ...]] = []
    for result in results:
        try:
            found.append(tuple(block for block in read_blocks(result) if block.get("Name")))
        except Garbled:
            found.append(())
    return tuple(found)


def completed(lists: Lists, nodes: Sequence[Line], groups: Sequence[Line], resources: Sequence[Line]) -> Lists:
    """`lists` with the types that WMI tells, and with its states where cluster.exe speaks another language."""
    node_states, group_states = _states(nodes, NODE_STATES), _states(groups, GROUP_STATES)
    resource_states = _states(resources, RESOURCE_STATES)
    kinds = {line["Name"].casefold(): line.get("Type", "") for line in resources}
    return Lists(
        tuple(replace(row, status=_word(row.name, row.status, node_states)) for row in lists.nodes),
        tuple(replace(row, status=_word(row.name, row.status, group_states)) for row in lists.groups),
        tuple(
            replace(
                row,
                status=_word(row.name, row.status, resource_states),
                kind=kinds.get(row.name.casefold(), ""),
            )
            for row in lists.resources
        ),
    )


def read_module(results: Sequence[CommandResult]) -> Lists:
    """What the FailoverClusters module tells of nodes, groups and resources. Raises `Garbled`."""
    nodes, groups, resources = (read_csv(result) for result in results)
    try:
        return Lists(
            tuple(NodeRow(line["Name"], _state(line, NODE_STATES)) for line in nodes),
            tuple(GroupRow(line["Name"], line["Owner"], _state(line, GROUP_STATES)) for line in groups),
            tuple(
                ResourceRow(line["Name"], line["Type"], line["Group"], line["Owner"], _state(line, RESOURCE_STATES))
                for line in resources
            ),
        )
    except KeyError as error:
        raise Garbled(f"PowerShell's table has no column {error}.") from error


def read_csv(result: CommandResult) -> tuple[Line, ...]:
    """The lines of `ConvertTo-Csv -NoTypeInformation` by the names of their columns. Raises `Garbled`."""
    if not result.ok or len(result.stdout) > SIZE_LIMIT:
        said = " ".join((result.stdout + " " + result.stderr).split())[:300] or "nothing"
        raise Garbled(f"PowerShell ended with exit code {result.exit_code} and said: {said}")
    lines = dropwhile(lambda line: not line.startswith('"'), re.split(r"\r?\n", result.stdout.lstrip("\ufeff")))
    try:
        header, *rows = list(csv.reader((line for line in lines if line.strip()), strict=True)) or [[]]
        return tuple(dict(zip(header, row, strict=True)) for row in rows)
    except (csv.Error, ValueError) as error:
        raise Garbled(f"PowerShell printed no table: {error}") from error


def _states(lines: Sequence[Line], words: Mapping[int, str]) -> dict[str, str]:
    """Name (casefolded) to the English word for its state, as far as there is one."""
    found = {line["Name"].casefold(): words.get(_number(line.get("State", "")), "") for line in lines}
    return {name: word for name, word in found.items() if word}


def _word(name: str, said: str, told: Mapping[str, str]) -> str:
    known = said in STATES or said in NODE_STATES.values()
    return said if known else told.get(name.casefold(), said)


def _state(line: Line, words: Mapping[int, str]) -> str:
    return words.get(_number(line["State"]), "Unknown")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else -1
