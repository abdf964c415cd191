"""The manifest: read back as it was written, and refused whatever byte of it or of the records was changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.kit.manifest import Manifest, digest, read_manifest, records_file, signed, verify
from console.domain.kit.runner import BATCH, split
from console.domain.kit.sealed import BadKit
from console.domain.secrets import Secret

KEY = Secret("ab" * 32)
RECORDS = b"version: 1\r\n\r\ndn: CN=a\r\n"
AT = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
MADE = Manifest(
    cluster="Tokyo mail",
    node="TYO-EX2",
    source="TYO-EX1",
    target="TYO-EX2",
    controller="dc1.example.test",
    key_id="key-0123",
    made=AT,
    until=AT + timedelta(days=14),
    listed=AT,
    records_hash=digest(RECORDS),
    counts={"flags": 2, "names": 6, "mailboxes": 500, "rest": 0},
)


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_it_is_read_back_as_it_was_written(ends: bytes) -> None:
    assert verify(signed(MADE, KEY).replace(b"\n", ends), RECORDS, KEY) == MADE


def test_another_key_is_not_believed() -> None:
    with pytest.raises(BadKit, match="key-0123"):
        verify(signed(MADE, KEY), RECORDS, Secret("cd" * 32))


def test_other_records_are_not_believed() -> None:
    with pytest.raises(BadKit, match=r"kit\.ldf"):
        verify(signed(MADE, KEY), RECORDS + b"dn: CN=b\r\n", KEY)


@given(st.data())
def test_no_byte_of_it_may_change(data: st.DataObject) -> None:
    good = signed(MADE, KEY)
    place = data.draw(st.integers(0, len(good) - 2))  # the last line may go without its end
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != good[place]))
    bad = good[:place] + bytes([byte]) + good[place + 1 :]
    with pytest.raises(BadKit):
        verify(bad, RECORDS, KEY)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"kit=1", b"kit=2", "form 2"),
        (b"made=2026", b"made=20x6", "a time"),
        (b"flags=2", b"flags=two", "a count"),
        (b"node=TYO-EX2\n", b"", "lacks node"),
        (b"node=", b"node\xe9=", "not ASCII"),
    ],
)
def test_what_cannot_be_read_is_told(old: bytes, new: bytes, says: str) -> None:
    with pytest.raises(BadKit, match=says):
        read_manifest(signed(MADE, KEY).replace(old, new, 1))


@given(st.integers(0, 3 * BATCH + 1))
def test_the_records_are_in_their_file_in_order_and_it_is_believed(count: int) -> None:
    records = [f"\ndn: CN={number}\nchangetype: modify\n" for number in range(count)]
    data, first = records_file(records)
    assert [f"\n{record}" for record in split(data.decode("ascii"))] == records
    made = replace(MADE, records_hash=first)
    assert verify(signed(made, KEY), data, KEY) == made


@given(st.data())
def test_no_byte_of_any_section_may_change_or_be_missing(data: st.DataObject) -> None:
    good, first = records_file([f"\ndn: CN={number}\nchangetype: modify\n" for number in range(2 * BATCH + 7)])
    place = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != good[place]))
    manifest = signed(replace(MADE, records_hash=first), KEY)
    for bad in (good[:place] + bytes([byte]) + good[place + 1 :], good[:place]):
        with pytest.raises(BadKit, match=r"kit\.ldf"):
            verify(manifest, bad, KEY)


def test_the_key_is_not_in_it() -> None:
    assert KEY.reveal().encode() not in signed(replace(MADE, cluster=KEY.reveal()[:10]), KEY)
