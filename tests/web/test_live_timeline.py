"""The steps in time: bars over what is usual, a forecast that says what it rests on, and silence that is said."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from console.models import Cluster, JournalLine, Operation
from console.web import gantt
from console.web.gantt import Bar, Scale
from tests.services import making
from tests.web import world

Page = Callable[..., str]
STEPS = ("stop", "move", "greet")


def ran(cluster: Cluster, *seconds: float, kind: str = "failover", status: str = "succeeded") -> Operation:
    """A run that is over, whose steps took so many seconds."""
    operation = world.ended(cluster, status, kind)
    marks(operation, timezone.now() - timedelta(hours=1), *seconds)
    return operation


def marks(operation: Operation, at: datetime, *seconds: float) -> None:
    """Steps begun and done one after the other from `at` on; the one after the last of them is begun."""
    lines = []
    for key, took in zip(STEPS, seconds, strict=False):
        lines += [("started", key, at), ("done", key, at := at + timedelta(seconds=took))]
    if len(seconds) < len(STEPS):
        lines.append(("started", STEPS[len(seconds)], at))
    JournalLine.objects.bulk_create(
        JournalLine(operation=operation, seq=seq, at=when, kind=kind, step=key, text=key)
        for seq, (kind, key, when) in enumerate(lines, operation.last_seq + 1)
    )
    Operation.objects.filter(pk=operation.pk).update(last_seq=operation.last_seq + len(lines))


def runs(cluster: Cluster, *seconds: float, since: float, **columns: object) -> Operation:
    """One that runs: it began so long ago, and its first steps took so many seconds."""
    began = timezone.now() - timedelta(seconds=since)
    operation = world.running(cluster, **{"started_at": began} | columns)
    marks(operation, began, *seconds)
    return operation


def told(page: Page, client: Client, operation: Operation, part: str) -> str:
    """The words of a part of the page, on one line."""
    text = page(client, reverse("operation-state", args=[operation.pk]))
    regions = re.split(r'data-region id="', text)
    found = next(region for region in regions if region.startswith(f'{part}"'))
    return " ".join(re.sub(r"<[^>]*>", " ", found.partition(">")[2]).split())


@pytest.mark.django_db
def test_each_step_stands_beside_the_median_of_the_last_runs(olga: Client, tokyo: Cluster, page: Page) -> None:
    for seconds in ((10, 100, 1), (20, 200, 1), (60, 300, 1)):
        ran(tokyo, *seconds)
    operation = runs(tokyo, 25, since=40)
    text = told(page, olga, operation, "steps")
    assert "the median of the last 3 runs" in text
    assert "25 s usually 20 s" in text
    assert "usually 3 min 20 s" in text


@pytest.mark.django_db
def test_only_runs_of_the_same_kind_and_cluster_that_succeeded_tell_what_is_usual(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    ran(tokyo, 10, 10, 10, kind="failback")
    ran(tokyo, 10, 10, 10, status="failed")
    ran(making.cluster("OSAKA", 2), 10, 10, 10)
    operation = runs(tokyo, 25, since=40)
    assert "usually" not in told(page, olga, operation, "steps")


@pytest.mark.django_db
def test_a_step_that_took_clearly_longer_than_ever_is_marked(olga: Client, tokyo: Cluster, page: Page) -> None:
    ran(tokyo, 10, 10, 10)
    slow = runs(tokyo, 40, since=45)
    text = page(olga, reverse("operation", args=[slow.pk]))
    assert text.count("Longer than ever before") == 1
    Operation.objects.filter(pk=slow.pk).update(status="succeeded", ended_at=timezone.now())
    fast = runs(tokyo, 41, since=45)
    assert "Longer than ever before" not in page(olga, reverse("operation", args=[fast.pk]))


@pytest.mark.django_db
def test_the_end_is_foretold_as_a_range_with_what_it_rests_on(olga: Client, tokyo: Cluster, page: Page) -> None:
    for _ in range(3):
        ran(tokyo, 10, 100, 200)
    operation = runs(tokyo, 10, since=10)
    text = told(page, olga, operation, "now")
    found = re.search(r"Ends between (?:\S+ )?(\S+) and (?:\S+ )?(\S+) , by the last 3 runs\.", text)
    assert found, text
    soonest, latest = (datetime.strptime(one, "%H:%M:%S") for one in found.groups())
    assert 55 <= (latest - soonest).total_seconds() % 86400 <= 65, "300 s are left, a tenth less to a tenth more"


@pytest.mark.django_db
def test_without_a_run_before_it_says_so_instead_of_guessing(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = runs(tokyo, 10, since=10)
    text = told(page, olga, operation, "now")
    assert "No forecast yet. No fail over of TOKYO has succeeded before" in text
    assert "how long 2 of the steps ahead take. By their deadlines it ends before" in text
    waiting = making.operation(making.cluster("OSAKA", 2))
    assert "By their deadlines" not in told(page, olga, waiting, "now"), "nobody knows when it begins"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "columns",
    [
        {"lease_until": timezone.now() - timedelta(minutes=1)},
        {"status": "uncertain", "ended_at": timezone.now()},
        {"status": "succeeded", "ended_at": timezone.now()},
    ],
)
def test_nothing_is_foretold_of_what_is_over_or_whose_worker_is_not_seen(
    olga: Client, tokyo: Cluster, page: Page, columns: dict[str, object]
) -> None:
    ran(tokyo, 10, 100, 200)
    text = told(page, olga, runs(tokyo, 10, since=10, **columns), "now")
    assert "Ends between" not in text
    assert "No forecast" not in text
    assert "No progress" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(("since", "hidden"), [(20, True), (100, False)])
def test_silence_is_said_once_it_means_something(
    olga: Client, tokyo: Cluster, page: Page, since: int, hidden: bool
) -> None:
    operation = runs(tokyo, 10, since=10 + since)
    text = page(olga, reverse("operation-state", args=[operation.pk]))
    found = re.search(r'<p class="quiet" id="quiet" data-heard="[^"]*" data-after="60"( hidden)?>', text)
    assert found
    assert bool(found[1]) == hidden
    assert "It gives up by itself at" in text


@pytest.mark.django_db
def test_a_step_that_is_usually_silent_for_long_may_be(olga: Client, tokyo: Cluster, page: Page) -> None:
    ran(tokyo, 10, 200, 10)
    operation = runs(tokyo, 10, since=210)
    assert 'data-after="300" hidden' in page(olga, reverse("operation-state", args=[operation.pk]))


# -- the picture


@given(st.floats(0.001, 1e7), st.floats(-1e7, 1e7), st.floats(0.0, 1e7))
def test_a_bar_lies_within_the_scale_and_is_seen(width: float, start: float, length: float) -> None:
    bar = Scale(width).bar(start, length)
    assert 0.0 <= bar.x <= 100.0
    assert bar.width >= gantt.NARROWEST
    assert bar.x + bar.width <= 100.0 + 1e-6


@pytest.mark.parametrize(
    ("seconds", "marks"),
    [(9.0, [0, 2, 4, 6, 8]), (90.0, [0, 30, 60, 90]), (4000.0, [0, 900, 1800, 2700, 3600]), (0.5, [0])],
)
def test_the_scale_has_round_marks(seconds: float, marks: list[int]) -> None:
    assert [mark.seconds for mark in Scale(seconds).marks()] == marks


def test_a_track_draws_what_is_over_what_is_usual() -> None:
    scale = Scale(200.0)
    drawn = gantt.track("good", Bar(10.0, 20.0), scale.bar(20.0, 100.0), 60.0, scale.marks())
    picture = ElementTree.fromstring(drawn)
    bars = [(one.get("class"), one.get("x"), one.get("width")) for one in picture.iter("rect")]
    assert bars == [("gantt__usual", "10.00%", "20.00%"), ("gantt__run gantt__run--good", "10.00%", "50.00%")]
    assert [one.get("x1") for one in picture.iter("line")][-1] == "60.00%"
    assert picture.get("aria-hidden") == "true", "the words beside it say the same"


def test_the_axis_keeps_its_words_inside_and_escapes_them() -> None:
    marks = Scale(90.0).marks()
    picture = ElementTree.fromstring(gantt.axis(marks, ["0 s", "<b>", "1 min", "90 s"]))
    texts = [(one.text, one.get("text-anchor")) for one in picture.iter("text")]
    assert texts == [("0 s", "start"), ("<b>", "middle"), ("1 min", "middle"), ("90 s", "end")]
