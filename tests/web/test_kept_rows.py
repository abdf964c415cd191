"""Rows of operations and of reports that are kept: none is old, none is another reader's, none is another console's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, set_script_prefix
from django.utils import timezone, translation

from console.models import Cluster, Drill, Operation
from console.services.report_rows import Row
from console.services.reports import ClusterLine, Named, Report, Tally
from console.templatetags import operations as kept
from console.templatetags import reports as kept_reports
from console.templatetags.operations import Shown, operation_rows
from console.templatetags.reports import report_lines
from tests import personas
from tests.web import world

Page = Callable[..., str]
pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)
SPAN = timedelta(minutes=7)


@pytest.fixture(autouse=True)
def _nothing_is_kept_yet() -> None:
    kept._kept.cache_clear()
    kept_reports._line.cache_clear()


@pytest.fixture
def ended(tokyo: Cluster) -> Operation:
    """A failover that has ended, with an outage."""
    operation = world.ended(tokyo, "succeeded")
    times: dict[str, Any] = {"confirmed_at": AT, "started_at": AT, "outage_started_at": AT}
    times |= {"ended_at": AT + SPAN, "outage_ended_at": AT + SPAN}
    Operation.objects.filter(pk=operation.pk).update(**times)
    return operation


def row(operation: Operation, *, short: bool = False) -> str:
    """Its row as it is now."""
    return operation_rows(Operation.objects.select_related("cluster").filter(pk=operation.pk), short=short)


def made_anew(operation: Operation, *, short: bool = False) -> str:
    """The same where nothing is kept."""
    kept._kept.cache_clear()
    return row(operation, short=short)


CHANGES: dict[str, dict[str, Any]] = {
    "id": {},
    "kind": {"kind": "failback"},
    "target": {"target": "OTHER"},
    "status": {"status": "uncertain"},
    "automatic": {"automatic": True},
    "origin": {"automatic": True, "origin": "webhook"},
    "requested_by_name": {"requested_by_name": "<b>somebody else</b>"},
    "assigned_to_name": {"status": "waiting", "assigned_to_name": "somebody"},
    "acknowledged_at": {"status": "uncertain", "acknowledged_at": AT},
    "confirmed_at": {"confirmed_at": AT + SPAN},
    "started_at": {"started_at": None},
    "ended_at": {"ended_at": AT + 2 * SPAN},
    "outage_started_at": {"outage_started_at": None},
    "outage_ended_at": {"outage_ended_at": None},
    "todo": {"status": "failed", "todo": ["a mailbox"]},
}


def test_each_value_of_a_row_is_changed_here() -> None:
    assert CHANGES.keys() == {*Shown._fields, "todo"}


@pytest.mark.parametrize("changes", [given for given in CHANGES.values() if given], ids=str)
def test_a_row_is_another_one_as_soon_as_something_that_it_shows_is(ended: Operation, changes: dict[str, Any]) -> None:
    before = row(ended)
    assert row(ended) == before
    for name, value in changes.items():  # one after the other: each of them alone may be what a row is kept under
        Operation.objects.filter(pk=ended.pk).update(**{name: value})
        now = row(ended)
        assert now == made_anew(ended)
    assert now != before


def test_a_cluster_with_a_new_name_has_it_in_its_rows(ended: Operation) -> None:
    assert ">TOKYO<" in row(ended)
    Cluster.objects.update(name="KYOTO")
    assert ">KYOTO<" in row(ended)
    assert "KYOTO" not in row(ended, short=True)


def test_a_row_is_read_in_each_readers_language_zone_and_day(ended: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    found = set()
    for language in ("en", "ja"):
        for zone in ("UTC", "Asia/Tokyo"):
            with translation.override(language), timezone.override(zone):
                found.add(row(ended))
                assert row(ended) == made_anew(ended)
    assert len(found) == 4
    with timezone.override("UTC"):
        assert ">2026-01-31 22:30:00<" in row(ended)
        monkeypatch.setattr("django.utils.timezone.now", lambda: AT + timedelta(hours=1))
        assert ">22:30:00<" in row(ended)


def test_a_row_leads_into_the_console_that_is_asked(ended: Operation) -> None:
    row(ended)
    set_script_prefix("/elsewhere/")
    try:
        assert 'href="/elsewhere/operations/' in row(ended)
    finally:
        set_script_prefix("/")


def test_what_goes_on_counts_on(tokyo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = world.running(tokyo)
    start = timezone.now()
    Operation.objects.filter(pk=operation.pk).update(started_at=start, outage_started_at=start)
    found = set()
    for seconds in (65, 125):
        at = start + timedelta(seconds=seconds)
        monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at)
        found.add(row(operation))
    assert len(found) == 2


def test_a_list_of_operations_is_read_in_one_question(rita: Client, ended: Operation) -> None:
    for number in range(3):
        world.ended(ended.cluster, "failed", automatic=bool(number % 2))
    with CaptureQueriesContext(connection) as asked:
        text = rita.get(reverse("operations")).content.decode()
    assert text.count('<td data-label="Ending">') == 4
    told = (one["sql"] for one in asked.captured_queries)
    of_rows = [sql for sql in told if '"console_operation"."target"' in sql and "LIMIT" in sql]
    assert len(of_rows) == 1
    assert "findings" not in of_rows[0]


def test_who_sees_one_cluster_has_no_row_of_another_though_it_is_kept(
    rita: Client, ended: Operation, tokyo: Cluster, page: Page
) -> None:
    from tests.services import making
    from tests.web.conftest import signed_in

    other = world.ended(making.cluster("OSAKA", 2), "succeeded")
    both = page(rita, reverse("operations"))
    assert (f"#{ended.pk}<" in both, f"#{other.pk}<" in both) == (True, True)
    alone = page(signed_in(personas.person("tom", "viewer", on=tokyo)), reverse("operations"))
    assert (f"#{ended.pk}<" in alone, f"#{other.pk}<" in alone) == (True, False)
    assert "OSAKA" not in alone


# --- reports


def line(name: str, *outages: float, since: datetime = AT, drill: Drill | None = None) -> str:
    """The row of a cluster with those outages."""
    rows = [Row(number, 1, "succeeded", 0.0, seconds) for number, seconds in enumerate(outages)]
    one = ClusterLine(Named(1, name), rows, drill)
    return report_lines([one], Report(since, AT + timedelta(days=90), Tally(), (one,), (), (), (), ()))


def test_a_line_of_a_report_is_another_one_for_each_thing_that_it_shows(tokyo: Cluster) -> None:
    there = world.ended(tokyo, "succeeded")
    drill = Drill(pk=7, cluster=tokyo, there=there, state=Drill.State.SUCCEEDED, begun_at=AT)
    later = Drill(pk=7, cluster=tokyo, there=there, state=Drill.State.FAILED, begun_at=AT)
    asked: list[Callable[[], str]] = [
        lambda: line("ALPHA", 60.0),
        lambda: line("BRAVO", 60.0),
        lambda: line("ALPHA", 61.0),
        lambda: line("ALPHA", 60.0, 60.0),
        lambda: line("ALPHA"),
        lambda: line("ALPHA", 60.0, since=AT - timedelta(days=2)),
        lambda: line("ALPHA", 60.0, drill=drill),
        lambda: line("ALPHA", 60.0, drill=later),
    ]
    first = [ask() for ask in asked]
    assert [ask() for ask in asked] == first
    assert len(set(first)) == len(asked)
    kept_reports._line.cache_clear()
    assert [ask() for ask in asked] == first


def test_a_line_of_a_report_is_read_in_each_readers_language() -> None:
    found = set()
    for language in ("en", "ja"):
        with translation.override(language):
            found.add(line("ALPHA", 60.0))
    assert len(found) == 2


def test_a_hostile_name_is_no_markup_in_a_kept_line() -> None:
    assert "<b>" not in line("<b>&", 60.0)
    assert "&lt;b&gt;&amp;" in line("<b>&", 60.0)
