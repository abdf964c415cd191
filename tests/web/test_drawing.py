"""The picture of a pair: from data to elements, from steps to what is moving, and the same in words."""

from dataclasses import replace
from itertools import product
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.plan import Step
from console.web.drawing import (
    LEFT,
    MIDDLE,
    RIGHT,
    TITLE_LETTERS,
    Box,
    Link,
    Part,
    Picture,
    Server,
    Sign,
    cut,
    draw,
    in_words,
)
from console.web.drawing_svg import svg
from console.web.picture import moved, stages
from console.web.progress import StepRow

SEEN = Picture(
    servers=(
        Server("TOK-EX1", "primary", Part("active", "active"), Part("15 of 15 running", "good")),
        Server("TOK-EX2", "standby", Part("passive", "idle"), Part("0 of 15 running", "idle")),
    ),
    group="EXCHANGE",
    group_state=Part("Online", "good"),
    group_at="TOK-EX1",
    partition=Part("X: 2 stores mounted", "good"),
    address=Part("10.0.0.9 answers", "good"),
    directory=Part("names TOK-EX1", "good"),
    directory_names="TOK-EX1",
)
NOTHING = Part("unknown", "unknown")
UNKNOWN = replace(
    SEEN,
    servers=tuple(replace(server, state=NOTHING, services=NOTHING) for server in SEEN.servers),
    group_state=NOTHING,
    group_at="",
    partition=NOTHING,
    address=NOTHING,
    directory=NOTHING,
    directory_names="unknown",
)


def box(picture: Picture, part: str) -> Box:
    """The only frame of that part."""
    (found,) = [one for one in draw(picture) if isinstance(one, Box) and one.part == part]
    return found


def links(picture: Picture, part: str) -> list[Link]:
    """The lines that lead to or from a part."""
    return [one for one in draw(picture) if isinstance(one, Link) and one.part == part]


@pytest.mark.parametrize(("at", "x"), [("TOK-EX1", LEFT), ("tok-ex2", RIGHT), ("", MIDDLE), ("ELSEWHERE", MIDDLE)])
def test_the_group_stands_under_the_server_that_has_it_and_else_between_them(at: str, x: float) -> None:
    drawn = replace(SEEN, group_at=at)
    assert box(drawn, "group").x == x
    assert len(links(drawn, "group")) == (1 if x != MIDDLE else 2)


def test_what_is_unknown_leads_to_both_servers_and_nothing_of_it_looks_good() -> None:
    for part in ("group", "directory"):
        assert [link.tone for link in links(UNKNOWN, part)] == ["unknown", "unknown"]
    assert {one.tone for one in draw(UNKNOWN) if isinstance(one, Box | Sign | Link)} == {"unknown"}
    assert "drawing--good" not in svg(UNKNOWN, name="a", words="b")


def test_a_directory_that_names_no_node_leads_to_none() -> None:
    assert links(replace(SEEN, carried=True, directory_names=""), "directory") == []


def test_a_directory_that_disagrees_leads_to_the_server_that_it_names() -> None:
    (link,) = links(replace(SEEN, directory=Part("names TOK-EX2", "bad"), directory_names="TOK-EX2"), "directory")
    assert (link.tone, link.x2 > MIDDLE + 102) == ("bad", True)


def test_every_thing_that_is_drawn_stands_in_the_words_too() -> None:
    words = in_words(SEEN)
    for text in (
        "TOK-EX1 (primary by design): active; services 15 of 15 running.",
        "TOK-EX2 (standby by design)",
        "on TOK-EX1",
    ):
        assert text in words
    for part in (SEEN.partition, SEEN.address, SEEN.directory):
        assert part.words in words


def rows(**states: str) -> tuple[StepRow, ...]:
    """A step of each kind, standing like that."""
    return tuple(
        StepRow(n, Step(kind, kind.replace("_", "."), kind, "p"), state)
        for n, (kind, state) in enumerate(states.items())
    )


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (rows(service_stop="done", partition_free="waiting"), {"stop": "running"}),
        (rows(service_stop="done", partition_free="already"), {"stop": "done"}),
        (rows(group_move="failed", service_start="not-reached"), {"group": "failed", "start": "waiting"}),
        (rows(directory_apply="uncertain", directory_verify="done"), {"directory": "uncertain"}),
        (rows(recheck="done", greeting="running"), {}),
    ],
)
def test_steps_tell_how_far_each_thing_is(steps: tuple[StepRow, ...], found: dict[str, str]) -> None:
    assert stages(steps) == found


def test_a_move_is_shown_as_it_happens() -> None:
    order = ("stop", "group", "directory", "start")
    seen = []
    for number, stage in product(range(len(order)), ("running", "done")):
        how = (
            dict.fromkeys(order[:number], "done")
            | {order[number]: stage}
            | dict.fromkeys(order[number + 1 :], "waiting")
        )
        drawn = moved(SEEN, how, "TOK-EX1", "TOK-EX2")
        seen.append((drawn.heading, drawn.group_at, drawn.turning, drawn.directory_names, drawn.servers[1].state.words))
    one, two = "TOK-EX1", "TOK-EX2"
    assert seen == [
        ("", one, "", one, "passive"),
        ("", one, "", one, "passive"),
        (two, one, "", one, "passive"),
        ("", two, "", one, "passive"),
        ("", two, two, one, "passive"),
        ("", two, "", two, "passive"),
        ("", two, "", two, "takes the group"),
        ("", two, "", two, "takes the group"),
    ]


def test_what_is_on_its_way_moves_and_is_not_shown_as_good() -> None:
    drawn = moved(SEEN, {"stop": "done", "group": "running"}, "TOK-EX1", "TOK-EX2")
    (link,) = links(drawn, "group")
    assert (link.moving, link.tone, box(drawn, "group").x) == (True, "running", MIDDLE)
    assert "is on its way to TOK-EX2" in in_words(drawn)
    assert drawn.servers[0].services == Part("stopped", "idle")


@pytest.mark.parametrize(("state", "tone"), [("failed", "bad"), ("uncertain", "unknown")])
def test_what_broke_off_stays_between_and_says_how(state: str, tone: str) -> None:
    drawn = moved(SEEN, {"group": state}, "TOK-EX1", "TOK-EX2")
    assert drawn.group_state.tone == tone
    assert drawn.heading == "TOK-EX2"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=60))
def test_whatever_a_node_is_called_it_stays_text(name: str) -> None:
    drawn = replace(SEEN, group=name, servers=tuple(replace(s, name=name) for s in SEEN.servers), group_at=name)
    root = ElementTree.fromstring(svg(drawn, name="a", words="b"))
    assert {one.tag for one in root.iter()} <= {"svg", "rect", "text", "path", "circle"}
    assert cut(name, TITLE_LETTERS) in [one.text or "" for one in root.iter("text")]


@pytest.mark.parametrize(("text", "short"), [("abc", "abc"), ("abcd", "abcd"), ("abcde", "abc…"), ("ab de", "ab…")])
def test_what_does_not_fit_is_cut_with_a_sign(text: str, short: str) -> None:
    assert cut(text, 4) == short
