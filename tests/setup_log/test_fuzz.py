"""Whatever the bytes are, a log is read or refused, and how they are cut or encoded changes nothing in what it says."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.domain.setup_log import NotASetupLog, Report, Verdict, lines, read
from console.management.setup_log_text import report_lines
from tests.setup_log.written import ACTS, written

HEADS = [b"[10:00:00] ", b"[8/3/2007 4:46:12 PM] [0] ", b"           ", b"[23:59:59] [1] [00:00:00] "]
PIECES = [
    *HEADS,
    *(b"\r\n", b"\n", b"\0", b"<", b">", b"(f:\\x.cxx:1)", b"Error code 0XC0070424 (1060): x", b"0X80072030 (8240): y"),
    *(b"Entering A", b"Leaving A", b"Entering ScSetupExchangeVirtualServer", b"=== IGNORING PREVIOUS ERRORS === A"),
    *(b"Interpreting line <CreateProcess:a.exe>", b"Process has exited with ", b"00000000", b"CLUSTER_SERVER.INS"),
    *(
        b"Starting Microsoft Exchange",
        b"End of Setup",
        b"[ERROR] x",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x1b[2J",
        b"\xc2\x9b",
        b"Setup\\Roles",
    ),
]


ACTED_ON = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\ud800-\\udfff]")
"""What a terminal, a page or a database would act on, or refuse."""


def texts(value: Any) -> Iterator[str]:
    """Every text in plain JSON values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in texts(part))
    elif isinstance(value, list | tuple):
        yield from (text for part in value for text in texts(part))


def result(data: bytes, **how: Any) -> Report | str:
    """The report, or why there is none."""
    try:
        return read([data], **how)
    except NotASetupLog as refused:
        return refused.message


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert isinstance(result(data), Report | str)


@settings(max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4)), max_size=60), st.integers(1, 50))
@example([b"[10:00:00] ", b"Process has exited with ", b"00000000"], 1)
def test_pieces_of_logs_in_any_order_say_the_same_however_they_are_cut(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    once = result(data)
    cut = result(data, block=size)
    assert isinstance(once, str) == isinstance(cut, str)
    if isinstance(once, Report):
        assert cut == once
        assert not any(map(ACTED_ON.search, texts(once.to_json())))
        assert not any(map(ACTED_ON.search, report_lines("x", once, interpreted=True)))
        assert once.lines == data.rstrip(b"\0").count(b"\n") + once.cut_off or b"\0" in data


@given(st.booleans(), ACTS, st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-16"]), st.integers(1, 200))
def test_a_log_made_at_random_is_read_for_what_is_in_it(
    newer: bool, acts: list[tuple[str, object]], encoding: str, size: int
) -> None:
    log = written(newer, acts)
    report = read([log.text.encode(encoding)], block=size, encoding="utf-16-le" if encoding == "utf-16-le" else None)
    run = report.latest
    assert [function.name for function in run.open_functions] == log.stack
    totals = run.totals
    assert (totals["functions"], totals["interpreted"], totals["exits"]) == (log.functions, log.interpreted, log.well)
    missing = sum(int(one.data.get("count", "1")) for one in run.findings if one.code == "setup-log.process-failed")
    assert missing == log.interpreted - log.well
    if log.stack:
        assert report.verdict is Verdict.UNFINISHED


@given(st.booleans(), ACTS, st.integers(1, 64))
def test_an_encoding_changes_no_finding(newer: bool, acts: list[tuple[str, object]], size: int) -> None:
    text = written(newer, acts).text
    narrow, wide = read([text.encode()]), read([text.encode("utf-16")], block=size)
    assert [(one.code, one.about, one.evidence) for one in narrow.findings] == [
        (one.code, one.about, one.evidence) for one in wide.findings
    ]
    assert narrow.latest.totals == wide.latest.totals


@given(st.booleans(), ACTS, st.sampled_from(["utf-8", "utf-16"]))
def test_a_finding_can_be_fetched_by_its_place(newer: bool, acts: list[tuple[str, object]], encoding: str) -> None:
    data = written(newer, acts).text.encode(encoding)
    for finding in read([data]).findings:
        begin, length = int(finding.data["offset"]), int(finding.data["length"])
        shown = data[begin : begin + max(length, 2)].decode("utf-16-le" if encoding == "utf-16" else encoding)
        assert shown.startswith("[")


def test_a_log_that_is_cut_after_any_byte_is_read_and_only_the_whole_one_is_ok() -> None:
    acts: list[tuple[str, object]] = [
        ("enter", "ScSetupExchangeVirtualServer"),
        ("error", "0XC0070424 (1060)"),
        ("ignore", ""),
    ]
    acts += [("enter", "CReg::ScOpen"), ("line", True), ("text", "日本"), ("leave", ""), ("line", True), ("leave", "")]
    for encoding in ("utf-8", "utf-16-le"):
        data = written(False, acts).text.encode(encoding)
        end = data.rindex("Server".encode(encoding)) + len("Server".encode(encoding))
        for at in range(len(data) + 1):
            said = result(data[:at])
            fine = isinstance(said, Report) and said.verdict is Verdict.OK
            assert fine == (at >= end), (encoding, at)


@given(
    st.lists(st.sampled_from(["a", "é", "日", "\U0001f600", "\n", "\r\n", "abcdefgh" * 4]), max_size=60),
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]),
    st.integers(1, 100),
)
def test_lines_that_are_too_long_are_cut_and_every_line_keeps_its_place(
    parts: list[str], encoding: str, size: int
) -> None:
    text = "[10:00:00] plain text, so that its encoding can be told from it\n" + "".join(parts)
    data = text.encode(encoding)
    whole = text.removesuffix("\n").split("\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "LONGEST", 20)
        log = lines.LogBytes([data], None, size)
        found = [(line, offset) for block in log.blocks() for line, offset in _placed(block)]
    assert [offset for _, offset in found] == [
        len("\n".join([*whole[:n], ""]).encode(encoding)) for n in range(len(whole))
    ]
    for (line, _), meant in zip(found, whole, strict=True):
        assert meant.encode().startswith(line)
        assert len(line) >= min(len(meant.encode()), 17)
    assert log.size == len(data)


def _placed(block: lines.Block) -> Iterator[tuple[bytes, int]]:
    position = 0
    for line in block.data.removesuffix(b"\n").split(b"\n"):
        yield line, block.offset(position)
        position += len(line) + 1
