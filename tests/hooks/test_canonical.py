"""Signed texts: no two different requests share one, and what could make them is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.hooks.canonical import (
    NotCanonical,
    canonical_reply,
    canonical_request,
    from_stamp,
    matches,
    sign,
    to_stamp,
)
from console.domain.secrets import Secret

# Few characters, the awkward ones among them, so that parts that run into each other are found.
PART = st.text("a/\n 1", min_size=0, max_size=3)
REQUEST = st.tuples(PART, PART, PART, PART, PART, st.binary(max_size=2))
REPLY = st.tuples(st.integers(0, 20), PART, PART, st.binary(max_size=2))


def of_request(parts: tuple[str, str, str, str, str, bytes]) -> bytes | None:
    try:
        return canonical_request(*parts)
    except NotCanonical:
        return None


def of_reply(parts: tuple[int, str, str, bytes]) -> bytes | None:
    try:
        return canonical_reply(*parts)
    except NotCanonical:
        return None


@given(REQUEST, REQUEST)
def test_no_two_different_requests_share_a_text(
    one: tuple[str, str, str, str, str, bytes], other: tuple[str, str, str, str, str, bytes]
) -> None:
    first, second = of_request(one), of_request(other)
    assert first is None or (first == second) == (one == other)


@given(REPLY, REPLY)
def test_no_two_different_replies_share_a_text(
    one: tuple[int, str, str, bytes], other: tuple[int, str, str, bytes]
) -> None:
    first, second = of_reply(one), of_reply(other)
    assert first is None or (first == second) == (one == other)


@given(REQUEST, REPLY)
def test_no_reply_has_the_text_of_a_request(
    request: tuple[str, str, str, str, str, bytes], reply: tuple[int, str, str, bytes]
) -> None:
    text = of_request(request)
    assert text is None or text != of_reply(reply)


@pytest.mark.parametrize("part", ["", "a\nb", "a b", "a\r", "é", "\x00", "\x7f"])
@pytest.mark.parametrize("place", range(5))
def test_a_part_that_cannot_stand_in_a_line_is_refused(place: int, part: str) -> None:
    parts = ["POST", "/hooks/events", "key-1", "20260131T031501Z", "00"]
    parts[place] = part
    with pytest.raises(NotCanonical) as refused:
        canonical_request(parts[0], parts[1], parts[2], parts[3], parts[4], b"")
    assert refused.value.remedy


@given(st.binary(max_size=40), st.integers(0, 63), st.sampled_from("0123456789abcdefABCDEF é\n"))
def test_a_signature_with_one_other_character_does_not_match(text: bytes, place: int, character: str) -> None:
    key = Secret("0" * 64)
    signature = sign(key, text)
    changed = signature[:place] + character + signature[place + 1 :]
    assert matches(key, text, changed) == (changed == signature)
    assert not matches(Secret("1" * 64), text, signature)


@pytest.mark.parametrize("signature", ["", "0", "é" * 64, "0" * 65, "0" * 64 + "\n"])
def test_a_signature_of_another_form_does_not_match(signature: str) -> None:
    assert not matches(Secret("0" * 64), b"text", signature)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_a_stamp_names_its_second(at: datetime) -> None:
    assert from_stamp(to_stamp(at)) == at.replace(microsecond=0)
    assert to_stamp(at.astimezone(UTC) + timedelta(0)) == to_stamp(at)


@pytest.mark.parametrize(
    "text",
    ["", "20260131T031501", "2026-01-31T03:15:01Z", "20260231T000000Z", "20260131T256000Z", "٢" * 8 + "T000000Z"],
)
def test_what_is_no_stamp_names_no_time(text: str) -> None:
    assert from_stamp(text) is None
