"""cluster.exe's lists as rows, read from the right: names push the columns after them aside and may hold blanks.

A line ends with a state of one or two words, before it stands a node, before that a group; nodes and groups are known
from the lists before. Where a line can be read in two ways, the padding of the columns and the names that WMI tells
decide; where they do not, it is not guessed at. The lists are the same in every language but for headings and states.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.drivers.mscs.rows import GroupRow, Lists, NodeRow, ResourceRow

Row = TypeVar("Row", GroupRow, ResourceRow)

SIZE_LIMIT = 1_000_000
"""Characters that a list of a cluster may have."""
STATES = (
    "Partially Online",
    "Online Pending",
    "Offline Pending",
    "Initializing",
    "Inherited",
    "Unknown",
    "Pending",
    "Offline",
    "Online",
    "Failed",
)
"""The English words for how a group or a resource stands; two of them have exactly one blank between."""

_RULE = re.compile(r"-+(?: +-+)*")
_NODE = re.compile(r"(\S+) +(\d+) +(\S.*)")
_GROUP_WIDTHS = (20, 15)
_RESOURCE_WIDTHS = (20, 20, 15)


@dataclass(frozen=True)
class Tail:
    """One way to read the end of a line: what stands before, the node, the state."""

    rest: str
    node: str
    status: str


def read_tables(
    nodes: CommandResult, groups: CommandResult, resources: CommandResult, known: Collection[str] = ()
) -> Lists:
    """The three lists; `known` are names of resources that something else has told. Raises `Garbled`."""
    node_rows = tuple(_node(line) for line in body(nodes))
    names = [row.name for row in node_rows]
    group_rows = tuple(_group(line, names) for line in body(groups))
    titles = [row.name for row in group_rows]
    rows = tuple(_resource(line, names, titles, {name.casefold() for name in known}) for line in body(resources))
    return Lists(node_rows, group_rows, rows)


def body(result: CommandResult) -> list[str]:
    """The lines of a list below its rule of hyphens, without blank ones. Raises `Garbled`."""
    command = " ".join(result.argv)
    if len(result.stdout) > SIZE_LIMIT:
        raise Garbled(f"`{command}` printed {len(result.stdout)} characters, more than a list has.")
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    for number, line in enumerate(lines):
        if _RULE.fullmatch(line):
            return [text for text in lines[number + 1 :] if text]
    said = " ".join(result.stdout.split())[:200] or "nothing"
    raise Garbled(f"`{command}` printed no list but: {said}")


def tails(line: str, nodes: Sequence[str]) -> Iterator[Tail]:
    """The ways to read the end of `line` with one of `nodes` and a state; in other languages the state is what is left.

    A node's name and its state are always told apart by a blank, and something has to stand before the node.
    """
    found = list(_english(line, nodes))
    yield from found or _foreign(line, nodes)


def _english(line: str, nodes: Sequence[str]) -> Iterator[Tail]:
    for status in STATES:
        if not line.endswith(f" {status}"):
            continue
        head = line.removesuffix(status).rstrip()
        for node in nodes:
            rest = head[: -len(node)]
            if head.endswith(node) and rest.endswith(" ") and rest.strip():
                yield Tail(rest.rstrip(), node, status)


def _foreign(line: str, nodes: Sequence[str]) -> Iterator[Tail]:
    ways = []
    for node in nodes:
        for found in re.finditer(rf" {re.escape(node)} +(?=\S)", line):
            if line[: found.start()].strip():
                ways.append((found.start(), Tail(line[: found.start()].rstrip(), node, line[found.end() :])))
    if ways:
        yield max(ways, key=lambda way: way[0])[1]


def _node(line: str) -> NodeRow:
    found = _NODE.fullmatch(line.strip())
    if found is None:
        raise Garbled(f"`cluster node` shows a line that cannot be read: {line[:100]}")
    return NodeRow(found[1], found[3])


def _group(line: str, nodes: Sequence[str]) -> GroupRow:
    ways = [GroupRow(tail.rest, tail.node, tail.status) for tail in tails(line, nodes)]
    return _one(line, "cluster group", ways, [lambda row: _padded(line, _GROUP_WIDTHS, row.name, row.node, row.status)])


def _resource(line: str, nodes: Sequence[str], groups: Sequence[str], known: Collection[str]) -> ResourceRow:
    ways = [
        ResourceRow(tail.rest[: -len(group)].rstrip(), "", group, tail.node, tail.status)
        for tail in tails(line, nodes)
        for group in groups
        if tail.rest.endswith(f" {group}") and tail.rest[: -len(group)].strip()
    ]
    tests: list[Callable[[ResourceRow], bool]] = [
        lambda row: row.name.casefold() in known,
        lambda row: _padded(line, _RESOURCE_WIDTHS, row.name, row.group, row.node, row.status),
    ]
    return _one(line, "cluster resource", ways, tests)


def _one(line: str, command: str, ways: Sequence[Row], tests: Sequence[Callable[[Row], bool]]) -> Row:
    """The way to read `line` that passes most: each test only ever leaves ways out while others pass it."""
    left = list(dict.fromkeys(ways))
    for test in tests:
        left = [row for row in left if test(row)] or left
    if not left:
        raise Garbled(f"`{command}` shows a line without a known node or group: {line[:200]}")
    if len(left) > 1:
        raise Garbled(
            f"`{command}` shows a line that can be read in {len(left)} ways: {line[:200]}",
            remedy="Rename the group or the resource so that its name does not end like another group's.",
        )
    return left[0]


def _padded(line: str, widths: Sequence[int], *cells: str) -> bool:
    """Whether the cells, padded to their columns, give the line as it is."""
    *padded, last = cells
    columns = [cell.ljust(width) for cell, width in zip(padded, widths, strict=True)]
    return " ".join([*columns, last]) == line
