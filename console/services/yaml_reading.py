"""Reading YAML with the line of everything in it, and reporting every mistake instead of the first.

Values are read from the node tree and never constructed, so that no tag can make an object, and no message
repeats a value that might be a password in the wrong place.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from console.domain.inventory import Path

TAG = "tag:yaml.org,2002:"
LIST, MAPPING = "a list", "a mapping"
WHAT = {"str": "text", "int": "a number", "float": "a number", "bool": "yes or no", "null": "nothing"}
PUNCTUATION = re.compile(r"'(.|\\[a-z]|<[a-z ]+>)'")
WHAT |= {LIST: LIST, MAPPING: MAPPING}


@dataclass(frozen=True, order=True)
class Mistake:
    """What is wrong with a file, at a line that counts from 1, and what to do."""

    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message} {self.remedy}"


class Unreadable(Exception):
    """The file is not YAML; `mistake` says where and why."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


def compose(text: str) -> Node | None:
    """The node tree of the one document in `text`; None when it is empty. Raises `Unreadable`."""
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        remedy = "Correct the line; text with a colon, such as a drive, needs quotes."
        why = _unnamed(error.problem or "it cannot be read")
        raise Unreadable(Mistake(mark.line + 1 if mark else 1, f"This is not YAML: {why}.", remedy)) from None
    except YAMLError:
        raise Unreadable(Mistake(1, "This is not YAML: it has a character that YAML forbids.", "Remove it.")) from None
    except RecursionError:
        raise Unreadable(Mistake(1, "This nests too deep.", "Give an inventory.")) from None
    return root


def _unnamed(why: str) -> str:
    """`why` without the file's own text: a quoted piece longer than punctuation may be a password after an asterisk."""
    if why.count("'") % 2 or why.count('"') % 2:  # one stands within a piece: no telling where it ends
        return re.sub(r"['\"].*['\"]", "a name", why)
    return re.sub(r"'[^']*'|\"[^\"]*\"", lambda found: found[0] if PUNCTUATION.fullmatch(found[0]) else "a name", why)


Read = Callable[["Reader", Node, Path], Any]
"""Reads one value at a path; on a mistake it reports and returns `BAD`."""


class Bad:
    """The value of a field that could not be read."""


BAD = Bad()


@dataclass(frozen=True)
class Field:
    """A key of a mapping: how its value is read, and whether it must be there."""

    read: Read
    required: bool = False


