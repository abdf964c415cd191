"""The guard's text is in order and bounded; what a node answers to it is read, or is no refusal."""

import math
import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain import node_guard
from console.domain.errors import Unquotable
from console.domain.lease import Fence
from console.domain.node_guard import NOT_RUN, NotRun, clock_line, guarded, read_clock, read_not_run, token_name
from console.domain.quoting import LINE_LIMIT, cmd_line, detached_lines

AT = datetime(2008, 10, 15, 12, 0, 0, 250000)
TOKENS = st.integers(min_value=0, max_value=10**12 - 1)


@given(TOKENS, TOKENS)
def test_names_of_tokens_are_in_the_order_of_the_tokens(one: int, other: int) -> None:
    assert (token_name(one) < token_name(other)) == (one < other)
    assert len(token_name(one)) == len(token_name(other))
    assert NotRun("token", token_name(one)).token == str(one)


@pytest.mark.parametrize("token", [-1, 10**12])
def test_a_wild_token_has_no_name(token: int) -> None:
    with pytest.raises(ValueError, match="no fencing token"):
        token_name(token)


@given(st.datetimes(), st.datetimes())
def test_times_are_compared_as_texts_of_one_length(one: datetime, other: datetime) -> None:
    def stamp(at: datetime) -> str:
        found = re.search(r"gtr (t\d+\.\d+)", guarded("ver", Fence(1, 1, math.inf), at).split("wmic")[1])
        assert found
        return found.group(1)

    if one.year > 999 and other.year > 999:
        assert (stamp(one) < stamp(other)) == (one < other)


@given(TOKENS, st.integers(min_value=1, max_value=10**9), st.none() | st.just(AT))
def test_the_command_stands_last_and_unchanged_behind_every_test(
    token: int, cluster: int, not_after: datetime | None
) -> None:
    command = cmd_line(["sc", "stop", "a & b | (c) ^ <d>"])
    line = guarded(command, Fence(cluster, token, math.inf), not_after)
    assert line.endswith(f"&ver>nul&{command}")
    tests = line.removesuffix(f"&ver>nul&{command}")
    assert line.startswith(f"mkdir C:\\changeover\\fence\\{cluster}\\{token_name(token)} 2>nul&")
    assert tests.count(f"exit {NOT_RUN}") == (3 if not_after else 2)
    assert ("wmic" in tests) is (not_after is not None)
    assert tests.count("(") == tests.count(")")


def test_no_name_of_a_variable_can_be_read_out_of_it() -> None:
    """A command line replaces `%name%` where there is such a variable; nothing between two percent signs is one."""
    line = guarded("ver", Fence(7, 1790000000, math.inf), AT)
    between = line.split("%")[1:-1]
    assert len(between) > 5
    assert all(re.search(r"[ ()'\\]", text) for text in between)


def test_it_refuses_a_line_that_has_grown_too_long() -> None:
    fence = Fence(7, 1790000000, math.inf)
    room = LINE_LIMIT - len(guarded("", fence, AT))
    assert room > 7400
    guarded("x" * room, fence, AT)
    with pytest.raises(Unquotable, match="8192 characters"):
        guarded("x" * (room + 1), fence, AT)


def test_the_longest_script_that_is_launched_has_room() -> None:
    _, script = detached_lines("co-" + "9" * 97, ["clpgrp", "-m", "G" * 31, "-a", "N" * 15])
    assert len(guarded(script, Fence(10**9, 10**12 - 1, math.inf), AT)) < LINE_LIMIT / 2


@pytest.mark.parametrize("name", ["t", "tx", "t12x", "", "t²"])
def test_a_folder_that_no_token_of_ours_made_is_told_by_its_name(name: str) -> None:
    assert NotRun("token", name).token == repr(name)


def test_wmic_reads_nothing_from_input() -> None:
    assert clock_line().endswith("<nul")
    assert "^<nul" in guarded("ver", Fence(7, 1, math.inf), AT)


@pytest.mark.parametrize(
    ("code", "stdout", "expected"),
    [
        (NOT_RUN, "changeover-fence: token t001790000042\r\n", NotRun("token", "t001790000042")),
        (NOT_RUN, "changeover-fence: late 20081015120000.250000\r\n", NotRun("late", "20081015120000.250000")),
        (NOT_RUN, "changeover-fence: unkept\r\n", NotRun("unkept")),
        (NOT_RUN, "printed at every start of cmd\r\nchangeover-fence: token t2\r\n", NotRun("token", "t2")),
        (0, "changeover-fence: token t001790000042\r\n", None),
        (NOT_RUN, "", None),
        (NOT_RUN, "said changeover-fence: token t1\r\n", None),
        (1, "", None),
    ],
)
def test_only_the_mark_and_the_exit_code_together_are_a_refusal(
    code: int, stdout: str, expected: NotRun | None
) -> None:
    assert read_not_run(code, stdout) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("\r\r\n\r\r\nLocalDateTime=20081015120000.250000+540\r\r\n\r\r\n", AT),
        ("LocalDateTime=20081015120000.250000-300", AT),
        ("20081015120000.250000", AT),
        ("LocalDateTime=\r\n", None),
        ("LocalDateTime=20081315120000.250000+540", None),
        ("Invalid class", None),
        ("", None),
    ],
)
def test_the_nodes_time_is_read_or_is_unknown(told: str, expected: datetime | None) -> None:
    assert read_clock(told) == expected


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))
def test_a_time_that_was_put_on_a_line_is_read_back(at: datetime) -> None:
    assert read_clock(at.strftime(node_guard.CLOCK_FORMAT)) == at
