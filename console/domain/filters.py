"""Search filters as values: the domain says what it looks for, an adapter escapes and writes the text (RFC 4515)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Equal:
    """The attribute has this value."""

    attribute: str
    value: str


@dataclass(frozen=True)
class Present:
    """The attribute has any value."""

    attribute: str


@dataclass(frozen=True)
class AtLeast:
    """The attribute is a number that is not smaller."""

    attribute: str
    value: int


@dataclass(frozen=True)
class AnyOf:
    """At least one of the parts holds."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Filter"


Filter = Equal | Present | AtLeast | AnyOf | AllOf | Not
