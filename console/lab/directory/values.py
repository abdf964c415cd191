"""Attribute values: their form on the wire and the form in which two of them are compared."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from console.lab.directory import errors, names
from console.lab.directory.schema import BOOLEAN_SYNTAX, DN_SYNTAX, INTEGER_SYNTAXES, Attribute


@lru_cache(maxsize=50_000)
def _folded(value: bytes) -> str:
    return value.decode("utf-8", "replace").casefold()


def compare_form(attribute: Attribute, value: bytes) -> Hashable:
    """Equal for values that the attribute's syntax calls equal.

    Raises DirectoryError 21 for text that is no number or Boolean, 34 for text that is no name.
    """
    if attribute.syntax == DN_SYNTAX:
        try:
            return names.key(value.decode())
        except ValueError as exc:
            raise errors.invalid_dn(str(exc)) from exc
    if attribute.is_binary:
        return value
    if attribute.syntax == BOOLEAN_SYNTAX and value.upper() not in (b"TRUE", b"FALSE"):
        raise errors.invalid_syntax(attribute.name)
    if attribute.syntax in INTEGER_SYNTAXES:
        try:
            return int(value)
        except ValueError as exc:
            raise errors.invalid_syntax(attribute.name) from exc
    return _folded(value)


def stored_form(attribute: Attribute, value: bytes) -> bytes:
    """The value as the directory keeps it: Booleans in capitals, the rest as sent.

    Raises DirectoryError 19 when length or number lie outside the schema's range, 21 or 34 like `compare_form`.
    """
    comparable = compare_form(attribute, value)
    if attribute.lower is not None and attribute.upper is not None:
        if isinstance(comparable, int):
            measure = comparable
        else:
            measure = len(value) if attribute.is_binary else len(value.decode("utf-8", "replace"))
        if not attribute.lower <= measure <= attribute.upper:
            raise errors.out_of_range(attribute.name)
    return value.upper() if attribute.syntax == BOOLEAN_SYNTAX else value


def to_bytes(value: str | bytes) -> bytes:
    """A value as it is kept."""
    return value if isinstance(value, bytes) else value.encode()


def to_text(attribute: Attribute, value: bytes) -> str:
    """The value for people and logs; hexadecimal when it is binary."""
    return value.hex() if attribute.is_binary else value.decode("utf-8", "replace")
