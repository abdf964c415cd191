"""The inventory as a YAML file: every object of it, and every mistake in it with its line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.nodes import Node

from console.catalog import DEFAULT_PRODUCT
from console.domain.cluster_rules import DEADLINES
from console.domain.inventory import (
    KINDS,
    ClusterSpec,
    CredentialSpec,
    DirectorySpec,
    Inventory,
    Kind,
    NodeSpec,
    Path,
    Problem,
    ServerSpec,
    SiteSpec,
    Spec,
)
from console.services.inventory import PLURALS
from console.services.yaml_reading import (
    Bad,
    Field,
    Mistake,
    Reader,
    Unreadable,
    boolean,
    compose,
    integer,
    number,
    text,
    texts,
    word,
)


def _certificate(reader: Reader, node: Node, path: Path) -> str | Bad:
    read = text(reader, node, path)
    return read.replace("\r\n", "\n").strip() if isinstance(read, str) else read


SITE = {"name": Field(text, required=True)}
SOURCES = ("env", "file", "vault", "stored")
"""The fields of a credential of which one says where its password is."""
CREDENTIAL = {
    "name": Field(text, required=True),
    "username": Field(text, required=True),
    "env": Field(text),
    "file": Field(text),
    "vault": Field(text),
    "stored": Field(boolean),
}
DIRECTORY = {
    "name": Field(text, required=True),
    "host": Field(text, required=True),
    "port": Field(integer),
    "security": Field(text),
    "tls_name": Field(text),
    "ca": Field(_certificate),
    "allow_old_tls": Field(boolean),
    "allow_clear_text": Field(boolean),
    "target_controller": Field(text),
    "target_tls_name": Field(text),
    "credential": Field(text, required=True),
}
SERVER = {"name": Field(text, required=True), "service_pack": Field(integer)}
TIMING = {name: Field(number) for name in DEADLINES}


def _server(reader: Reader, node: Node, path: Path) -> ServerSpec:
    values = reader.mapping(node, path, SERVER)
    return ServerSpec(**{"name": ""} | values)


def _timing(reader: Reader, node: Node, path: Path) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(reader.mapping(node, path, TIMING).items()))


NODE = {
    "role": Field(text, required=True),
    "name": Field(text, required=True),
    "address": Field(text, required=True),
    "port": Field(integer),
    "scheme": Field(text),
    "auth": Field(text),
    "tls_name": Field(text),
    "ca": Field(_certificate),
    "codepage": Field(integer),
    "allow_clear_text": Field(boolean),
    "second_hop": Field(text),
    "credential": Field(text, required=True),
    "windows": Field(word, required=True),
    "edition": Field(text),
    "service_pack": Field(integer),
    "architecture": Field(text, required=True),
    "server": Field(_server, required=True),
}
MISSING_IN_NODE = dict.fromkeys(("role", "name", "address", "credential", "windows", "architecture"), "")


def _nodes(reader: Reader, node: Node, path: Path) -> tuple[NodeSpec, ...]:
    found = []
    for item_path, item in reader.items(node, path):
        values = reader.mapping(item, item_path, NODE)
        found.append(NodeSpec(**MISSING_IN_NODE | {"server": ServerSpec("")} | values))
    return tuple(found)


def _drive(reader: Reader, node: Node, path: Path) -> str | Bad:
    read = text(reader, node, path)
    return read.upper() if isinstance(read, str) else read


def _drives(reader: Reader, node: Node, path: Path) -> tuple[str, ...]:
    return tuple(drive.upper() for drive in texts(reader, node, path))


CLUSTER = {
    "name": Field(text, required=True),
    "site": Field(text, required=True),
    "directory": Field(text, required=True),
    "driver": Field(text),
    "generation": Field(word, required=True),
    "group": Field(text, required=True),
    "floating_ip": Field(text),
    "floating_ips": Field(texts),
    "virtual_ips": Field(texts),
    "partition": Field(_drive),
    "partitions": Field(_drives),
    "nodes": Field(_nodes, required=True),
    "spn_classes": Field(texts),
    "greetings": Field(texts),
    "extra_services": Field(texts),
    "membership_tolerance": Field(integer),
    "cooldown_seconds": Field(integer),
    "product_folder": Field(text),
    "timing": Field(_timing),
    "reason_length": Field(integer),
    "tickets": Field(texts),
    "ticket_kinds": Field(texts),
    "windows_required": Field(boolean),
    "readiness_least": Field(integer),
}


def _site(_: Reader, values: dict[str, Any]) -> Spec:
    return SiteSpec(**{"name": ""} | values)


def _credential(reader: Reader, values: dict[str, Any]) -> Spec:
    given = {source: values.pop(source) for source in SOURCES if source in values}
    given = {source: value for source, value in given.items() if value is not False}
    unread = any((source,) in reader.bad for source in (*SOURCES, "password"))
    if len(given) != 1 and not unread:
        remedy = "Give exactly one of env, file, vault or stored: true."
        reader.report(("source",), reader.line_of(()), "It is not clear where the password is.", remedy)
    if len(given) != 1:
        reader.bad |= {("source",), ("reference",)}
    source, reference = next(iter(given.items()), ("", ""))
    reader.lines[("reference",)] = reader.line_of((source,))
    if source == "stored":
        reference = ""
    return CredentialSpec(**{"name": "", "username": ""} | values, source=source, reference=reference)


def _directory(_: Reader, values: dict[str, Any]) -> Spec:
    return DirectorySpec(**{"name": "", "host": "", "credential": ""} | values)


def _cluster(reader: Reader, values: dict[str, Any]) -> Spec:
    _one_or_many(reader, values, "floating_ip")
    _one_or_many(reader, values, "partition")
    missing: dict[str, Any] = dict.fromkeys(("name", "site", "directory", "generation", "group"), "")
    missing |= {"driver": DEFAULT_PRODUCT, "floating_ips": (), "nodes": ()}
    return ClusterSpec(**missing | values)


def _one_or_many(reader: Reader, values: dict[str, Any], one: str) -> None:
    """Turn `floating_ip: A` into `floating_ips: [A]`, with its line; both at once are a mistake."""
    many = f"{one}s"
    if one in values and many in values:
        line = reader.line_of((many,))
        reader.report((many,), line, f"Both {one} and {many} are given.", f"Keep {one}.")
    elif one in values:
        values[many] = (values[one],)
        reader.lines[(many,)] = reader.lines[(one,)]
    elif (one,) in reader.bad:
        reader.bad.add((many,))
    values.pop(one, None)


SHAPES: dict[Kind, tuple[dict[str, Field], Callable[[Reader, dict[str, Any]], Spec]]] = {
    "site": (SITE, _site),
    "credential": (CREDENTIAL, _credential),
    "directory": (DIRECTORY, _directory),
    "cluster": (CLUSTER, _cluster),
}


@dataclass
class InventoryFile:
    """What a file says: its readable objects, its mistakes so far, and a reader per object for lines."""

    inventory: Inventory = field(default_factory=Inventory)
    mistakes: list[Mistake] = field(default_factory=list)
    readers: dict[tuple[Kind, str], Reader] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        """Note a broken rule at its line, unless the field could not even be read or the object is not here."""
        reader = self.readers.get((problem.kind, problem.subject))
        if reader is None or reader.is_bad(problem.path):
            return
        source = f" ({problem.source})" if problem.source else ""
        message = f"{problem.kind} {problem.subject}: {problem.message}"
        self.mistakes.append(Mistake(reader.line_of(problem.path), message, problem.remedy + source))


def read_inventory(content: str) -> InventoryFile:
    """Read a whole file, as far as it can be read."""
    file = InventoryFile()
    try:
        root = compose(content)
    except Unreadable as error:
        return InventoryFile(mistakes=[error.mistake])
    if root is None:
        file.mistakes.append(Mistake(1, "The file is empty.", "Write sites, credentials, directories and clusters."))
        return file
    lists = {PLURALS[kind]: Field(_list_of(kind, file)) for kind in KINDS}
    top = Reader(mistakes=file.mistakes)
    file.inventory = Inventory(**top.mapping(root, (), lists))
    return file


def _list_of(kind: Kind, file: InventoryFile) -> Callable[[Reader, Node, Path], tuple[Spec, ...]]:
    def read(top: Reader, node: Node, path: Path) -> tuple[Spec, ...]:
        specs: dict[str, Spec] = {}
        for _, item in top.items(node, path):
            _object(kind, item, file, specs)
        return tuple(specs.values())

    return read


def _object(kind: Kind, item: Node, file: InventoryFile, specs: dict[str, Spec]) -> None:
    """Read one object into `specs`; a second one of the same name is a mistake and is left out."""
    fields, build = SHAPES[kind]
    reader = Reader(mistakes=file.mistakes)
    spec = build(reader, reader.mapping(item, (), fields))
    key = spec.name.casefold()
    if key and key in specs:
        first = file.readers[kind, specs[key].name].line_of(("name",))
        message = f"There is another {kind} called {spec.name!r}, in line {first}."
        file.mistakes.append(Mistake(reader.line_of(("name",)), message, "Rename or remove one of them."))
        return
    specs[key or f"line {reader.line_of(())}"] = spec
    file.readers.setdefault((kind, spec.name), reader)
