"""A YAML file as plain values, with the line of every one of them; no tag makes an object."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

TAG = "tag:yaml.org,2002:"


class WrongYaml(Exception):
    """The text is no YAML that a catalog file may hold; `line` counts from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line


class Lines:
    """Where each value stands, by its place: `steps[3].items[1].by`."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def enter(self, place: str, node: Node) -> None:
        """The value at `place` begins where `node` does."""
        self._lines[place] = node.start_mark.line + 1

    def __call__(self, place: str) -> int:
        """The line of what is at `place`, or of the nearest thing around it."""
        while place and place not in self._lines:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        return self._lines.get(place, 1)


def read(text: str) -> tuple[Any, Lines]:
    """The values of the one document in `text`, and their lines. Raises `WrongYaml`."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise WrongYaml(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem}") from error
    except YAMLError as error:
        raise WrongYaml(1, "this is not YAML: it has a character that YAML forbids") from error
    lines = Lines()
    return (_plain(root, "", lines) if root else None), lines


def _plain(node: Node, place: str, lines: Lines) -> Any:
    lines.enter(place, node)
    if isinstance(node, MappingNode):
        return _mapping(node, place, lines)
    if isinstance(node, SequenceNode):
        return [_plain(item, f"{place}[{index}]", lines) for index, item in enumerate(node.value)]
    if isinstance(node, ScalarNode):
        return _scalar(node)
    raise WrongYaml(node.start_mark.line + 1, "must be text, a list or keys with values")


def _mapping(node: MappingNode, place: str, lines: Lines) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode) or key.value in found:
            raise WrongYaml(line, f"{getattr(key, 'value', 'a key')!r} is given twice, or is no name")
        inner = f"{place}.{key.value}" if place else str(key.value)
        found[key.value] = _plain(value, inner, lines)
        lines.enter(inner, key)
    return found


def _scalar(node: ScalarNode) -> str | int | bool:
    kind, text = str(node.tag).removeprefix(TAG), str(node.value)
    if kind == "str":
        return text
    if kind == "bool":
        return text.casefold() == "true"
    if kind == "int" and text.isdecimal():
        return int(text)
    raise WrongYaml(node.start_mark.line + 1, "must be text, a number or true or false; text like this needs quotes")
