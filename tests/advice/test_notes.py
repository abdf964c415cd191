"""Every note of the guide is said at the right moment, or carried by something else."""

import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from console.catalog import generation
from console.domain.advice import CONDITIONS, PAGES, Circumstances, advice, grace
from tests.advice.page import page

PAGE = Path(__file__).parents[2] / "docs" / "advice.md"
ITEMS = {"2003": 13, "2007": 11}
"""The items of the guide's two lists of notes, counted in the guide."""
MOVE = Circumstances("10.0.0.9", ("smtp", "http"), True, source="EX1", target="EX2")


@pytest.mark.parametrize("key", ITEMS)
def test_every_item_of_the_guide_has_its_note_in_order(key: str) -> None:
    numbers = [int(found.group(1)) for n in generation(key).notes if (found := re.match(r"Notes, item (\d+)", n.place))]
    assert sorted(set(numbers)) == list(range(1, ITEMS[key] + 1))
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("key", ITEMS)
def test_a_note_is_either_said_somewhere_or_carried_by_something(key: str) -> None:
    notes = generation(key).notes
    assert max(Counter(note.key for note in notes).values()) == 1
    for note in notes:
        assert bool(note.text) != bool(note.carried), note.key
        assert bool(note.text) == bool(note.shown), note.key
        assert set(note.shown) <= set(PAGES), note.key
        assert note.when in CONDITIONS, note.key


@pytest.mark.parametrize("key", ITEMS)
@pytest.mark.parametrize("where", PAGES)
def test_every_text_can_be_filled_in(key: str, where: str) -> None:
    for back in (False, True):
        told = advice(generation(key).notes, where, replace(MOVE, back=back, several_groups=True))
        assert told
        assert not any("{" in piece.text for piece in told)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({}, "public-folder-in-a-browser-later", True),
        ({}, "public-folder-in-a-browser", False),
        ({"back": True}, "public-folder-in-a-browser", True),
        ({"back": True}, "public-folder-in-a-browser-later", False),
        ({"public_folders": False}, "public-folder-in-a-browser-later", False),
        ({"public_folders": False}, "system-manager-target", False),
        ({}, "one-mta", False),
        ({"several_groups": True}, "one-mta", True),
        ({}, "asked-to-log-on", False),
    ],
)
def test_a_note_shows_only_under_its_condition(change: dict[str, bool], key: str, said: bool) -> None:
    told = advice(generation("2003").notes, "plan", replace(MOVE, **change))  # type: ignore[arg-type]
    assert (key in [piece.key for piece in told]) is said


def test_only_2007_says_that_users_are_asked_to_log_on_again() -> None:
    assert "asked-to-log-on" in [piece.key for piece in advice(generation("2007").notes, "operation", MOVE)]


def test_clients_are_told_the_address_and_the_protocols_of_the_cluster() -> None:
    told = {piece.key: piece.text for piece in advice(generation("2003").notes, "operation", MOVE)}
    assert "SMTP, OWA" in told["clients-by-address"]
    assert "10.0.0.9" in told["clients-by-address"]


@pytest.mark.parametrize(
    ("slowest", "minutes"), [(None, "10 minutes"), (20.0, "5 minutes"), (150.0, "5 minutes"), (200.0, "7 minutes")]
)
def test_the_grace_follows_what_was_measured_and_is_never_below_the_guides(slowest: float | None, minutes: str) -> None:
    assert f"least {minutes}" in grace(slowest) or (slowest is None and minutes in grace(slowest))


def test_the_page_tells_every_note() -> None:
    if os.environ.get("CHANGEOVER_WRITE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "run with CHANGEOVER_WRITE_DOCS=1, and read what changed"
