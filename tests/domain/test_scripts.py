"""A script is ours only as long as every character after its marker is as we wrote it."""

from hypothesis import given
from hypothesis import strategies as st

from console.domain.scripts import MARKER, is_ours, marked

BODY = 'if "%CLP_EVENT%" == "RECOVER" goto end\r\nnet start MSExchangeIS\r\n:end\r\n'
lines = st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30), max_size=6)


@given(lines)
def test_what_we_mark_is_ours_whatever_its_line_ends(body):
    script = marked("\n".join(body))
    assert is_ours(script)
    assert is_ours(script.replace("\r\n", "\n"))
    assert is_ours("@echo off\r\n" + script)


@given(lines, st.integers(0, 200), st.characters(min_codepoint=33, max_codepoint=126))
def test_one_more_character_anywhere_after_the_marker_makes_it_another_script(body, at, extra):
    script = marked("\n".join(body))
    start = script.index("\n") + 1
    place = start + at % (len(script) - start + 1)
    assert not is_ours(script[:place] + extra + script[place:])


def test_the_guides_script_and_an_empty_one_are_not_ours():
    assert not is_ours(BODY)
    assert not is_ours("")


def test_a_marker_that_is_not_at_the_top_marks_nothing():
    assert not is_ours("net stop MSExchangeIS\r\n" + marked(BODY))


def test_a_marker_without_a_checksum_marks_nothing():
    assert not is_ours(f"{MARKER}\r\n{BODY}")
