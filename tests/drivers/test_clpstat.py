"""Captured screens are read right, and whatever is printed instead is Garbled and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.errors import Garbled
from console.drivers.expresscluster.clpstat import Screen, read_screen
from tests.drivers.screens import STOPPED, WINDOWS

LONG_NAME = """\
 ========================  CLUSTER STATUS  ===========================
  Cluster : c
  <server>
    a ...............: Online Pending   
   *b ...............: Caution          
  <group>
    container-recove : Online
      current        : b
  <monitor>
 =====================================================================
"""  # noqa: W291


def test_the_windows_screen_is_read() -> None:
    screen = read_screen(WINDOWS)
    assert screen.cluster == "cluster"
    assert [(s.name, s.status, s.own) for s in screen.servers] == [
        ("ws2022-01", "Online", True),
        ("ws2022-02", "Online", False),
    ]
    assert screen.servers[0].lines == [("lankhb1", "Normal           LAN Heartbeat")]
    assert screen.groups[0].lines[0] == ("current", "ws2022-01")
    assert screen.monitors == (("mdw1", "Normal"), ("userw", "Normal"))


def test_the_plain_screen_is_read() -> None:
    screen = read_screen(STOPPED)
    assert [(s.name, s.status) for s in screen.servers] == [("116rhel94", "Offline"), ("117rhel94", "Offline")]
    assert screen.groups[0].lines == [("current", "None"), ("exec1", "Offline")]


def test_line_ends_of_windows_and_trailing_blanks_change_nothing() -> None:
    assert read_screen(WINDOWS.replace("\n", "   \r\n")) == read_screen(WINDOWS)


def test_a_status_of_two_words_and_a_cut_name_are_kept_whole() -> None:
    screen = read_screen(LONG_NAME)
    assert [server.status for server in screen.servers] == ["Online Pending", "Caution"]
    assert screen.groups[0].name == "container-recove"
    assert screen.width == 16


def test_japanese_names_take_two_columns_each() -> None:
    name = "メール群"
    line = f"    {name} {'.' * (33 - 8)}: Online"
    screen = read_screen(WINDOWS.replace("    failover .........................: Online", line))
    assert screen.groups[0].name == name


def test_lost_characters_point_to_the_code_page() -> None:
    line = "    \ufffd\ufffd\ufffd\ufffd\ufffd .........................: Online"
    with pytest.raises(Garbled) as caught:
        read_screen(WINDOWS.replace("    failover .........................: Online", line))
    assert "code page" in caught.value.remedy


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (" =====================================================================\n", "", "cut off"),
        ("CLUSTER STATUS", "MONITOR STATUS", "did not print its screen"),
        ("  Cluster : cluster\n", "", "does not name its cluster"),
        ("  <group>", "  <surprise>", "section that is not known"),
        ("  <server>\n", "", "outside of any section"),
        ("    userw                             : Normal", "    userw : Normal", "no ':' in its place"),
        ("    mdw1                              : Normal", "      x                               : Normal", "belongs"),
        ("    ws2022-02 ........................: Online", "    ws2022-02 ........................:", "cannot be read"),
    ],
)
def test_a_damaged_screen_is_garbled_and_says_why(before: str, after: str, told: str) -> None:
    assert before in WINDOWS
    with pytest.raises(Garbled, match=told):
        read_screen(WINDOWS.replace(before, after))


@pytest.mark.parametrize("text", ["", "\n\n", "Log in as administrator.", "\x00\x01garbage", "=" * 90])
def test_anything_else_is_garbled(text: str) -> None:
    with pytest.raises(Garbled):
        read_screen(text)


def test_a_flood_is_refused() -> None:
    with pytest.raises(Garbled, match="more than any screen"):
        read_screen(WINDOWS + "x" * 1_000_000)


def read_or_garbled(text: str) -> Screen | None:
    try:
        return read_screen(text)
    except Garbled:
        return None


@given(st.text(max_size=400))
def test_noise_never_crashes_the_reader(text: str) -> None:
    read_or_garbled(text)


@given(st.integers(0, len(WINDOWS)), st.integers(0, 40), st.text(max_size=40))
def test_a_screen_with_a_hole_never_crashes_the_reader(start: int, length: int, filler: str) -> None:
    screen = read_or_garbled(WINDOWS[:start] + filler + WINDOWS[start + length :])
    assert screen is None or screen.servers


@given(st.integers(0, len(WINDOWS) - 3))
def test_a_screen_that_ends_early_is_never_taken_for_whole(end: int) -> None:
    screen = read_or_garbled(WINDOWS[:end])
    assert screen is None or screen == read_screen(WINDOWS)
