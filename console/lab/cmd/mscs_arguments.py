"""How cluster.exe reads its command line: `cluster [[/cluster:]NAME] OBJECT ["name"] /option[:value] ...`."""

from dataclasses import dataclass, field

from console.lab.cmd.registry import words

OBJECTS = {"node": "node", "group": "group", "res": "resource", "resource": "resource"}
OBJECTS |= {"restype": "resourcetype", "resourcetype": "resourcetype"}
_OPTIONS = {
    "node": ("stat[us]", "pause", "resume", "prop[erties]"),
    "group": ("stat[us]", "node", "move[to]", "on[line]", "off[line]", "wait", "prop[erties]", "listowners"),
    "resource": (
        "stat[us]",
        "node",
        "on[line]",
        "off[line]",
        "fail",
        "wait",
        "prop[erties]",
        "priv[properties]",
        "listdep[endencies]",
        "adddep[endency]",
        "removedep[endency]",
        "listowners",
        "addowner",
        "removeowner",
        "create",
        "delete",
        "group",
        "type",
    ),
    "resourcetype": (
        "list",
        "listowners",
        "create",
        "delete",
        "dllname",
        "type",
        "isalive",
        "looksalive",
        "prop[erties]",
    ),
}
"""What each object knows; what stands in brackets may be left out from its end on."""


_NUMBERS = {"wait", "isalive", "looksalive"}


class Wrong(Exception):
    """A command line that cluster.exe does not understand; the text says what of it."""


@dataclass
class Line:
    """A command line that was understood: `options` by their full names, in their order, None for no value."""

    cluster: str = ""
    object: str = ""
    name: str = ""
    options: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    """What /properties is to set, by name."""

    def has(self, *names: str) -> bool:
        """Whether one of the options is there."""
        return any(name in self.options for name in names)

    def value(self, name: str) -> str:
        """An option's value. Raises `Wrong` when it has none."""
        value = self.options.get(name)
        if not value:
            raise Wrong(f"The option '/{name}' needs a value.")
        return value

    def number(self, name: str, usual: int) -> int:
        """An option's value as a number, `usual` where there is none. Raises `Wrong`."""
        value = self.options.get(name)
        if value and not (value.isascii() and value.isdecimal()):
            raise Wrong(f"The option '/{name}' needs a number.")
        return int(value) if value else usual


def read(rest: str) -> Line:
    """The arguments after `cluster`. Raises `Wrong`."""
    line = Line()
    for word in words(rest):
        if word.casefold().startswith("/cluster:"):
            line.cluster = word.partition(":")[2]
        elif word.startswith("/"):
            _option(line, word[1:])
        elif not line.object:
            _object(line, word)
        elif not line.name:
            line.name = word
        elif line.has("properties") and "=" in word:
            name, _, value = word.partition("=")
            line.values[name.casefold()] = value
        else:
            raise Wrong(f"The parameter '{word}' is not expected.")
    if not line.object:
        raise Wrong("No object is named: node, group, resource or resourcetype.")
    for name in _NUMBERS & set(line.options):
        line.number(name, 0)
    return line


def _object(line: Line, word: str) -> None:
    found = OBJECTS.get(word.casefold())
    if found:
        line.object = found
    elif line.cluster:
        raise Wrong(f"'{word}' is no object: node, group, resource or resourcetype.")
    else:
        line.cluster = word


def _option(line: Line, text: str) -> None:
    name, colon, value = text.partition(":")
    for known in _OPTIONS.get(line.object, ()):
        least, _, more = known.rstrip("]").partition("[")
        full = least + more
        if full.startswith(name.casefold()) and len(name) >= len(least):
            line.options[full] = value if colon else None
            return
    raise Wrong(f"The option '/{name}' is unknown.")
