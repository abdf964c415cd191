"""Reading WMI's list of events: messages of many lines, nodes in other languages, and text that is no list."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.domain.readings.event_log import MESSAGE_LIMIT, read_events

ARGV = ("wmic",)
ONE = {
    "EventCode": "1008",
    "EventType": "1",
    "Logfile": "Application",
    "Message": "The Open Procedure failed.",
    "RecordNumber": "7",
    "SourceName": "Perflib",
    "TimeGenerated": "20081015120000.000000+540",
}


def printed(*blocks: dict[str, str]) -> CommandResult:
    text = "".join("\r\r\n\r\r\n" + "\r\r\n".join(f"{k}={v}" for k, v in block.items()) + "\r\r\n" for block in blocks)
    return CommandResult(ARGV, 0, text)


def test_an_event_is_read_with_its_time_and_zone() -> None:
    (event,) = read_events(printed(ONE))
    assert (event.log, event.source, event.code, event.kind) == ("Application", "Perflib", 1008, 1)
    assert event.at.isoformat() == "2008-10-15T12:00:00+09:00"


def test_a_message_of_many_lines_stays_with_its_event() -> None:
    text = "It failed.\r\r\n\r\r\nName=value of something\r\r\nLast line."
    first, second = read_events(printed(ONE | {"Message": text}, ONE | {"RecordNumber": "8"}))
    assert first.message == "It failed. Name=value of something Last line."
    assert second.message == ONE["Message"]


@pytest.mark.parametrize(
    "text", ["", "\r\r\n", "No Instance(s) Available.\r\r\n", "使用できるインスタンスがありません。\r\n"]
)
def test_no_event_is_none_in_any_language(text: str) -> None:
    assert read_events(CommandResult(ARGV, 0, text)) == ()


def test_the_upper_half_of_an_event_code_is_not_its_number() -> None:
    (event,) = read_events(printed(ONE | {"EventCode": "3221232495"}))
    assert event.code == 3221232495 & 0xFFFF


def test_a_long_message_is_cut() -> None:
    (event,) = read_events(printed(ONE | {"Message": "x" * 9000}))
    assert len(event.message) == MESSAGE_LIMIT


@pytest.mark.parametrize(
    "wrong",
    [
        CommandResult(ARGV, 1, "", "Invalid query"),
        CommandResult(ARGV, 0, "two lines\r\nof something else\r\n"),
        CommandResult(ARGV, 0, "x" * 5_000_000),
        printed({k: v for k, v in ONE.items() if k != "TimeGenerated"}),
        printed(ONE | {"EventCode": "many"}),
        printed(ONE | {"TimeGenerated": "yesterday"}),
    ],
)
def test_what_is_no_list_is_said_to_be_unreadable_with_a_remedy(wrong: CommandResult) -> None:
    with pytest.raises(Garbled) as caught:
        read_events(wrong)
    assert caught.value.remedy


@given(st.text(max_size=300))
def test_any_message_gives_events_or_is_refused(message: str) -> None:
    with contextlib.suppress(Garbled):
        assert read_events(printed(ONE | {"Message": message}))
