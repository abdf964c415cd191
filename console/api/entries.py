"""A cluster as the inventory has it, in JSON: the fields of its specification, as they stand in the file too."""

import dataclasses
from typing import TYPE_CHECKING, Any, get_type_hints

from ninja import Field
from pydantic import create_model

from console.api.acting import Body
from console.api.fields import LongText, Seconds, Whole
from console.domain.inventory import ClusterSpec, NodeSpec, ServerSpec
from console.services import products

TYPES: dict[object, object] = {
    str: LongText,
    int: Whole,
    bool: bool,
    tuple[str, ...]: list[LongText],
}
EXAMPLES = {
    "name": "TOKYO",
    "site": "Tokyo",
    "directory": "contoso",
    "driver": products.keys()[0],
    "generation": "2003",
    "group": "failover1",
    "floating_ip": "192.0.2.10",
    "partition": "X:",
    "role": "primary",
    "address": "192.0.2.11",
    "credential": "contoso",
    "windows": "2003",
    "architecture": "x86",
}


def _fields(spec: type, *but: str) -> dict[str, Any]:
    """The fields of a specification as a schema has them, those `but` left out."""
    hints = get_type_hints(spec)
    found: dict[str, Any] = {}
    for one in dataclasses.fields(spec):
        if one.name in but:
            continue
        default = ... if one.default is dataclasses.MISSING else one.default
        if isinstance(default, tuple):
            default = list(default)
        found[one.name] = (TYPES[hints[one.name]], _field(one.name, default))
    return found


def _field(name: str, default: object) -> Any:
    return Field(default, examples=[EXAMPLES[name]] if name in EXAMPLES else None)


SINGLE = ("floating_ips", "partitions", "virtual_ips")
"""Lists until a file is known to be right; here there is one of each, and no virtual IP."""

if TYPE_CHECKING:

    class ClusterEntry(Body):
        """A cluster as the inventory has it; its fields are those of its specification."""

else:
    ServerEntry = create_model("ServerEntry", __base__=Body, **_fields(ServerSpec))
    NodeEntry = create_model("NodeEntry", __base__=Body, **_fields(NodeSpec, "server"), server=(ServerEntry, ...))
    ClusterEntry = create_model(
        "ClusterEntry",
        __base__=Body,
        **_fields(ClusterSpec, *SINGLE, "nodes", "timing"),
        floating_ip=(LongText, _field("floating_ip", ...)),
        partition=(LongText, _field("partition", "X:")),
        nodes=(list[NodeEntry], Field(max_length=10)),
        timing=(dict[LongText, Seconds], Field(default_factory=dict)),
    )


def entry_of(spec: ClusterSpec) -> ClusterEntry:
    """The entry of a cluster that the rules let through."""
    fields = dataclasses.asdict(spec)
    for name in SINGLE:
        fields.pop(name)
    fields |= {"floating_ip": spec.floating_ips[0], "partition": spec.partitions[0], "timing": dict(spec.timing)}
    return ClusterEntry.model_validate(fields)


def spec_from(entry: ClusterEntry) -> ClusterSpec:
    """The specification that an entry stands for, before it is known to be right."""
    fields: dict[str, Any] = entry.model_dump()
    nodes = tuple(NodeSpec(**node | {"server": ServerSpec(**node["server"])}) for node in fields.pop("nodes"))
    fields |= {"floating_ips": (fields.pop("floating_ip"),), "partitions": (fields.pop("partition").upper(),)}
    fields["timing"] = tuple(sorted(fields["timing"].items()))
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return ClusterSpec(nodes=nodes, **plain)
