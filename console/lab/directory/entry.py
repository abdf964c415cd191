"""One object of a tree that is to be loaded, into the lab or into a real domain controller."""

from __future__ import annotations

from dataclasses import dataclass, field

Value = str | bytes


@dataclass(frozen=True)
class TreeEntry:
    """`later` holds attributes whose targets come after the object: they are set when all objects exist."""

    dn: str
    attributes: dict[str, tuple[Value, ...]]
    later: dict[str, tuple[Value, ...]] = field(default_factory=dict)


def entry(
    dn: str,
    kind: str,
    later: dict[str, Value | tuple[Value, ...]] | None = None,
    /,
    **attributes: Value | tuple[Value, ...],
) -> TreeEntry:
    """An object of the structural class `kind`; an empty value means that the attribute is absent."""
    return TreeEntry(dn, {"objectClass": (kind,), **_tuples(attributes)}, _tuples(later or {}))


def _tuples(attributes: dict[str, Value | tuple[Value, ...]]) -> dict[str, tuple[Value, ...]]:
    found = {name: value if isinstance(value, tuple) else (value,) for name, value in attributes.items()}
    return {name: values for name, values in found.items() if values and values != ("",)}
