"""Access lists: read from bytes as a directory sends them, and judged in their order."""

import struct
from uuid import UUID

import pytest

from console.adapters.ldap.security import parse
from console.domain.access_lists import AccessEntry, may_write
from console.domain.errors import Garbled

ME, OTHER = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"
MINE, SET = "bf967987-0de6-11d0-a285-00aa003049e2", "1f298a89-de98-47b8-b5cd-572ad53d267e"
READ, WRITE = 0x10, 0x20


@pytest.mark.parametrize(
    ("entries", "allowed"),
    [
        ([], False),
        ([AccessEntry(True, WRITE, ME)], True),
        ([AccessEntry(True, WRITE, ME, MINE)], True),
        ([AccessEntry(True, WRITE, ME, SET)], True),
        ([AccessEntry(True, WRITE, ME, "00000000-0000-0000-0000-000000000001")], False),
        ([AccessEntry(True, READ, ME)], False),
        ([AccessEntry(True, WRITE, OTHER)], False),
        ([AccessEntry(True, WRITE, ME, inherit_only=True)], False),
        ([AccessEntry(False, WRITE, ME), AccessEntry(True, WRITE, ME)], False),
        ([AccessEntry(True, WRITE, ME, MINE), AccessEntry(False, WRITE, ME)], True),
        ([AccessEntry(False, WRITE, OTHER), AccessEntry(True, WRITE, ME)], True),
        ([AccessEntry(False, WRITE, ME, inherit_only=True), AccessEntry(True, 0x10000000, ME)], True),
    ],
)
def test_the_first_entry_that_speaks_of_it_decides(entries: list[AccessEntry], allowed: bool) -> None:
    assert may_write(entries, {ME}, {MINE, SET}) is allowed


def _sid(*parts: int) -> bytes:
    return bytes([1, len(parts)]) + (5).to_bytes(6, "big") + b"".join(part.to_bytes(4, "little") for part in parts)


def _ace(kind: int, flags: int, body: bytes) -> bytes:
    return struct.pack("<BBH", kind, flags, 4 + len(body)) + body


def _descriptor(*aces: bytes) -> bytes:
    body = b"".join(aces)
    head = struct.pack("<BBHHH", 4, 0, 8 + len(body), len(aces), 0)
    return struct.pack("<BBHLLLL", 1, 0, 0x8004, 0, 0, 0, 20) + head + body


def test_every_kind_of_entry_is_read_and_audit_entries_are_left_out() -> None:
    me, guid = _sid(21, 1, 2, 3, 1001), UUID(MINE).bytes_le
    plain = _ace(1, 0, struct.pack("<L", WRITE) + me)
    about = _ace(5, 0, struct.pack("<LL", WRITE, 1) + guid + me)
    handed_down = _ace(5, 0x0A, struct.pack("<LL", WRITE, 3) + guid + guid + me)
    audit = _ace(2, 0, struct.pack("<L", WRITE) + me)
    assert parse(_descriptor(plain, audit, about, handed_down)) == (
        AccessEntry(False, WRITE, ME),
        AccessEntry(True, WRITE, ME, MINE),
        AccessEntry(True, WRITE, ME, MINE, inherit_only=True),
    )


@pytest.mark.parametrize("cut", [10, 22, 30, 40])
def test_a_list_that_is_cut_off_is_said_to_be_unreadable(cut: int) -> None:
    whole = _descriptor(_ace(5, 0, struct.pack("<LL", WRITE, 1) + UUID(MINE).bytes_le + _sid(21, 1, 2, 3, 1001)))
    with pytest.raises(Garbled):
        parse(whole[:cut])
