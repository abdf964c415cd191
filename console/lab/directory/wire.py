"""LDAP messages on the wire: framing, results and search entries, on ldaptor's BER primitives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ldaptor.protocols import pureber, pureldap

_CONTEXT = pureldap.LDAPBERDecoderContext_TopLevel(
    inherit=pureldap.LDAPBERDecoderContext_LDAPMessage(
        fallback=pureldap.LDAPBERDecoderContext(fallback=pureber.BERDecoderContext()),
        inherit=pureldap.LDAPBERDecoderContext(fallback=pureber.BERDecoderContext()),
    )
)
_SEQUENCE, _SET, _OCTETS = 0x30, 0x31, 0x04
_SEARCH_ENTRY, _SEARCH_REFERENCE = 0x64, 0x73


def tlv(tag: int, content: bytes) -> bytes:
    """One BER element with a definite length."""
    length = len(content)
    header = bytes((tag, length)) if length < 128 else bytes((tag,)) + pureber.int2berlen(length)
    return header + content


def octets(value: bytes) -> bytes:
    """A string of bytes as an element."""
    return tlv(_OCTETS, value)


def split(buffer: bytes) -> tuple[Any, int]:
    """The first message of the buffer and its length; (None, 0) while it is incomplete.

    Raises ValueError for bytes that are no LDAP message.
    """
    try:
        length, header = pureber.berDecodeLength(buffer, offset=1)
        if len(buffer) < 1 + header + length:
            return None, 0
    except pureber.BERExceptionInsufficientData:
        return None, 0
    try:
        message, used = pureber.berDecodeObject(_CONTEXT, buffer)
    except Exception as exc:
        raise ValueError(f"{length} bytes are no LDAP message") from exc
    if not isinstance(message, pureldap.LDAPMessage):
        raise ValueError("the element is no LDAP message")
    return message, used


def attribute(name: str, values: Iterable[bytes]) -> bytes:
    """A PartialAttribute: type and set of values."""
    return tlv(_SEQUENCE, octets(name.encode()) + tlv(_SET, b"".join(octets(value) for value in values)))


def search_entry(message_id: int, dn: str, attributes: Iterable[bytes]) -> bytes:
    """A SearchResultEntry whose attributes are already encoded."""
    body = octets(dn.encode()) + tlv(_SEQUENCE, b"".join(attributes))
    return tlv(_SEQUENCE, _id(message_id) + tlv(_SEARCH_ENTRY, body))


def search_reference(message_id: int, urls: Iterable[str]) -> bytes:
    """A SearchResultReference to other controllers."""
    body = b"".join(octets(url.encode()) for url in urls)
    return tlv(_SEQUENCE, _id(message_id) + tlv(_SEARCH_REFERENCE, body))


def result(
    message_id: int,
    tag: int,
    code: int = 0,
    text: str = "",
    *,
    matched: str = "",
    referrals: tuple[str, ...] = (),
    extra: bytes = b"",
    controls: bytes = b"",
) -> bytes:
    """An LDAPResult of the kind `tag`; `extra` follows it, `controls` close the message."""
    body = bytes(pureber.BEREnumerated(code).toWire()) + octets(matched.encode()) + octets(text.encode())
    if referrals:
        body += tlv(0xA3, b"".join(octets(url.encode()) for url in referrals))
    return tlv(_SEQUENCE, _id(message_id) + tlv(0x40 | 0x20 | (tag & 0x1F), body + extra) + controls)


def paging_control(size: int, cookie: bytes) -> bytes:
    """The response form of the paged results control (RFC 2696)."""
    value = tlv(_SEQUENCE, bytes(pureber.BERInteger(size).toWire()) + octets(cookie))
    control = tlv(_SEQUENCE, octets(b"1.2.840.113556.1.4.319") + octets(value))
    return tlv(0xA0, control)


def read_paging(value: bytes) -> tuple[int, bytes]:
    """Page size and cookie of a paged search."""
    parts, _ = pureber.berDecodeObject(pureber.BERDecoderContext(), value)
    return parts[0].value, parts[1].value


def _id(message_id: int) -> bytes:
    return bytes(pureber.BERInteger(message_id).toWire())
