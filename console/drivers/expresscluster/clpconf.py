"""Reads groups, resources and the settings of scripts from `clp.conf`, in which the product keeps its topology."""

from functools import lru_cache
from xml.parsers import expat

from console.domain.errors import Garbled

SIZE_LIMIT = 4_000_000
SETTINGS = tuple(f"{part}/{what}" for part in ("act", "deact") for what in ("timeout", "retry", "fo", "action"))
"""What the product calls the settings of a resource that say how long it may take and what follows a failure."""


def group_resources(text: str, group: str) -> tuple[str, ...]:
    """The resources of `group` (any case), each `kind@name`, in the file's order. Raises `Garbled`.

    A file with a document type is refused: entities could make a small file grow without end.
    """
    groups = _parsed(text)
    found = {name.casefold(): resources for name, resources in groups.found.items()}
    if group.casefold() not in found:
        raise Garbled(
            f"clp.conf has no group {group!r}; it has {', '.join(sorted(groups.found)) or 'none'}.",
            remedy="Correct the group's name in the inventory; it must be the one that the cluster uses.",
        )
    return tuple(found[group.casefold()])


def script_timeouts(text: str, name: str) -> tuple[int | None, int | None]:
    """The seconds that the script resource `name` gives its start and its stop; None where nothing is written.

    Raises `Garbled`, also for what is no number. Where the product writes them is not told by any source that was
    seen; looked for are `act/timeout` and `deact/timeout`, within the resource or its parameters.
    """
    seconds: dict[str, int] = {}
    for what, value in script_settings(text, name).items():
        if what in ("act/timeout", "deact/timeout"):
            if not (value.isascii() and value.isdecimal()):
                raise Garbled(f"clp.conf gives the script {name} the time-out {value[:40]!r}.")
            seconds[what] = int(value)
    return seconds.get("act/timeout"), seconds.get("deact/timeout")


def script_settings(text: str, name: str) -> dict[str, str]:
    """What is written of `SETTINGS` for the script resource `name`, within the resource or its parameters, stripped.

    Raises `Garbled`.
    """
    found = _parsed(text).settings.items()
    return {what: value.strip() for (resource, what), value in found if resource == name.casefold()}


@lru_cache(maxsize=16)
def _parsed(text: str) -> "_Groups":
    """What the file says; asked several times over for each observation of a node."""
    if len(text) > SIZE_LIMIT:
        raise Garbled(f"clp.conf has {len(text)} characters, more than a configuration has.")
    groups = _Groups()
    try:
        groups.parser.Parse(text.strip("\0\r\n \ufeff"), True)
    except (expat.ExpatError, ValueError) as error:
        first = next((line.strip() for line in text.splitlines() if line.strip()), "nothing")
        raise Garbled(f"clp.conf is not readable as XML ({error}); it begins with: {first[:100]}") from error
    return groups


class _Groups:
    """Collects `group/resource` names and the settings of scripts while the parser walks."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}
        self.settings: dict[tuple[str, str], str] = {}
        self.path: list[tuple[str, str]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.refuse

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        name = attributes.get("name", "")
        if tag == "group" and [step for step, _ in self.path] == ["root"]:
            self.found.setdefault(name, [])
        elif tag == "resource" and [step for step, _ in self.path] == ["root", "group"]:
            kind, at, own = name.partition("@")
            if not (kind and at and own):
                raise Garbled(f"clp.conf names a resource {name!r}; it should be written kind@name.")
            self.found[self.path[-1][1]].append(name)
        self.path.append((tag, name))

    def text(self, data: str) -> None:
        """Text, of which a long one comes in pieces."""
        tags = [tag for tag, _ in self.path if tag != "parameters"]
        what = "/".join(tags[3:])
        if tags[:3] == ["root", "resource", "script"] and what in SETTINGS:
            key = (self.path[2][1].casefold(), what)
            self.settings[key] = self.settings.get(key, "") + data

    def end(self, tag: str) -> None:
        """An element closes."""
        self.path.pop()

    def refuse(self, *declaration: object) -> None:
        """A document type."""
        raise Garbled("clp.conf declares a document type, which a configuration file never does.")
