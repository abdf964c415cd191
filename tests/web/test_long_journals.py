"""Pages of operations with long journals: none of their questions reads a journal from one end to the other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from console.models import Cluster, JournalLine, Operation
from console.services import advice
from tests.services import making
from tests.web import world

Page = Callable[..., str]
LINES = 200


@pytest.fixture
def moved(tokyo: Cluster) -> Operation:
    """A move that has ended, after another one; its journal has a line that begins, many of output, one that ends."""
    world.observed(tokyo)
    world.ended(tokyo, "succeeded")
    last = world.ended(tokyo, "succeeded")
    JournalLine.objects.filter(operation=last).delete()
    kinds = ("started", *["output"] * LINES, "done")
    lines = (
        JournalLine(operation=last, seq=seq, at=last.confirmed_at, kind=kind, step=making.STEPS[0].key, text="x")
        for seq, kind in enumerate(kinds, 1)
    )
    JournalLine.objects.bulk_create(lines)
    Operation.objects.filter(pk=last.pk).update(last_seq=LINES + 2)
    return last


@pytest.mark.parametrize("name", ["operation", "operation-state"])
def test_a_page_asks_for_a_window_of_the_journal_or_by_the_kind_of_line(
    olga: Client, moved: Operation, page: Page, name: str
) -> None:
    with CaptureQueriesContext(connection) as asked:
        page(olga, reverse(name, args=[moved.pk]))
    assert len(read_whole(asked)) == 0


def test_how_long_stopping_took_is_read_by_the_kind_of_line(moved: Operation) -> None:
    Operation.objects.update(outage_started_at=moved.confirmed_at)
    JournalLine.objects.filter(seq=LINES + 2).update(at=moved.confirmed_at + timedelta(seconds=7))
    with CaptureQueriesContext(connection) as asked:
        assert advice.slowest_stop(moved.cluster) == 7
    assert len(read_whole(asked)) == 0


def read_whole(asked: CaptureQueriesContext) -> list[str]:
    """The plans of those questions that read all lines of a journal; there is at least one that does not."""
    plans = [told(sql) for one in asked if '"console_journalline"' in (sql := one["sql"]) and "LIMIT" not in sql]
    assert plans, "the marks of the steps are read"
    return [plan for plan in plans if "journal_by_kind" not in plan and "seq=?" not in plan]


def told(question: str) -> str:
    """How the database goes about it."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {question}")
        return " ".join(str(row[-1]) for row in cursor.fetchall())
