"""Basic Encoding Rules as LDAP uses them (RFC 4511 section 5.1): what is written and read by the thousand.

ldap3 builds an object for every element of a request and of an answer. A switch sends and reads one message for each
mailbox, so these two are made here from bytes; the rare requests are still ldap3's.
"""

from collections.abc import Iterable
from functools import lru_cache

from console.domain.directory import AttributeChange

INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET = 0x02, 0x04, 0x0A, 0x30, 0x31
MODIFY_REQUEST = 0x66
ADD, DELETE = 0, 1
LONGEST_LENGTH = 4
"""Octets of a length that are read; more would announce 4 GiB."""

Element = tuple[int, int, int]
"""The tag of an element, and where its content starts and ends."""


def element(tag: int, content: bytes) -> bytes:
    """One element with its tag (a single octet), the shortest length that fits, and its content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer(value: int) -> bytes:
    """A number that is not negative."""
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def message(message_id: int, operation: bytes) -> bytes:
    """An LDAPMessage around an operation, and its controls where they follow it."""
    return element(SEQUENCE, integer(message_id) + operation)


def modify_request(address: str, changes: Iterable[AttributeChange]) -> bytes:
    """A ModifyRequest (RFC 4511 section 4.6) that deletes the values which go and adds those which come."""
    parts = b"".join(map(_attribute, changes))
    return element(MODIFY_REQUEST, element(OCTETS, address.encode()) + element(SEQUENCE, parts))


@lru_cache(maxsize=1024)
def _attribute(change: AttributeChange) -> bytes:
    """The one or two changes of an attribute; the mailboxes of a store share them, so they are made once."""
    return _change(DELETE, change.attribute, change.removed) + _change(ADD, change.attribute, change.added)


def _change(kind: int, attribute: str, values: tuple[str, ...]) -> bytes:
    if not values:
        return b""
    listed = element(SET, b"".join(element(OCTETS, value.encode()) for value in values))
    partial = element(SEQUENCE, element(OCTETS, attribute.encode()) + listed)
    return element(SEQUENCE, element(ENUMERATED, bytes((kind,))) + partial)


def read(data: bytes | bytearray, at: int, end: int) -> Element:
    """The element that starts at `at`; its content may end after `end`.

    Raises `IndexError` when tag and length are not all there yet, `ValueError` for a length that LDAP does not use.
    """
    if at + 2 > end:
        raise IndexError("an element is cut off")
    tag, size, start = data[at], data[at + 1], at + 2
    if size >= 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= LONGEST_LENGTH:
            raise ValueError("a length that LDAP does not use")
        if start + octets > end:
            raise IndexError("an element is cut off")
        size = int.from_bytes(data[start : start + octets], "big")
        start += octets
    return tag, start, start + size


def parts(data: bytes, start: int, end: int) -> list[Element]:
    """The elements between two places. Raises `IndexError` or `ValueError` when they do not fill it exactly."""
    found = []
    while start < end:
        part = read(data, start, end)
        found.append(part)
        start = part[2]
    if start != end:
        raise IndexError("an element is longer than what holds it")
    return found
