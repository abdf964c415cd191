"""The inventory as the YAML text that `inventory apply` takes back without a change."""

import dataclasses
import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from console.domain.inventory import KINDS, ClusterSpec, CredentialSpec, NodeSpec, Spec
from console.services.inventory import PLURALS
from console.services.inventory_rows import current_inventory
from console.services.inventory_seen import Seen, narrowed


def export_inventory(seen: Seen | None = None) -> str:
    """Everything there is, or what of it is `seen`, sorted by name; no password and nothing encrypted is in it."""
    inventory = current_inventory() if seen is None else narrowed(current_inventory(), seen)
    return dump({PLURALS[kind]: [plain(spec) for spec in inventory.of(kind)] for kind in KINDS})


def dump(document: dict[str, Any]) -> str:
    """Plain data as YAML, keys in their order."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def plain(spec: Spec) -> dict[str, Any]:
    """One object as the file has it; what is empty is left out."""
    if isinstance(spec, CredentialSpec):
        where = {"stored": True} if spec.source == "stored" else {spec.source: spec.reference}
        return {"name": spec.name, "username": spec.username} | where
    if isinstance(spec, ClusterSpec):
        return _cluster(spec)
    return _without_empty(dataclasses.asdict(spec))


def _cluster(spec: ClusterSpec) -> dict[str, Any]:
    fields = {f.name: getattr(spec, f.name) for f in dataclasses.fields(spec)}
    nodes = fields.pop("nodes")
    fields["floating_ip"] = fields.pop("floating_ips")[0]
    fields["partition"] = fields.pop("partitions")[0]
    fields["timing"] = dict(fields.pop("timing"))
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
    return _without_empty(plain) | {"nodes": [_node(node) for node in nodes]}


def _node(node: NodeSpec) -> dict[str, Any]:
    fields = dataclasses.asdict(node)
    server = fields.pop("server")
    return _without_empty(fields) | {"server": server}


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty or false, which is the default of every field that can be; keep long text readable."""
    kept = {name: value for name, value in fields.items() if value is not False and value not in ("", [], {})}
    return {name: LiteralScalarString(v) if isinstance(v, str) and "\n" in v else v for name, v in kept.items()}
