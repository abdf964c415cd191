"""Reports: what is counted, over which time, for whom; as a page and as a file."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from console.models import Cluster, Grant, Operation, Site
from console.services.report_rows import moves, rows
from console.services.reports import report
from tests.services import making
from tests.web import world
from tests.web.conftest import signed_in
from tests.web.reading import kept

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Page = Callable[..., str]
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def move(
    cluster: Cluster, outage: float | None = 60.0, status: str = "succeeded", at: datetime = NOON, **columns: object
) -> Operation:
    """A move that ended so, with mail down for so many seconds."""
    down = {"outage_started_at": at, "outage_ended_at": at + timedelta(seconds=outage)} if outage is not None else {}
    values = {"confirmed_at": at, "started_at": at, "ended_at": at + timedelta(seconds=90)} | down
    return world.ended(cluster, status, **values | {"acknowledged_at": timezone.now()} | columns)


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


AROUND = (NOON - timedelta(days=40), NOON + timedelta(days=40))


def test_outages_successes_and_endings_are_counted_per_cluster_and_in_all() -> None:
    tokyo, osaka = making.cluster(), making.cluster("OSAKA", 2)
    for seconds in (10.0, 20.0, 400.5):
        move(tokyo, seconds)
    move(tokyo, None, "failed")
    move(tokyo, None, "stopped")
    move(osaka, 30.0, "uncertain")
    made = report(Cluster.objects.all(), *AROUND)
    assert made.tally.endings == {"succeeded": 3, "failed": 1, "stopped": 1, "uncertain": 1}
    assert made.tally.succeeded == pytest.approx(3 / 5), "what a person stopped is neither"
    by_name = {line.cluster.name: line.tally for line in made.clusters}
    assert (by_name["TOKYO"].outage.p50, by_name["TOKYO"].outage.longest) == (20.0, 400.5)
    assert by_name["OSAKA"].succeeded == 0.0
    assert [operation.cluster.name for operation in made.longest] == ["TOKYO", "OSAKA", "TOKYO", "TOKYO"]


def test_what_moves_nothing_and_what_never_began_is_not_counted() -> None:
    tokyo = making.cluster()
    move(tokyo, None, kind="directory-switch")
    move(tokyo, None, "failed", started_at=None)
    world.running(tokyo)
    assert report(Cluster.objects.all(), NOON - timedelta(days=1), timezone.now()).tally.total == 0


def test_the_period_ends_are_included_and_nothing_beyond() -> None:
    tokyo = making.cluster()
    inside = [move(tokyo, at=NOON), move(tokyo, at=NOON + timedelta(hours=1))]
    move(tokyo, at=NOON - timedelta(milliseconds=2))
    move(tokyo, at=NOON + timedelta(hours=1, milliseconds=2))
    found = moves(Cluster.objects.all(), NOON, NOON + timedelta(hours=1))
    assert [row.number for row in rows(found)] == [operation.pk for operation in inside]


@pytest.mark.parametrize("seconds", [0.0, 0.001, 59.999, 86400.25, 31_000_000.5])
def test_the_database_reckons_seconds_to_the_millisecond(seconds: float) -> None:
    move(making.cluster(), seconds, at=datetime(2026, 3, 29, 0, 59, 59, 123000, tzinfo=UTC))
    (row,) = rows(moves(Cluster.objects.all(), NOON - timedelta(days=400), NOON + timedelta(days=400)))
    assert row.outage == pytest.approx(seconds, abs=0.002)
    assert row.at == pytest.approx(datetime(2026, 3, 29, 0, 59, 59, 123000, tzinfo=UTC).timestamp(), abs=0.002)


def test_months_follow_each_other_without_a_gap_in_the_readers_zone() -> None:
    tokyo = making.cluster()
    with timezone.override("Asia/Tokyo"):
        move(tokyo, at=datetime(2025, 12, 31, 15, 0, tzinfo=UTC))
        made = report(Cluster.objects.all(), datetime(2025, 11, 3, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    assert [(name, tally.total) for name, tally in made.months] == [
        ("2025-11", 0),
        ("2025-12", 0),
        ("2026-01", 1),
        ("2026-02", 0),
    ]


def test_the_page_shows_figures_plots_and_the_longest(olga: Client, tokyo: Cluster, page: Page) -> None:
    for seconds in (10, 20, 65):
        move(tokyo, seconds)
    markup = page(olga, reverse("reports") + "?since=2026-03-01&until=2026-03-31")
    text = plain(markup)
    for words in ("3 succeeded", "100 %", "1 min 05 s", "How long mail was down, 3 times", "2026-03"):
        assert words in text
    assert markup.count("plot__dot") == 3


def test_an_empty_report_says_what_it_would_show(olga: Client, tokyo: Cluster, page: Page) -> None:
    text = page(olga, reverse("reports"))
    assert "nothing has ended" in text
    assert "No drill was begun in this time" in text
    assert '<svg class="plot"' not in text


def test_a_day_that_cannot_be_read_says_so_and_the_report_is_the_usual_one(olga: Client, page: Page) -> None:
    assert "Write the day as 2026-01-31." in page(olga, reverse("reports") + "?since=yesterday")


def test_a_period_the_wrong_way_round_is_turned(olga: Client, tokyo: Cluster, page: Page) -> None:
    move(tokyo)
    assert "1 succeeded" in page(olga, reverse("reports") + "?since=2026-03-31&until=2026-03-01")


@pytest.mark.django_db(transaction=True)
def test_the_file_has_a_line_for_each_move_that_no_spreadsheet_runs(olga: Client, tokyo: Cluster) -> None:
    first = move(tokyo, 12.5, requested_by_name="=cmd()")
    move(tokyo, None, "failed", at=NOON + timedelta(days=1))
    answer = olga.get(reverse("report-csv") + "?cluster=tokyo&since=2026-03-01&until=2026-03-31")
    assert 'filename="moves-2026-03-01-2026-03-31.csv"' in answer["Content-Disposition"]
    told = list(csv.DictReader(io.StringIO(kept(answer))))
    assert [line["status"] for line in told] == ["succeeded", "failed"]
    assert told[0]["operation"] == str(first.pk)
    assert (told[0]["requested_by"], told[0]["outage_seconds"], told[0]["seconds"]) == ("'=cmd()", "12.500", "90.000")
    assert told[1]["outage_seconds"] == ""


@pytest.mark.django_db(transaction=True)
def test_who_sees_one_site_has_a_report_of_that_site_alone(tokyo: Cluster) -> None:
    osaka = making.cluster("OSAKA", 2)
    osaka.site = Site.objects.create(name="west")
    osaka.save()
    move(tokyo), move(osaka)
    user = making.account("wes", "viewer")
    Grant.objects.filter(user=user).update(site=osaka.site)
    text = signed_in(user).get(reverse("reports") + "?since=2026-03-01&until=2026-03-31").content.decode()
    assert "OSAKA" in text
    assert "TOKYO" not in text
    file = signed_in(user).get(reverse("report-csv") + "?since=2026-03-01&until=2026-03-31")
    assert "TOKYO" not in kept(file)


def marked(operation: Operation, *seconds: float) -> Operation:
    """Its three steps with marks in the journal, each so many seconds long."""
    world.write(
        operation, [line for step in ("stop", "move", "greet") for line in (("started", step, ""), ("done", step, ""))]
    )
    at = operation.started_at
    lines = list(operation.journal.order_by("seq"))
    for took, (begin, end) in zip(seconds, list(pairwise(lines))[::2], strict=True):
        begin.at, end.at = at, at + timedelta(seconds=took)
        at = end.at
        begin.save(), end.save()
    return operation


def test_a_run_is_held_against_the_last_good_one(olga: Client, tokyo: Cluster, page: Page) -> None:
    good = marked(move(tokyo, 20), 5, 10, 5)
    marked(move(tokyo, 99, "failed"), 50, 40, 9)
    now = marked(move(tokyo, 70, at=NOON + timedelta(days=1)), 5, 60, 5)
    text = plain(page(olga, reverse("operation-comparison", args=[now.pk])))
    assert f"in operation {good.pk} it was 20 s" in text
    assert "“Move the group” by 50 s" in text
    assert "slower by 50 s" in text
    assert "Nothing that the plans rely on" in text
    on_operation = plain(page(olga, reverse("operation", args=[now.pk])))
    assert "Mail was down for longest in “Move the group”" in on_operation
    assert f"In all 50 s longer than in operation {good.pk}" in on_operation


def test_another_good_run_can_be_chosen(olga: Client, tokyo: Cluster, page: Page) -> None:
    first = marked(move(tokyo, 20), 5, 10, 5)
    marked(move(tokyo, 30), 5, 20, 5)
    now = marked(move(tokyo, 30), 5, 20, 5)
    text = plain(page(olga, reverse("operation-comparison", args=[now.pk]) + f"?with={first.pk}"))
    assert f"in operation {first.pk} it was 20 s" in text


def test_the_first_run_has_nothing_to_be_held_against(olga: Client, tokyo: Cluster, page: Page) -> None:
    text = page(olga, reverse("operation-comparison", args=[marked(move(tokyo, 20), 5, 10, 5).pk]))
    assert "there is nothing to hold it against yet" in text
    assert "Move the group" in text


def test_what_moved_nothing_has_no_such_page(olga: Client, tokyo: Cluster, page: Page) -> None:
    for operation in (move(tokyo, None, kind="directory-switch"), move(tokyo, None, "failed", started_at=None)):
        text = page(olga, reverse("operation-comparison", args=[operation.pk]), 404)
        assert "moved nothing that could be timed" in text


def test_a_report_asks_the_database_as_often_for_many_moves_as_for_few(olga: Client, tokyo: Cluster) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(reverse("reports") + "?since=2026-03-01&until=2026-03-31").status_code == 200
        return len(queries)

    for _ in range(11):  # as many as are listed
        move(tokyo)
    few = asked()
    for _ in range(30):
        move(tokyo)
    assert asked() == few
