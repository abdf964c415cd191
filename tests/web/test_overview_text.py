"""Rows of the overview that are kept from look to look: none is old or another reader's, and sums are taken on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from console.domain.checks import Check, Verdict
from console.models import Cluster, ObservationRecord
from console.web import overview_rows, overview_text
from console.web.overview_cells import Cell
from console.web.overview_row import Row
from console.web.overview_rows import ROWS
from console.web.overview_sums import Sums
from console.web.overview_text import FORMS, Told, text_of
from tests import personas
from tests.services import making
from tests.web import world
from tests.web.conftest import signed_in
from tests.web.test_overview import CHANGES, fine, row

Page = Callable[..., str]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_kept_yet() -> None:
    ROWS.forget()


def texts(found: Row) -> list[str]:
    """The row in every form, without how long ago it was read."""
    return [text_of(form, found.told(), None if found.quiet else found.card, "v", found.read_at) for form in FORMS]


OTHER: dict[str, Any] = {
    "states": ("trouble",),
    "order": (9, "zz"),
    "news": True,
    "mail_tone": "bad",
    "alarms": ("It burns.",),
    "pair": (("OTHER", "active"),),
    "stale": True,
    "stale_after": 7,
    "read": False,
}
"""Another value of what is no text."""


@pytest.mark.parametrize("name", Told._fields)
def test_a_kept_row_is_another_one_as_soon_as_something_that_it_shows_is(tokyo: Cluster, name: str) -> None:
    fine(tokyo)
    before = row(tokyo).told()
    cells = before.cells._replace(directory=Cell("<b>", "bad", "t"))
    change: dict[str, Any] = {name: ({"cells": cells, "pk": before.pk + 1} | OTHER).get(name, "<b>&")}
    after = before._replace(**change)

    def shown(told: Told) -> list[str]:
        return [text_of(form, told, None, "v", "2026-01-31T00:00:00+00:00") for form in FORMS]

    first, now = shown(before), shown(after)
    assert now != first == shown(before)
    overview_text._kept.cache_clear()
    assert shown(after) == now
    if name not in ("mail", "address"):  # made by the console itself
        assert not any("<b>" in text for text in now)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_kept_is_what_a_process_shows_that_has_just_begun(
    tokyo: Cluster, change: Callable[[Cluster], object]
) -> None:
    fine(tokyo)
    texts(row(tokyo))
    change(tokyo)
    kept = {}
    for language in ("en", "ja"):
        with translation.override(language):
            kept[language] = texts(row(tokyo))
    sums = ROWS.now().sums
    for language, found in kept.items():
        ROWS.forget()
        with translation.override(language):
            assert texts(row(tokyo)) == found
    assert sums == ROWS.now().sums
    assert not set(kept["en"]) & set(kept["ja"])


def test_a_cluster_that_was_only_seen_anew_is_not_made_again_and_says_when_it_was_read(tokyo: Cluster) -> None:
    fine(tokyo, ago=60)
    before = row(tokyo)
    old = [before.render(form) for form in FORMS]
    made = overview_text._kept.cache_info().misses
    fine(tokyo, ago=5)
    after = row(tokyo)
    new = [after.render(form) for form in FORMS]
    assert overview_text._kept.cache_info().misses == made
    assert before.version != after.version
    for text, other in zip(new, old, strict=True):
        assert f'data-version="{after.version}"' in text
        assert f'datetime="{after.read_at}"' in text
        assert before.version not in text
        assert before.read_at not in text
        assert ("1 min 0" in text, "1 min 0" in other) == (False, True)
        assert "\x00" not in text


def test_nothing_is_kept_of_what_goes_on(tokyo: Cluster) -> None:
    world.running(tokyo)
    for steps in (1, 2):
        fine(tokyo)
        tokyo.operations.update(steps_done=steps)
        assert f"{steps} of 3 steps" in row(tokyo).render("tile")
    assert not overview_text._kept.cache_info().currsize


def test_checks_that_say_something_else_are_read_and_the_same_ones_once(tokyo: Cluster) -> None:
    def observe(verdict: Verdict) -> str:
        fine(tokyo)
        ObservationRecord.objects.update(checks=[Check("a", "A", verdict, "so").to_json()])
        return row(tokyo).cells.readiness.tone

    row(tokyo)
    told = [observe(verdict) for verdict in (Verdict.PASS, Verdict.PASS, Verdict.FAIL, Verdict.PASS)]
    assert told == ["good", "good", "bad", "good"]
    assert overview_rows._glance.cache_info().misses == 2


def test_sums_are_those_of_the_rows_after_each_look_also_when_the_newest_of_them_gets_older(tokyo: Cluster) -> None:
    osaka = making.cluster("OSAKA", 2)
    steps: list[Callable[[], object]] = [
        lambda: fine(tokyo, ago=50),
        lambda: fine(osaka, ago=20),
        lambda: world.observed(tokyo, mail="down", ago=40),
        lambda: fine(osaka, ago=45),
        lambda: world.running(tokyo),
        lambda: fine(tokyo, ago=1),
        osaka.delete,
    ]
    for step in steps:
        step()
        seen = ROWS.now()
        assert seen.sums == Sums.of(list(seen.rows.values()))
    assert seen.sums.newest == row(tokyo).read_at


def test_the_sums_of_who_sees_one_cluster_are_of_that_one(tokyo: Cluster, olga: Client, page: Page) -> None:
    osaka = making.cluster("OSAKA", 2)
    world.observed(osaka, mail="down")
    fine(tokyo, ago=70)
    assert "1 up, 1 down" in page(olga, reverse("wall"))
    alone = page(signed_in(personas.person("tom", "viewer", on=tokyo)), reverse("wall"))
    assert "1 up, 0 down" in alone
    assert f'data-newest="{row(tokyo).read_at}"' in alone
    assert row(osaka).read_at not in alone


def test_time_alone_makes_a_kept_row_old(tokyo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    fine(tokyo)
    assert "was on" not in row(tokyo).render("tile")
    later = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert "was on" in row(tokyo).render("tile")
