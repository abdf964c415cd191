"""Plots: well-formed, inside their frame, the same every time, and harmless whatever a name holds."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain import plots
from console.domain.plots import Column, Dot, Line, Pair

SPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('x')</script>&\"\x07"
DOTS = st.builds(
    Dot,
    st.floats(0, 1),
    st.floats(0, 1e6),
    st.sampled_from(("good", "bad")),
    st.text(st.characters(max_codepoint=0xD7FF), max_size=9),
)


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


@given(st.lists(DOTS, max_size=30))
def test_every_dot_lies_inside_its_frame(of: list[Dot]) -> None:
    svg = read(plots.dots(of, [Line(3.0, "median")], ("first", "last"), "Outages"))
    circles = svg.findall(f"{SPACE}circle")
    assert len(circles) == len(of)
    for circle in circles:
        assert plots.LEFT <= float(circle.get("cx", "")) <= plots.WIDTH - plots.RIGHT
        assert plots.TOP <= float(circle.get("cy", "")) <= plots.HEIGHT - plots.BOTTOM


def test_a_hundred_thousand_dots_become_few_and_the_longest_stays() -> None:
    many = [Dot(number / 100_000, number % 977, "good", str(number)) for number in range(100_000)]
    kept = plots.thinned(many)
    assert len(kept) == plots.MOST_DOTS
    assert max(dot.seconds for dot in kept) == max(dot.seconds for dot in many)
    assert [dot.at for dot in kept] == sorted(dot.at for dot in kept)


def test_columns_are_as_high_as_what_they_count() -> None:
    svg = read(
        plots.columns([Column("2026-01", (("good", 3), ("bad", 1))), Column("2026-02", (("good", 4),))], "Moves")
    )
    heights = [float(rect.get("height", "")) for rect in svg.findall(f"{SPACE}rect")]
    assert heights[0] == pytest.approx(3 * heights[1], abs=0.2)
    assert heights[2] == pytest.approx(heights[0] + heights[1], abs=0.2)


def test_a_pair_shows_now_without_mail_and_before() -> None:
    svg = read(plots.pairs([Pair("Move", 10.0, 4.0, 5.0), Pair("New", 1.0, 0.0, None)], "Steps"))
    widths = {(rect.get("class") or ""): float(rect.get("width", "")) for rect in svg.findall(f"{SPACE}rect")[:3]}
    assert widths["plot--now"] == pytest.approx(2 * widths["plot--before"], abs=0.2)
    assert widths["plot--outage"] == pytest.approx(0.4 * widths["plot--now"], abs=0.2)


@pytest.mark.parametrize(
    "svg",
    [
        plots.dots([Dot(0.5, 1.0, "good", HOSTILE)], [Line(1.0, HOSTILE)], (HOSTILE, ""), HOSTILE),
        plots.columns([Column(HOSTILE, (("good", 1),))], HOSTILE),
        plots.pairs([Pair(HOSTILE, 1.0, 0.5, 2.0)], HOSTILE),
    ],
)
def test_a_name_is_never_markup(svg: str) -> None:
    assert {element.tag.removeprefix(SPACE) for element in read(svg).iter()} <= {
        "svg", "title", "text", "line", "circle", "rect"
    }  # fmt: skip
    assert "<script" not in svg


def test_empty_plots_are_plots() -> None:
    for svg in (plots.dots([], [], ("", ""), "none"), plots.columns([], "none"), plots.pairs([], "none")):
        assert read(svg).get("role") == "img"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (45, "45 s"), (120, "2 min"), (5400, "1.5 h")])
def test_an_axis_speaks_in_round_times(seconds: float, text: str) -> None:
    assert plots.seconds_text(seconds) == text
