"""What cluster.exe prints, in its own columns: padded to their widths and never cut, so long names move the rest.

English, or Japanese where the node's Windows speaks that; there the columns count bytes, and the words are inferred.
"""

from collections.abc import Callable, Iterable, Sequence

NODES, GROUPS, RESOURCES, TYPES = "nodes", "resource groups", "resources", "resource types"
NODE_COLUMNS = (("Node", 14), ("Node ID", 7), ("Status", 21))
GROUP_COLUMNS = (("Group", 20), ("Node", 15), ("Status", 6))
RESOURCE_COLUMNS = (("Resource", 20), ("Group", 20), ("Node", 15), ("Status", 6))
TYPE_COLUMNS = (("Display Name", 52), ("Resource Type Name", 41))
OWNER_COLUMNS = (("Possible Owner Nodes", 20),)
_JAPANESE = {
    "Node": "ノード",
    "Node ID": "ノード ID",
    "Group": "グループ",
    "Resource": "リソース",
    "Status": "状態",
    "Display Name": "表示名",
    "Resource Type Name": "リソースの種類の名前",
    "Possible Owner Nodes": "実行可能な所有者ノード",
    "Online": "オンライン",
    "Offline": "オフライン",
    "Failed": "失敗",
    "Partially Online": "一部オンライン",
    "Pending": "保留中",
    "Online Pending": "オンライン保留中",
    "Offline Pending": "オフライン保留中",
    "Up": "実行中",
    "Down": "停止",
    "Paused": "一時停止",
    "Joining": "参加中",
    NODES: "ノード",
    GROUPS: "リソース グループ",
    RESOURCES: "リソース",
    TYPES: "リソースの種類",
}
Columns = Sequence[tuple[str, int]]


def heading(what: str, name: str = "", *, japanese: bool = False) -> str:
    """The first line of a list of states: of all of a kind, or of the one that is named."""
    if japanese:
        kind = _JAPANESE[what]
        return f"{kind} '{name}' の状態を一覧表示しています:" if name else f"すべての{kind}の状態を一覧表示しています:"
    singular = what.removesuffix("s")
    return f"Listing status for {singular} '{name}':" if name else f"Listing status for all available {what}:"


def table(columns: Columns, rows: Iterable[Sequence[str]], *, japanese: bool = False) -> str:
    """Header, dashes and rows; the number of a node is set to the right."""
    say = _word if japanese else str
    width = _width if japanese else len
    lines = [_row([say(title) for title, _ in columns], columns, width)]
    lines.append(" ".join("-" * size for _, size in columns))
    for row in rows:
        shown = [say(cell) if title == "Status" else cell for (title, _), cell in zip(columns, row, strict=True)]
        lines.append(_row(shown, columns, width))
    return "\n".join(lines)


def properties(title: str, column: str, rows: Iterable[tuple[str, str, str]], *, private: bool = False) -> str:
    """The list of /properties, or of /privproperties: kind of value, whose it is, its name and the value."""
    kind = "private properties" if private else "properties"
    lines = [f"Listing {kind} for '{title}':", "", f"T  {column:<20} {'Name':<30} Value"]
    lines.append(f"-- {'-' * 20} {'-' * 30} {'-' * 23}")
    return "\n".join([*lines, *(f"{kind:<2} {title:<20} {name:<30} {value}" for kind, name, value in rows)])


def number(value: int) -> str:
    """A DWORD as /properties prints it."""
    return f"{value} (0x{value:x})"


def _row(cells: Sequence[str], columns: Columns, width: Callable[[str], int]) -> str:
    shown = []
    for cell, (title, size) in zip(cells, columns, strict=True):
        blanks = " " * max(0, size - width(cell))
        shown.append(blanks + cell if title == "Node ID" else cell + blanks)
    return " ".join(shown).rstrip()


def _word(text: str) -> str:
    return _JAPANESE.get(text, text)


def _width(text: str) -> int:
    return len(text.encode("cp932", "replace"))
