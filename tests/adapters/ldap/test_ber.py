"""Bytes made by hand are those of a full encoder, and what is read from them is what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3 import MODIFY_ADD, MODIFY_DELETE
from ldap3.operation.modify import modify_operation
from ldap3.protocol.rfc4511 import LDAPMessage, MessageID, ProtocolOp
from ldap3.utils.asn1 import encode

from console.adapters.ldap import ber
from console.domain.directory import AttributeChange

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)
VALUES = st.lists(TEXTS, max_size=4, unique=True).map(tuple)
CHANGES = st.lists(
    st.builds(AttributeChange, st.sampled_from(["homeMDB", "homeMTA", "servicePrincipalName"]), VALUES, VALUES),
    max_size=3,
    unique_by=lambda change: change.attribute,
)


def by_ldap3(number: int, name: str, changes: list[AttributeChange]) -> bytes:
    """The same request by ldap3's encoder."""
    wanted = {
        change.attribute: [
            *([(MODIFY_DELETE, [value.encode() for value in change.removed])] if change.removed else []),
            *([(MODIFY_ADD, [value.encode() for value in change.added])] if change.added else []),
        ]
        for change in changes
    }
    message = LDAPMessage()
    message["messageID"] = MessageID(number)
    request = modify_operation(name, wanted, False)
    message["protocolOp"] = ProtocolOp().setComponentByName("modifyRequest", request)
    return bytes(encode(message))


@given(st.integers(1, 2**31 - 1), TEXTS, CHANGES)
def test_a_modify_is_byte_for_byte_what_ldap3_would_send(
    number: int, name: str, changes: list[AttributeChange]
) -> None:
    assert ber.message(number, ber.modify_request(name, changes)) == by_ldap3(number, name, changes)


@given(st.binary(max_size=70000), st.binary(max_size=5))
def test_an_element_is_read_as_it_was_written(content: bytes, after: bytes) -> None:
    written = ber.element(ber.OCTETS, content)
    tag, start, end = ber.read(written + after, 0, len(written + after))
    assert (tag, (written + after)[start:end], end) == (ber.OCTETS, content, len(written))


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_the_parts_of_a_sequence_are_found_in_order(contents: list[bytes]) -> None:
    data = b"".join(ber.element(ber.OCTETS, content) for content in contents)
    assert [data[start:end] for _, start, end in ber.parts(data, 0, len(data))] == contents


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=5), st.data())
def test_parts_that_are_cut_off_are_noticed(contents: list[bytes], data: st.DataObject) -> None:
    encoded = [ber.element(ber.OCTETS, content) for content in contents]
    whole = b"".join(encoded)
    edges = {sum(map(len, encoded[:count])) for count in range(len(encoded) + 1)}
    cut = data.draw(st.integers(0, len(whole)).filter(lambda at: at not in edges))
    with pytest.raises(IndexError):
        ber.parts(whole[:cut], 0, cut)


@pytest.mark.parametrize("length", [b"\x80", b"\x85\x00\x00\x00\x00\x01", b"\xff"])
def test_a_length_without_end_or_beyond_reason_is_refused(length: bytes) -> None:
    data = b"\x04" + length + b"x" * 8
    with pytest.raises(ValueError, match="length"):
        ber.read(data, 0, len(data))
