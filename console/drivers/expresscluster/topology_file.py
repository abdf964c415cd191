"""Reads a whole cluster from `clp.conf`: servers with their addresses, groups with their resources, addresses, drives.

Which parameters of a resource hold its address and its drive is told by no source that was seen: they are known by
what they look like, and where more than one looks so, or none, they stay unknown.
"""

import re
from collections import defaultdict
from ipaddress import IPv4Address
from xml.parsers import expat

from console.domain.discovery import FoundCluster, FoundGroup, FoundServer
from console.domain.errors import Garbled
from console.drivers.expresscluster.clpconf import SIZE_LIMIT

DEEPEST = 40
"""Elements within each other: a configuration has fewer than ten."""
MOST_TEXT = 1000
"""Characters of one value."""
ADDRESSED, DISKS = ("fip", "vip"), ("sd", "md")
_DRIVE = re.compile(r"([D-Zd-z]):?\\?")
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENCODE = re.compile(rb"<encode>\s*([A-Za-z0-9._-]{1,40})\s*</encode>")
CODECS = {
    **dict.fromkeys(("sjis", "shiftjis", "cp932", "ms932", "windows31j"), "cp932"),
    **dict.fromkeys(("eucjp", "euc", "ujis"), "euc_jp"),
    **dict.fromkeys(("utf8", "ascii", "usascii"), "utf-8"),
}
"""By the name that a file gives its encoding, without hyphens and underscores."""
REMEDY = "Choose the file etc\\clp.conf of the cluster, as it lies on one of its servers."


def decoded(data: bytes) -> str:
    """The file's text, in the encoding that it names: Shift_JIS, EUC-JP, UTF-8 or ASCII. Raises `Garbled`.

    One that calls itself ASCII may still hold names in what its element `encode` says.
    """
    if len(data) > SIZE_LIMIT:
        raise Garbled(f"The file has {len(data):,} bytes, more than a configuration has.", remedy=REMEDY)
    declared, within = _DECLARED.search(data[:200]), _ENCODE.search(data)
    tried = []
    for found in (declared, within):
        name = found[1].decode("ascii") if found else "utf-8"
        codec = CODECS.get(re.sub("[-_.]", "", name).casefold())
        if codec is None:
            text = f"The file says that it is written in {name}, which a configuration never is."
            raise Garbled(text, remedy="Save it as UTF-8, with that in its first line, and choose it again.")
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            tried.append(name)
    text = f"The file holds characters that {' and '.join(dict.fromkeys(tried))} does not have."
    raise Garbled(text, remedy="Save it as UTF-8, with that in its first line, and choose it again.")


def read_cluster(text: str, *, driver: str, source: str, folder: str = "") -> FoundCluster:
    """The cluster in the file's `text`. Raises `Garbled` for what is no such file, and for one with a document type."""
    reader = _Reader()
    try:
        reader.parser.Parse(text.strip("\0\r\n \ufeff"), True)
    except (expat.ExpatError, ValueError) as error:
        raise Garbled(f"It is not readable as XML: {error}.", remedy=REMEDY) from error
    if not reader.servers:
        raise Garbled("It names no server, so it is no configuration of a cluster.", remedy=REMEDY)
    if reader.system not in ("", "windows"):
        text = f"It is of a cluster whose servers run {reader.system[:40]}; Exchange runs on Windows alone."
        raise Garbled(text, remedy=REMEDY)
    by_priority = sorted(reader.servers, key=lambda name: reader.priority.get(name, len(reader.servers)))
    return FoundCluster(
        driver,
        source,
        tuple(FoundServer(name, tuple(dict.fromkeys(reader.servers[name]))) for name in by_priority),
        tuple(_group(name, reader) for name in reader.groups),
        name=reader.name,
        folder=folder,
    )


def _group(name: str, reader: "_Reader") -> FoundGroup:
    resources = reader.groups[name]
    addresses = [value for value in _values(resources, ADDRESSED, reader) if _is_address(value)]
    drives = [f"{found[1].upper()}:" for v in _values(resources, DISKS, reader) if (found := _DRIVE.fullmatch(v))]
    order = reader.policies[name]
    return FoundGroup(
        name,
        tuple(resources),
        tuple(dict.fromkeys(addresses)),
        tuple(dict.fromkeys(drives)),
        servers=tuple(sorted(order, key=lambda server: order[server])),
    )


def _values(resources: list[str], kinds: tuple[str, ...], reader: "_Reader") -> list[str]:
    wanted = [one.casefold() for one in resources if one.partition("@")[0] in kinds]
    return [value for one in wanted for value in reader.values[one]]


def _is_address(text: str) -> bool:
    """Whether it is the IPv4 address of a host, and not a mask."""
    try:
        address = IPv4Address(text)
    except ValueError:
        return False
    return not (text.startswith("255.") or address.is_unspecified or address.is_multicast)


class _Reader:
    """Collects, while the parser walks, what the sources confirm of the file."""

    def __init__(self) -> None:
        self.name = self.system = ""
        self.servers: dict[str, list[str]] = {}
        self.priority: dict[str, int] = {}
        self.groups: dict[str, list[str]] = {}
        self.policies: dict[str, dict[str, int]] = defaultdict(dict)
        self.values: dict[str, list[str]] = defaultdict(list)
        self._path: list[tuple[str, str]] = []
        self._text = ""
        self._device = ""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.refuse

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if len(self._path) >= DEEPEST or (not self._path and tag != "root"):
            raise Garbled("It is not laid out as a configuration of a cluster.", remedy=REMEDY)
        name = attributes.get("name", "")
        self._path.append((tag, name))
        self._text = ""
        tags = [step for step, _ in self._path]
        if tags == ["root", "server"] and name:
            self.servers.setdefault(name, [])
        elif tags == ["root", "group"] and name:
            self.groups.setdefault(name, [])
        elif tags == ["root", "group", "resource"] and "@" in name and self._path[1][1]:
            self.groups[self._path[1][1]].append(name)

    def text(self, data: str) -> None:
        """Text, of which a long one comes in pieces."""
        if len(self._text) < MOST_TEXT:
            self._text += data

    def end(self, tag: str) -> None:
        """An element closes; its own text, where it has no elements in it, is a value."""
        value, self._text = self._text.strip(), ""
        tags = [step for step, _ in self._path]
        if value:
            self._value(tags, value)
        self._path.pop()

    def _value(self, tags: list[str], value: str) -> None:
        owner = self._path[1][1] if len(self._path) > 1 else ""
        if tags == ["root", "cluster", "name"]:
            self.name = value
        elif tags == ["root", "all", "serveros"]:
            self.system = value.casefold()
        elif tags[:2] == ["root", "server"] and owner:
            self._of_server(tags[2:], owner, value)
        elif tags == ["root", "group", "policy", "order"] and owner:
            self.policies[owner][self._path[2][1]] = _number(value)
        elif tags[:2] == ["root", "resource"] and len(tags) > 3:
            kind, name = self._path[2]
            self.values[f"{kind}@{name}".casefold()].append(value)

    def _of_server(self, tags: list[str], server: str, value: str) -> None:
        """Priority, and the addresses of its LAN devices; `type` stands before `info`."""
        if tags == ["priority"]:
            self.priority[server] = _number(value)
        elif tags == ["device", "type"]:
            self._device = value
        elif tags == ["device", "info"] and self._device == "lan" and _is_address(value):
            self.servers[server].append(value)

    def refuse(self, *declaration: object) -> None:
        """A document type."""
        raise Garbled("It declares a document type, which a configuration never does.", remedy=REMEDY)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 99999