@dataclass
class Reader:
    """Collects the mistakes of one object, the lines of its fields, and which of them are bad."""

    mistakes: list[Mistake] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)
    bad: set[Path] = field(default_factory=set)

    def report(self, path: Path, line: int, message: str, remedy: str) -> Bad:
        """Note a mistake; its path counts as bad, so that no rule complains about it once more."""
        self.mistakes.append(Mistake(line, message, remedy))
        self.bad.add(path)
        return BAD

    def line_of(self, path: Path) -> int:
        """The line of the field, or of the nearest thing around it that is in the file."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def is_bad(self, path: Path) -> bool:
        """Whether the field, or something around it, could not be read."""
        return any(path[:length] in self.bad for length in range(len(path) + 1))

    def mapping(self, node: Node, path: Path, fields: dict[str, Field]) -> dict[str, Any]:
        """The readable values of a mapping by key; reports unknown, repeated and missing keys."""
        self.lines[path] = node.start_mark.line + 1
        if not isinstance(node, MappingNode):
            self.report(path, self.lines[path], "Keys with values are expected here.", f"Use {', '.join(fields)}.")
            return {}
        values: dict[str, Any] = {}
        seen: dict[str, int] = {}
        for key, value in self._pairs(node, path, fields, seen):
            self.lines[(*path, key)] = seen[key]
            read = fields[key].read(self, value, (*path, key))
            if not isinstance(read, Bad):
                values[key] = read
        for key in fields:
            if fields[key].required and key not in seen:
                self.report((*path, key), self.lines[path], f"{key} is missing here.", f"Add {key}.")
        return values

    def _pairs(
        self, node: MappingNode, path: Path, fields: dict[str, Field], seen: dict[str, int]
    ) -> Iterator[tuple[str, Node]]:
        for key_node, value in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value if isinstance(key_node, ScalarNode) else ""
            if key in {"password", "passwd", "secret"}:
                remedy = "Remove it, change the password if others have seen it, and use env, file or stored."
                self.report((*path, key), line, "A password must not stand in this file.", remedy)
            elif key not in fields:
                self.report((*path, key), line, f"{key!r} is not a known key.", f"Use {', '.join(fields)}.")
            elif key in seen:
                message = f"{key} is given twice; first in line {seen[key]}."
                self.mistakes.append(Mistake(line, message, "Keep one."))
            else:
                seen[key] = line
                yield key, value

    def items(self, node: Node, path: Path) -> list[tuple[Path, Node]]:
        """The items of a list with their paths; anything else is reported and read as empty."""
        self.lines[path] = node.start_mark.line + 1
        if not isinstance(node, SequenceNode):
            self.report(path, self.lines[path], f"{_last_name(path)} must be a list.", "Begin each item with a hyphen.")
            return []
        found = [((*path, index), item) for index, item in enumerate(node.value)]
        for item_path, item in found:
            self.lines[item_path] = item.start_mark.line + 1
        return found


def scalar_type(node: Node) -> str:
    """`str`, `int`, `float`, `bool`, `null`, or what else the node is."""
    if not isinstance(node, ScalarNode):
        return LIST if isinstance(node, SequenceNode) else MAPPING
    return str(node.tag).removeprefix(TAG)


def _expected(reader: Reader, node: Node, path: Path, what: str) -> Bad:
    got = WHAT.get(scalar_type(node), "something else")
    message = f"{_last_name(path)} must be {what}, not {got}."
    remedy = "Put it in quotes." if what == "text" and isinstance(node, ScalarNode) else f"Give {what}."
    return reader.report(path, reader.line_of(path), message, remedy)


def _last_name(path: Path) -> str:
    return next((str(part) for part in reversed(path) if isinstance(part, str)), "This")


def text(reader: Reader, node: Node, path: Path) -> str | Bad:
    """A text."""
    return node.value if scalar_type(node) == "str" else _expected(reader, node, path, "text")


def word(reader: Reader, node: Node, path: Path) -> str | Bad:
    """A text that may look like a number, such as the year in a product's name."""
    return node.value if scalar_type(node) in {"str", "int"} else _expected(reader, node, path, "text")


def integer(reader: Reader, node: Node, path: Path) -> int | Bad:
    """A whole number in decimal digits."""
    if scalar_type(node) == "int" and re.fullmatch(r"[-+]?[0-9]{1,9}", node.value):
        return int(node.value)
    return _expected(reader, node, path, "a whole number")


def number(reader: Reader, node: Node, path: Path) -> float | Bad:
    """A number in decimal digits."""
    if scalar_type(node) in {"int", "float"} and re.fullmatch(r"[-+]?[0-9]{1,9}(\.[0-9]{1,6})?", node.value):
        return float(node.value)
    return _expected(reader, node, path, "a number")


def boolean(reader: Reader, node: Node, path: Path) -> bool | Bad:
    """`true` or `false`."""
    if scalar_type(node) == "bool" and node.value.casefold() in {"true", "false"}:
        return bool(node.value.casefold() == "true")
    return _expected(reader, node, path, "true or false")


def texts(reader: Reader, node: Node, path: Path) -> tuple[str, ...]:
    """A list of texts; what cannot be read is left out."""
    read = [text(reader, item, item_path) for item_path, item in reader.items(node, path)]
    return tuple(value for value in read if not isinstance(value, Bad))
