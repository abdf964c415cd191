"""Reads the groups and their resources from `clp.conf`, the XML in which the product keeps its topology."""

from xml.parsers import expat

from console.domain.errors import Garbled

SIZE_LIMIT = 4_000_000


def group_resources(text: str, group: str) -> tuple[str, ...]:
    """The resources of `group` (any case), each `kind@name`, in the file's order. Raises `Garbled`.

    A file with a document type is refused: entities could make a small file grow without end.
    """
    if len(text) > SIZE_LIMIT:
        raise Garbled(f"clp.conf has {len(text)} characters, more than a configuration has.")
    groups = _Groups()
    try:
        groups.parser.Parse(text.strip("\0\r\n \ufeff"), True)
    except (expat.ExpatError, ValueError) as error:
        first = next((line.strip() for line in text.splitlines() if line.strip()), "nothing")
        raise Garbled(f"clp.conf is not readable as XML ({error}); it begins with: {first[:100]}") from error
    found = {name.casefold(): resources for name, resources in groups.found.items()}
    if group.casefold() not in found:
        raise Garbled(
            f"clp.conf has no group {group!r}; it has {', '.join(sorted(groups.found)) or 'none'}.",
            remedy="Correct the group's name in the inventory; it must be the one that the cluster uses.",
        )
    return tuple(found[group.casefold()])


class _Groups:
    """Collects `group/resource` names while the parser walks."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}
        self.path: list[tuple[str, str]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
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

    def end(self, tag: str) -> None:
        """An element closes."""
        self.path.pop()

    def refuse(self, *declaration: object) -> None:
        """A document type."""
        raise Garbled("clp.conf declares a document type, which a configuration file never does.")
