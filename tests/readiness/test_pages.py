"""The pages of readiness, the drawing of its history, and a button that says why it would refuse."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from console.models import Cluster, ObservationRecord, ObservationTurn, ReadinessChange
from console.services.readiness import Point
from console.web import history_drawn, sparkline
from tests.readiness.looking import GOOD, SILENT, UNTOLD, looked
from tests.services import making
from tests.web.conftest import signed_in
from tests.windows.opening import demanding

START = datetime(2026, 1, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
UNBROKEN = re.compile(r'<span class="nowrap">([^<]*)</span>')
Page = Callable[..., str]
HISTORIES = st.lists(
    st.tuples(st.timedeltas(timedelta(), WEEK), st.none() | st.integers(0, 100)), max_size=20, unique_by=lambda p: p[0]
)


def points(*found: tuple[timedelta, int | None]) -> list[Point]:
    """A history, oldest first."""
    return [Point(START + after, score, "", ()) for after, score in sorted(found, key=lambda one: one[0])]


def of(text: str, part: str) -> str:
    """A region of a page."""
    return text.split(f'id="{part}"')[1].split("data-region")[0].split("</main>")[0]


def test_the_drawing_is_a_line_of_steps_that_is_broken_where_nothing_is_known() -> None:
    found = points((timedelta(), 100), (timedelta(days=2), None), (timedelta(days=3), 0), (timedelta(days=5), 50))
    drawn = sparkline.stretches(found, START, START + WEEK)
    assert sparkline.path(drawn) == "M3 3H69.9M103.3 45H170.1V24H237"
    svg = sparkline.drawing(found, START, START + WEEK, 80, "so it was")
    assert svg.count("spark__unknown") == 1
    assert 'aria-label="so it was"' in svg


@given(HISTORIES)
def test_every_stretch_lies_within_the_drawing_and_none_begins_before_the_last(
    found: list[tuple[timedelta, int | None]],
) -> None:
    drawn = sparkline.stretches(points(*found), START, START + WEEK)
    edges = [edge for one in drawn for edge in (one.left, one.right)]
    assert edges == sorted(edges)
    assert all(sparkline.EDGE <= edge <= sparkline.WIDTH - sparkline.EDGE for edge in edges)
    levels = [float(one) for one in re.findall(r"(?:V|M[\d.]+ )([\d.]+)", sparkline.path(drawn))]
    assert all(sparkline.EDGE <= level <= sparkline.HEIGHT - sparkline.EDGE for level in levels)


def test_what_holds_for_a_moment_only_can_still_be_seen() -> None:
    drawn = sparkline.stretches(points((WEEK - timedelta(seconds=9), 100)), START, START + WEEK)
    assert sparkline.path(drawn) == "M233 3H237"


def test_it_is_said_in_words_too() -> None:
    found = points((timedelta(), 100), (timedelta(days=1), None), (timedelta(days=2), 45))
    assert sparkline.in_words(found, "7 days") == "Readiness over 7 days: now 45, between 45 and 100, unknown once."
    assert "nothing was kept" in sparkline.in_words([], "7 days")


def test_the_least_ready_cluster_comes_first_and_what_nobody_knows_is_not_good(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    looked(tokyo, *GOOD)
    looked(making.cluster("OSAKA", 2), *SILENT)
    making.cluster("KYOTO", 3)
    looked(making.cluster("NAGOYA", 4), *UNTOLD)
    text = page(olga, "/readiness/")
    names = re.findall(r'/clusters/(\w+)/readiness/"', text)
    assert names == ["OSAKA", "KYOTO", "NAGOYA", "TOKYO"]
    kyoto = text.split("/clusters/KYOTO/readiness/")[1].split("</tr>")[0]
    assert "not checked" in kyoto
    assert "tone-good" not in kyoto


def drawn(*clusters: Cluster, later: timedelta = timedelta()) -> list[str]:
    """Their drawings on the page of all clusters."""
    found = history_drawn.drawings(clusters, WEEK, "7 days", timezone.now() + later)
    return [found[cluster.pk] for cluster in clusters]


def test_a_drawing_is_kept_until_a_row_of_the_history_is_written(
    tokyo: Cluster, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    osaka = making.cluster("OSAKA", 2)
    looked(tokyo, *GOOD, minutes=-60)
    before = drawn(tokyo, osaka)
    assert ("now 100" in before[0], "nothing was kept" in before[1]) == (True, True)
    with django_assert_num_queries(1):
        assert drawn(tokyo, osaka) == before
    looked(osaka, *SILENT, minutes=-30)
    looked(tokyo, *SILENT, minutes=-30)
    now = drawn(tokyo, osaka)
    assert ("between 49 and 100" in now[0], "now 49" in now[1]) == (True, True)


def test_a_kept_drawing_goes_on_with_the_time_and_with_what_is_asked_of_the_cluster(tokyo: Cluster) -> None:
    looked(tokyo, *GOOD, minutes=-60)
    before = drawn(tokyo)
    assert drawn(tokyo, later=timedelta(days=1)) != before
    assert "nothing was kept" in drawn(tokyo, later=timedelta(days=8))[0]
    tokyo.readiness_least = 10
    assert drawn(tokyo) != before


def test_what_is_old_is_not_shown_as_ready(olga: Client, tokyo: Cluster, page: Page) -> None:
    looked(tokyo, *GOOD)
    assert "tone-good" in of(page(olga, "/clusters/TOKYO/readiness/"), "now")
    ObservationRecord.objects.update(at=START)
    now = of(page(olga, "/clusters/TOKYO/readiness/"), "now")
    assert "was ready" in now
    assert "tone-good" not in now


def test_a_clusters_page_has_every_check_what_it_weighs_and_what_changed(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    looked(tokyo, *GOOD)
    looked(tokyo, *SILENT, minutes=1)
    text = page(olga, "/clusters/TOKYO/readiness/")
    checks = UNBROKEN.sub(r"\1", of(text, "checks"))
    assert checks.index("node.reach TOK-EX2") < checks.index("node.reach TOK-EX1")
    assert "Mend node.reach." in checks
    assert "weighs 4" in checks
    history = UNBROKEN.sub(r"\1", of(text, "history"))
    assert history.count("<tr>") == 3, "the head, and two rows"
    assert "node.reach TOK-EX2</span>" in history, "the check by its title"
    assert "<code>" not in history


def test_a_row_of_before_titles_were_kept_names_the_check_by_its_key(olga: Client, tokyo: Cluster, page: Page) -> None:
    looked(tokyo, *SILENT)
    ReadinessChange.objects.update(weak=[["node.reach", "TOK-EX2", "fail"]])
    assert "<code>node.reach</code>" in of(page(olga, "/clusters/TOKYO/readiness/"), "history")


def test_what_is_ready_says_nothing_of_what_keeps_it_from_100_but_to_who_listens(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    looked(tokyo, *GOOD)
    assert '<span class="visually-hidden">nothing</span>' in of(page(olga, "/readiness/"), "readiness")


def test_an_empty_page_says_what_to_expect(olga: Client, page: Page) -> None:
    assert "No clusters yet" in page(olga, "/readiness/")


def test_a_button_that_would_refuse_says_every_reason_and_checks_again(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    demanding(tokyo)
    looked(tokyo, *SILENT)
    part = of(page(olga, "/clusters/TOKYO/"), "move").split('id="whys-failover"')[1].split("</details>")[0]
    assert "All 2 reasons" in part
    for told in ("maintenance window only", "node.reach says so.", "Mend node.reach.", "Check again"):
        assert told in part
    back = "/clusters/TOKYO/#move"
    response = olga.post("/clusters/TOKYO/observe/", {"next": back})
    assert response["Location"] == back
    assert ObservationTurn.objects.get(cluster=tokyo).pressing


def test_a_button_that_would_not_refuse_says_nothing(olga: Client, tokyo: Cluster, page: Page) -> None:
    looked(tokyo, *GOOD)
    text = page(olga, "/clusters/TOKYO/")
    assert 'id="whys-failover"' not in text
    assert "The group is on TOK-EX1 already." in text.split('id="whys-failback"')[1].split("</details>")[0]


@pytest.mark.parametrize("state", ["never", "nothing"])
def test_where_nothing_could_be_checked_the_button_says_that(
    olga: Client, tokyo: Cluster, page: Page, state: str
) -> None:
    if state == "nothing":
        looked(tokyo)
    part = page(olga, "/clusters/TOKYO/").split('id="whys-failover"')[1].split("</details>")[0]
    assert ("not observed yet" if state == "never" else "Nothing could be checked") in part


def test_who_may_only_look_is_told_so_among_the_reasons(tokyo: Cluster, page: Page) -> None:
    looked(tokyo, *GOOD)
    part = page(signed_in(making.account("rita", "viewer")), "/clusters/TOKYO/").split('id="whys-failover"')[1]
    assert "The account rita may not" in part.split("</details>")[0]
