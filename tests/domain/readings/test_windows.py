"""`hostname`, `ver` and wmic as Windows prints them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.domain.readings import (
    invalid_class,
    mounted_stores,
    node_clock,
    read_blocks,
    read_hostname,
    read_version,
)


def printed(text: str, code: int = 0, stderr: str = "") -> CommandResult:
    return CommandResult(("x",), code, text, stderr)


@pytest.mark.parametrize("text", ["TYO-EX1\r\n", "TYO-EX1", "\r\nTYO-EX1 \r\n"])
def test_the_host_name_is_read(text: str) -> None:
    assert read_hostname(printed(text)) == "TYO-EX1"


@pytest.mark.parametrize(("text", "code"), [("", 0), ("A\nB", 0), ("two words", 0), ("TYO-EX1", 1), ("a" * 64, 0)])
def test_what_is_no_name_is_garbled(text: str, code: int) -> None:
    with pytest.raises(Garbled):
        read_hostname(printed(text, code))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\r\nMicrosoft Windows [Version 5.2.3790]\r\n", "Windows Server 2003 (5.2.3790)"),
        ("\r\nMicrosoft Windows [バージョン 6.0.6002]\r\n", "Windows Server 2008 (6.0.6002)"),
        ("\r\nMicrosoft Windows [Version 10.0.20348.1]\r\n", "Windows (10.0.20348)"),
    ],
)
def test_the_version_of_windows_is_named(text: str, told: str) -> None:
    assert read_version(printed(text)) == told


def test_a_version_that_is_not_there_is_garbled() -> None:
    with pytest.raises(Garbled):
        read_version(printed("Linux"))


def test_blocks_are_set_apart_by_blank_lines_or_by_a_name_that_comes_again() -> None:
    text = "\r\r\n\r\r\nName=a\r\r\nId=1\r\r\n\r\r\n\r\r\nName=b=c\r\r\nName=d\r\r\n"
    assert read_blocks(printed(text)) == ({"Name": "a", "Id": "1"}, {"Name": "b=c"}, {"Name": "d"})


@pytest.mark.parametrize(("text", "code"), [("Name=a", 1), ("words", 0), ("=x", 0), ("a b=c", 0)])
def test_a_list_that_cannot_be_read_is_garbled(text: str, code: int) -> None:
    with pytest.raises(Garbled):
        read_blocks(printed(text, code))


@pytest.mark.parametrize(
    ("code", "stderr", "told"),
    [
        (2147749904, "", True),
        (-2147217392, "", True),
        (1, "Description = Invalid class", True),
        (1, "", False),
        (0, "", False),
    ],
)
def test_a_missing_class_is_known_by_its_code_or_its_words(code: int, stderr: str, told: bool) -> None:
    assert invalid_class(printed("", code, stderr)) is told


def test_the_clock_is_read_with_its_zone() -> None:
    told = node_clock(({"LastBootUpTime": "x", "LocalDateTime": "20080623101530.500000+540"},))
    assert told.astimezone(UTC) == datetime(2008, 6, 23, 1, 15, 30, 500000, tzinfo=UTC)
    west = node_clock(({"LocalDateTime": "20080623101530.000000-300"},))
    assert west.astimezone(UTC).hour == 15


@pytest.mark.parametrize("text", ["", "20081323101530.000000+540", "20080623101530", "2008-06-23"])
def test_a_clock_that_cannot_be_read_is_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        node_clock(({"LocalDateTime": text},))


def stores(*names: str) -> frozenset[str]:
    return mounted_stores([{"Name": name} for name in names])


def test_mounted_stores_are_named_by_group_and_store() -> None:
    assert stores("First Storage Group-Mailbox Store", "_Total") == {"first storage group/mailbox store"}


def test_a_name_with_more_hyphens_is_given_in_every_reading() -> None:
    assert stores("SG-1-Mailbox Store (TYO-EX1)", "_Total") == {
        "sg/1-mailbox store (tyo-ex1)",
        "sg-1/mailbox store (tyo-ex1)",
        "sg-1-mailbox store (tyo/ex1)",
    }


def test_no_mounted_store_is_a_fact_but_a_list_without_total_is_not() -> None:
    assert stores("_Total") == frozenset()
    for names in ((), ("First-Store",), ("nohyphen", "_Total")):
        with pytest.raises(Garbled):
            stores(*names)


@given(st.text(max_size=300))
def test_noise_never_crashes_the_readers(text: str) -> None:
    for reader in (read_hostname, read_version, lambda result: node_clock(read_blocks(result))):
        try:
            reader(printed(text))
        except Garbled:
            continue
