"""Reads the screen of `clpstat` and `clpstat --long` into plain sections, strictly, without interpreting names.

The screen is laid out by columns: a `:` stands at column 21 (plain) or 38 (`--long`), counting bytes of the
product's own code page, so a Japanese character counts as two; names before it are cut to 16 or 34 columns; words
after it hold blanks ("Online Pending").
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from console.domain.errors import Garbled

PLAIN, LONG = 21, 38
NAME_STARTS = 4
STATUS_WIDTH = 17
SIZE_LIMIT = 1_000_000
_SECTIONS = ("server", "group", "monitor")


@dataclass
class Block:
    """A server or a group with the indented lines below it, name and value each."""

    name: str
    status: str
    own: bool = False
    lines: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Screen:
    """A screen as it was printed; names may be cut to `width` columns."""

    cluster: str
    width: int
    servers: tuple[Block, ...]
    groups: tuple[Block, ...]
    monitors: tuple[tuple[str, str], ...]


def read_screen(text: str) -> Screen:
    """The screen in `text`. Raises `Garbled`, naming the line that could not be read."""
    lines = _frame(text)
    cluster = _cluster(lines[0])
    column = _column(lines)
    sections: dict[str, list[Block]] = {name: [] for name in _SECTIONS}
    for section, line in _in_sections(lines[1:]):
        _add(sections[section], line, column, section)
    if not sections["server"]:
        raise Garbled("clpstat shows no server.")
    monitors = tuple((block.name, block.status) for block in sections["monitor"])
    width = column - NAME_STARTS - (1 if column == PLAIN else 0)
    return Screen(cluster, width, tuple(sections["server"]), tuple(sections["group"]), monitors)


def _frame(text: str) -> list[str]:
    """The lines between title and footer."""
    if len(text) > SIZE_LIMIT:
        raise Garbled(f"clpstat printed {len(text)} characters, more than any screen has.")
    lines = [line.rstrip("\r\n \0") for line in text.splitlines()]
    start = next((n for n, line in enumerate(lines) if "CLUSTER STATUS" in line and "==" in line), None)
    if start is None:
        first = next((line.strip() for line in lines if line.strip()), "nothing")
        raise Garbled(f"clpstat did not print its screen but: {first[:200]}")
    end = next((n for n, line in enumerate(lines[start + 1 :], start + 1) if _is_rule(line)), None)
    if end is None:
        raise Garbled("clpstat's screen is cut off: its closing line is missing.")
    body = [line for line in lines[start + 1 : end] if line.strip()]
    if not body:
        raise Garbled("clpstat's screen is empty.")
    return body


def _is_rule(line: str) -> bool:
    return len(line.strip()) > 20 and set(line.strip()) == {"="}


def _cluster(line: str) -> str:
    label, colon, name = line.partition(":")
    if not colon or label.strip() != "Cluster" or not name.strip():
        raise Garbled(f"clpstat does not name its cluster: {line.strip()[:100]}")
    return name.strip()


def _in_sections(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each line with the section that it stands in."""
    section = ""
    for line in lines:
        tag = line.strip()
        if tag.startswith("<") and tag.endswith(">"):
            section = tag[1:-1]
            if section not in _SECTIONS:
                raise Garbled(f"clpstat shows a section that is not known: {tag[:100]}")
        elif not section:
            raise Garbled(f"clpstat shows a line outside of any section: {line.strip()[:100]}")
        else:
            yield section, line


def _column(lines: list[str]) -> int:
    """Where the colon stands, by the first line of a section."""
    first = next((line for line in lines[1:] if not line.strip().startswith("<")), "")
    found = next((column for column in (PLAIN, LONG) if _char_at(first, column)[1] == ":"), None)
    if found is None:
        raise _unreadable("clpstat's columns are not where they should be", first)
    return found


def _add(blocks: list[Block], line: str, column: int, section: str) -> None:
    index, char = _char_at(line, column)
    if char != ":":
        raise _unreadable(f"clpstat's line in section {section} has no ':' in its place", line)
    label, value = line[:index], line[index + 1 :].strip()
    name = label[NAME_STARTS:].rstrip(".").strip()
    if not name or not value or label[: NAME_STARTS - 1].strip() or label[3] not in " *":
        raise _unreadable(f"clpstat's line in section {section} cannot be read", line)
    if label[NAME_STARTS] != " ":
        status = value if section != "monitor" else value[:STATUS_WIDTH].strip()
        blocks.append(Block(name, status, own=label[3] == "*"))
    elif blocks and section != "monitor":
        blocks[-1].lines.append((name, value))
    else:
        raise _unreadable(f"clpstat's line in section {section} belongs to nothing", line)


def _char_at(line: str, column: int) -> tuple[int, str]:
    """The index and the character at a display column; (-1, "") when the line does not reach it."""
    if line.isascii():
        return (column, line[column]) if column < len(line) else (-1, "")
    at = 0
    for index, char in enumerate(line):
        if at == column:
            return index, char
        if at > column:
            break
        at += _width(char)
    return -1, ""


def _width(char: str) -> int:
    try:
        return len(char.encode("cp932"))
    except UnicodeEncodeError:
        return 1


def _unreadable(what: str, line: str) -> Garbled:
    """The error for a line, with the likely cause as its remedy when characters of it were lost."""
    if "\ufffd" in line:
        return Garbled(
            f"{what}: {line.strip()[:100]}", remedy="Set the node's code page in the inventory, such as 932."
        )
    return Garbled(f"{what}: {line.strip()[:100]}")
