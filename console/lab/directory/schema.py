"""The Active Directory schema as the lab knows it, base and Exchange, read from data/."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from uuid import UUID

DATA = Path(__file__).parent / "data"

DN_SYNTAX = "2.5.5.1"
OCTET_SYNTAX = "2.5.5.10"
SID_SYNTAX = "2.5.5.17"
BOOLEAN_SYNTAX = "2.5.5.8"
INTEGER_SYNTAXES = frozenset({"2.5.5.9", "2.5.5.16"})
BINARY_SYNTAXES = frozenset({OCTET_SYNTAX, SID_SYNTAX})

# Written by the directory itself; nobody else may write them.
SYSTEM_ATTRIBUTES = frozenset(
    {
        "objectguid",
        "objectsid",
        "whencreated",
        "whenchanged",
        "usncreated",
        "usnchanged",
        "distinguishedname",
        "name",
        "memberof",
        "instancetype",
    }
)


@dataclass(frozen=True)
class Attribute:
    """One attributeSchema: `link` is its linkID (even forward, odd back link), None when it is no link."""

    name: str
    syntax: str
    single: bool
    cn: str = ""
    oid: str = ""
    om: int = 0
    link: int | None = None
    flags: int = 0
    in_global_catalog: bool = False
    lower: int | None = None
    upper: int | None = None
    guid: UUID | None = None

    @property
    def key(self) -> str:
        """By which it is looked up, whatever the case."""
        return self.name.lower()

    @property
    def is_dn(self) -> bool:
        """Whether its values are names of objects."""
        return self.syntax == DN_SYNTAX

    @property
    def is_binary(self) -> bool:
        """Whether its values are bytes rather than text."""
        return self.syntax in BINARY_SYNTAXES

    @property
    def is_back_link(self) -> bool:
        """Whether the directory writes it by itself, from the link that points the other way."""
        return self.link is not None and self.link % 2 == 1


@dataclass(frozen=True)
class ObjectClass:
    """One classSchema; tuples hold names as written, `category_cn` names the objectCategory."""

    name: str
    parent: str
    category: str
    category_cn: str
    auxiliary: tuple[str, ...]
    must: tuple[str, ...]
    may: tuple[str, ...]
    oid: str = ""
    superiors: tuple[str, ...] = ()
    superiors_later: tuple[str, ...] = ()
    guid: UUID | None = None


def rows(name: str) -> list[dict[str, str]]:
    """The rows of data/NAME.tsv as dictionaries; a dash is the empty value."""
    with (DATA / f"{name}.tsv").open(encoding="utf-8", newline="") as handle:
        return [
            {key: "" if value == "-" else value for key, value in row.items()}
            for row in csv.DictReader(handle, delimiter="\t")
        ]


def words(name: str) -> tuple[str, ...]:
    """The lines of data/NAME.txt."""
    return tuple((DATA / f"{name}.txt").read_text(encoding="utf-8").split())


def _number(text: str) -> int | None:
    return int(text) if text else None


@cache
def exchange_attributes() -> tuple[Attribute, ...]:
    """The attributes that Exchange's schema extension adds, with their real object identifiers."""
    return tuple(
        Attribute(
            name=row["name"],
            syntax=row["syntax"],
            single=row["values"] == "single",
            cn=row["cn"],
            oid=row["oid"],
            om=int(row["om"]),
            link=_number(row["link"]),
            flags=int(row["flags"]),
            in_global_catalog=row["gc"] == "gc",
            lower=_number(row["lower"]),
            upper=_number(row["upper"]),
            guid=UUID(row["guid"]),
        )
        for row in rows("exchange_attributes")
    )


@cache
def exchange_classes() -> tuple[ObjectClass, ...]:
    """The classes that Exchange's schema extension adds, in an order in which they can be created."""
    return tuple(
        ObjectClass(
            name=row["name"],
            parent=row["parent"],
            category=row["category"],
            category_cn=row["cn"],
            auxiliary=tuple(row["auxiliary"].split()),
            must=tuple(row["must"].split()),
            may=tuple(row["may"].split()),
            oid=row["oid"],
            superiors=tuple(row["superiors"].split()),
            superiors_later=tuple(row["superiors_later"].split()),
            guid=UUID(row["guid"]),
        )
        for row in rows("exchange_classes")
    )


def base_class_changes() -> list[tuple[str, str, tuple[str, ...]]]:
    """What the extension adds to classes that were there before: (class, schema attribute, names)."""
    return [(row["class"], row["kind"], tuple(row["names"].split())) for row in rows("base_class_changes")]


def _base_attributes() -> list[Attribute]:
    links = {"member": 2, "memberof": 3}
    return [
        Attribute(row["name"], row["syntax"], row["values"] == "single", link=links.get(row["name"].lower()))
        for row in rows("base_attributes")
    ]


def _base_classes() -> list[ObjectClass]:
    added: dict[tuple[str, str], tuple[str, ...]] = {(name, kind): names for name, kind, names in base_class_changes()}
    return [
        ObjectClass(
            row["name"],
            row["parent"],
            row["category"],
            row["category_cn"],
            tuple(row["auxiliary"].split()) + added.get((row["name"], "auxiliaryClass"), ()),
            tuple(row["must"].split()),
            tuple(row["may"].split()) + added.get((row["name"], "mayContain"), ()),
        )
        for row in rows("base_classes")
    ]


@dataclass(frozen=True)
class Schema:
    """Look-ups over all attributes and classes; names are compared without case."""

    attributes: dict[str, Attribute]
    classes: dict[str, ObjectClass]
    links: dict[int, Attribute] = field(default_factory=dict)
    _allowed: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)

    def attribute(self, name: str) -> Attribute | None:
        """The attribute called so; None when the schema lacks it."""
        return self.attributes.get(name.lower())

    def chain(self, name: str) -> list[ObjectClass]:
        """The class and its superclasses, `top` first; raises KeyError for a class the schema lacks."""
        found = self.classes[name.lower()]
        return ([] if not found.parent else self.chain(found.parent)) + [found]

    def _with_auxiliaries(self, name: str) -> list[ObjectClass]:
        found = []
        for item in self.chain(name):
            found.append(item)
            for auxiliary in item.auxiliary:
                found.extend(self._with_auxiliaries(auxiliary))
        return found

    def required(self, structural: str) -> frozenset[str]:
        """Lower-case names of the attributes that an object of this class must have."""
        return frozenset(name.lower() for item in self._with_auxiliaries(structural) for name in item.must)

    def allowed(self, classes: tuple[str, ...]) -> frozenset[str]:
        """Lower-case names of the attributes that an object of these classes may have."""
        if classes not in self._allowed:
            self._allowed[classes] = frozenset(
                name.lower()
                for each in classes
                for item in self._with_auxiliaries(each)
                for name in (*item.must, *item.may)
            )
        return self._allowed[classes]


@cache
def schema() -> Schema:
    """The whole schema: base plus Exchange."""
    attributes = {item.key: item for item in (*_base_attributes(), *exchange_attributes())}
    classes = {item.name.lower(): item for item in (*_base_classes(), *exchange_classes())}
    links = {item.link: item for item in attributes.values() if item.link is not None}
    return Schema(attributes, classes, links)
