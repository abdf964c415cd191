"""The Exchange schema extension as LDIF that a real domain controller loads."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from console.lab.directory.schema import (
    Attribute,
    ObjectClass,
    base_class_changes,
    exchange_attributes,
    exchange_classes,
    rows,
)

# oMObjectClass of every attribute with the syntax of a distinguished name (1.3.12.2.1011.28.0.714)
DN_OBJECT_CLASS = bytes.fromhex("2b0c0287731c00854a")
CATEGORIES = {"structural": "1", "abstract": "2", "auxiliary": "3"}
# Administrators and the system may do everything, everybody who has signed in may read.
READABLE = "D:(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;SY)(A;;RPLCLORC;;;AU)"

Pair = tuple[str, str | bytes]


def line(name: str, value: str | bytes) -> str:
    """One LDIF line, in base64 unless the value is plain (RFC 2849)."""
    raw = value if isinstance(value, bytes) else value.encode()
    plain = isinstance(value, str) and value.isascii() and value.isprintable() and value.strip() == value
    if plain and raw and raw[0:1] not in (b":", b"<"):
        return f"{name}: {raw.decode()}"
    return f"{name}:: {base64.b64encode(raw).decode()}"


def record(dn: str, pairs: Iterable[Pair]) -> str:
    return "\n".join([line("dn", dn), *(line(name, value) for name, value in pairs)]) + "\n\n"


def attributes(schema_dn: str) -> str:
    """Every attributeSchema of the extension, to be added in one transaction."""
    return "".join(record(f"CN={item.cn},{schema_dn}", _attribute(item)) for item in exchange_attributes())


def _attribute(item: Attribute) -> Iterator[Pair]:
    yield from (("objectClass", "top"), ("objectClass", "attributeSchema"), ("cn", item.cn))
    yield from (("attributeID", item.oid), ("attributeSyntax", item.syntax), ("oMSyntax", str(item.om)))
    yield from (("isSingleValued", str(item.single).upper()), ("lDAPDisplayName", item.name))
    yield from (("searchFlags", str(item.flags)), ("schemaIDGUID", item.guid.bytes_le if item.guid else b""))
    if item.is_dn:
        yield ("oMObjectClass", DN_OBJECT_CLASS)
    if item.link is not None:
        yield ("linkID", str(item.link))
    if item.lower is not None and item.upper is not None:
        yield from (("rangeLower", str(item.lower)), ("rangeUpper", str(item.upper)))
    if item.in_global_catalog:
        yield ("isMemberOfPartialAttributeSet", "TRUE")


def classes(schema_dn: str) -> list[str]:
    """One record per class: auxiliary and superior classes come before those that name them."""
    return [record(f"CN={item.category_cn},{schema_dn}", _class(item, schema_dn)) for item in exchange_classes()]


def _class(item: ObjectClass, schema_dn: str) -> Iterator[Pair]:
    yield from (("objectClass", "top"), ("objectClass", "classSchema"), ("cn", item.category_cn))
    yield from (("governsID", item.oid), ("lDAPDisplayName", item.name), ("subClassOf", item.parent))
    yield from (("objectClassCategory", CATEGORIES[item.category]), ("rDNAttID", "cn"))
    yield from (("defaultHidingValue", "TRUE"), ("systemOnly", "FALSE"))
    yield from (("schemaIDGUID", item.guid.bytes_le if item.guid else b""),)
    yield from (("defaultObjectCategory", f"CN={item.category_cn},{schema_dn}"),)
    yield from (("defaultSecurityDescriptor", READABLE),)
    many = {
        "auxiliaryClass": item.auxiliary,
        "possSuperiors": item.superiors,
        "mustContain": item.must,
        "mayContain": item.may,
    }
    for kind, names in many.items():
        yield from ((kind, name) for name in names)


def changes(schema_dn: str) -> list[str]:
    """What follows the classes: superiors that would have been circular, additions to base classes."""
    late = [
        (item.category_cn, "possSuperiors", item.superiors_later) for item in exchange_classes() if item.superiors_later
    ]
    containers = {row["name"]: row["category_cn"] for row in rows("base_classes")}
    base = [(containers[name], kind, names) for name, kind, names in base_class_changes()]
    return [
        record(f"CN={cn},{schema_dn}", [("changetype", "modify"), ("add", kind), *((kind, name) for name in names)])
        for cn, kind, names in late + base
    ]
