"""Search filters (RFC 4511 section 4.5.1.7) as three-valued tests of an entry: true, false, undefined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ldaptor.protocols import pureldap

from console.lab.directory import errors
from console.lab.directory.schema import DN_SYNTAX, INTEGER_SYNTAXES, Attribute, Schema
from console.lab.directory.store import Entry
from console.lab.directory.values import compare_form

Test = Callable[[Entry], bool | None]
Values = Callable[[Entry, Attribute], list[bytes]]

BIT_AND, BIT_OR = b"1.2.840.113556.1.4.803", b"1.2.840.113556.1.4.804"


def _undefined(_entry: Entry) -> bool | None:
    return None


class FilterCompiler:
    """Turns decoded filters into tests; `values` gives an entry's values, also the computed ones."""

    def __init__(self, schema: Schema, values: Values, schema_dn: str) -> None:
        self.schema, self.values, self.schema_dn = schema, values, schema_dn

    def compile(self, node: Any) -> Test:
        """Raises DirectoryError 18 for a matching rule that the directory does not know."""
        match node:
            case pureldap.LDAPFilter_and():
                return self._all([self.compile(child) for child in node])
            case pureldap.LDAPFilter_or():
                return self._any([self.compile(child) for child in node])
            case pureldap.LDAPFilter_not():
                return self._not(self.compile(node.value))
            case pureldap.LDAPFilter_present():
                return self._present(node.value)
            case pureldap.LDAPFilter_substrings():
                return self._substrings(node)
            case pureldap.LDAPFilter_extensibleMatch():
                return self._bits(node)
            case pureldap.LDAPFilter_greaterOrEqual() | pureldap.LDAPFilter_lessOrEqual():
                return self._order(node, greater=isinstance(node, pureldap.LDAPFilter_greaterOrEqual))
            case _:
                return self._equal(node.attributeDesc.value, node.assertionValue.value)

    def _attribute(self, name: bytes) -> Attribute | None:
        return self.schema.attribute(name.decode("utf-8", "replace"))

    def _all(self, tests: list[Test]) -> Test:
        def run(entry: Entry) -> bool | None:
            outcome: bool | None = True
            for test in tests:
                answer = test(entry)
                if answer is False:
                    return False
                outcome = outcome if answer else None
            return outcome

        return run

    def _any(self, tests: list[Test]) -> Test:
        def run(entry: Entry) -> bool | None:
            outcome: bool | None = False
            for test in tests:
                answer = test(entry)
                if answer:
                    return True
                outcome = None if answer is None else outcome
            return outcome

        return run

    def _not(self, test: Test) -> Test:
        def run(entry: Entry) -> bool | None:
            answer = test(entry)
            return None if answer is None else not answer

        return run

    def _present(self, name: bytes) -> Test:
        attribute = self._attribute(name)
        if attribute is None:
            return _undefined
        return lambda entry: bool(self.values(entry, attribute))

    def _equal(self, name: bytes, value: bytes) -> Test:
        attribute = self._attribute(name)
        if attribute is None:
            return _undefined
        if attribute.key == "objectcategory" and b"=" not in value:
            value = self._category(value)
        try:
            wanted = compare_form(attribute, value)
        except errors.DirectoryError:
            return _undefined
        return lambda entry: any(compare_form(attribute, item) == wanted for item in self.values(entry, attribute))

    def _category(self, value: bytes) -> bytes:
        """A class name in place of the category's DN, as Active Directory lets one write it."""
        found = self.schema.classes.get(value.decode("utf-8", "replace").lower())
        return f"CN={found.category_cn},{self.schema_dn}".encode() if found else value

    def _substrings(self, node: Any) -> Test:
        attribute = self._attribute(node.type)
        if attribute is None or attribute.syntax == DN_SYNTAX:
            return _undefined
        parts = [(type(item), item.value.decode("utf-8", "replace").casefold()) for item in node.substrings]
        return lambda entry: any(
            _contains(item.decode("utf-8", "replace").casefold(), parts) for item in self.values(entry, attribute)
        )

    def _order(self, node: Any, *, greater: bool) -> Test:
        attribute = self._attribute(node.attributeDesc.value)
        if attribute is None or attribute.syntax == DN_SYNTAX:
            return _undefined
        try:
            wanted: Any = compare_form(attribute, node.assertionValue.value)
        except errors.DirectoryError:
            return _undefined

        def run(entry: Entry) -> bool | None:
            found: list[Any] = [compare_form(attribute, item) for item in self.values(entry, attribute)]
            return any(item >= wanted if greater else item <= wanted for item in found)

        return run

    def _bits(self, node: Any) -> Test:
        rule, kind = node.matchingRule, node.type
        attribute = self._attribute(kind.value) if kind is not None else None
        if rule is None or rule.value not in (BIT_AND, BIT_OR):
            raise errors.DirectoryError(18, "00000057: LdapErr: the matching rule is not supported")
        if attribute is None or attribute.syntax not in INTEGER_SYNTAXES:
            return _undefined
        mask = int(node.matchValue.value)
        every = rule.value == BIT_AND

        def run(entry: Entry) -> bool | None:
            hits = [int(item) & mask for item in self.values(entry, attribute)]
            return any(hit == mask if every else bool(hit) for hit in hits)

        return run


def _contains(text: str, parts: list[tuple[type, str]]) -> bool:
    position = 0
    for kind, part in parts:
        if kind is pureldap.LDAPFilter_substrings_initial:
            if not text.startswith(part):
                return False
            position = len(part)
        elif kind is pureldap.LDAPFilter_substrings_final:
            return len(text) - position >= len(part) and text.endswith(part)
        else:
            found = text.find(part, position)
            if found < 0:
                return False
            position = found + len(part)
    return True
