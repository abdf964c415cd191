"""Bodies are read strictly, and answers can always be read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.hooks.lines import LONGEST_BODY, LONGEST_VALUE, BadBody, parse_lines, render_lines
from console.domain.hooks.messages import Answer, read_event

KEYS = ("event", "node", "run_id", "detail")
VALUE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=LONGEST_VALUE).map(str.rstrip)
VALUES = st.dictionaries(st.sampled_from(KEYS), VALUE)
EVENT = b"event=starting\nnode=A\ncluster=C\ngroup=G\nrun=0123456789abcdef\nclp_event=START\n"


@given(VALUES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from(["", " ", "   "]))
def test_what_was_written_is_read(values: dict[str, str], end: str, last: bool, blanks: str) -> None:
    text = end.join(f"{key}={value}{blanks}" for key, value in values.items())
    assert parse_lines((text + end * (last and bool(values))).encode("ascii"), KEYS) == values


@given(st.binary(max_size=80) | st.text("ab=\r\n e", max_size=40).map(str.encode))
def test_anything_else_gets_one_error_with_a_remedy_or_plain_lines(body: bytes) -> None:
    found, error = outcome(body)
    assert set(found) <= {"a", "b", "ab"}
    assert all(value.isascii() and value.rstrip(" ") == value and "\n" not in value for value in found.values())
    assert error is None or (error.message and error.remedy and not found)


def outcome(body: bytes) -> tuple[dict[str, str], BadBody | None]:
    try:
        return parse_lines(body, ("a", "b", "ab")), None
    except BadBody as error:
        return {}, error


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"event=x\nevent=y", "Line 2 gives event a second time"),
        (b"event=x\n\nnode=y", "Line 2 is not key=value"),
        (b"\n", "Line 1 is not key=value"),
        (b"event", "Line 1 is not key=value"),
        (b"=x", "Line 1 is not key=value"),
        (b"event =x", "Line 1 is not key=value"),
        (b"EVENT=x", "Line 1 is not key=value"),
        (b"event=a\rb", "Line 1 is not key=value"),
        (b"event=a\tb", "Line 1 is not key=value"),
        (b"event=a\x00", "Line 1 is not key=value"),
        (b"event=\xc3\xa9", "Byte 7 of the body is not ASCII"),
        (b"color=red", "Line 1 gives color, which is not known here; expected: detail, event, node, run_id"),
        (b"detail=" + b"x" * (LONGEST_VALUE + 1), "has 201 characters; 200 were expected at most"),
        (b"detail=" + b"x" * LONGEST_BODY, "4096 were expected at most"),
    ],
)
def test_a_wrong_body_is_told_what_was_expected(body: bytes, said: str) -> None:
    with pytest.raises(BadBody) as refused:
        parse_lines(body, KEYS)
    assert said in refused.value.message


@pytest.mark.parametrize("key", ["event", "node", "cluster", "group", "run", "clp_event"])
def test_an_event_without_one_of_its_keys_is_refused_by_name(key: str) -> None:
    kept = [line for line in EVENT.splitlines(keepends=True) if not line.startswith(f"{key}=".encode())]
    with pytest.raises(BadBody, match=f"lacks {key};"):
        read_event(b"".join(kept))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"starting", b"begun", "expected one of starting, started"),
        (b"START\n", b"START2\n", "expected one of START, FAILOVER, RECOVER"),
        (b"0123456789abcdef", b"0123456789abcde", "16 to 64 letters, digits and hyphens"),
        (b"0123456789abcdef", b"0123456789abcde/", "16 to 64 letters, digits and hyphens"),
        (b"START\n", b"START\nclp_disk=not good\n", "clp_disk is not one word"),
    ],
)
def test_an_event_with_a_wrong_value_is_told_the_right_ones(old: bytes, new: bytes, said: str) -> None:
    with pytest.raises(BadBody) as refused:
        read_event(EVENT.replace(old, new))
    assert said in refused.value.message


@given(st.text(max_size=400))
def test_every_answer_can_be_read_back_whatever_its_reason(reason: str) -> None:
    body = Answer("no", "0123456789abcdef", reason=reason).lines()
    values = parse_lines(body, ("answer", "run", "reason"))
    assert values["answer"] == "no"
    assert len(values.get("reason", "")) <= LONGEST_VALUE


def test_a_value_cannot_begin_a_line_of_its_own() -> None:
    assert render_lines({"reason": "held\nanswer=go\r\nrun=x"}) == b"reason=held answer=go run=x\n"
