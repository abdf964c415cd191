"""Lists of hundreds of clusters come in pages, in an order that is that of all of them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.services import making
from tests.web import world

Page = Callable[..., str]


@pytest.fixture
def three(db: None) -> tuple[str, ...]:
    """The names of three clusters; the last is the only one that was observed."""
    names = ("ALPHA", "BRAVO", "CAIRO")
    made = [making.cluster(name, number) for number, name in enumerate(names, 1)]
    world.observed(made[-1])
    return names


def shown(text: str, names: tuple[str, ...]) -> list[str]:
    """The clusters that have a row, in their order."""
    return sorted((name for name in names if f">{name}<" in text), key=lambda name: text.index(f">{name}<"))


@pytest.mark.parametrize("name", ["readiness", "reports", "inventory"])
def test_a_long_list_is_turned_page_by_page(
    ada: Client, three: tuple[str, ...], page: Page, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = shown(page(ada, reverse(name)), three)
    assert sorted(whole) == list(three)
    monkeypatch.setattr(f"console.web.{name}.PAGE", 2)
    first, second = page(ada, reverse(name)), page(ada, reverse(name) + "?page=2")
    assert shown(rows(first), three) + shown(rows(second), three) == whole
    assert 'rel="next" href="?page=2"' in first
    assert "3 clusters" in first
    assert 'rel="prev" href="?page=1"' in second


def rows(text: str) -> str:
    """The first table of a page."""
    return text[text.index("<tbody") : text.index("</tbody>")]


def test_a_report_for_print_has_every_cluster(
    ada: Client, three: tuple[str, ...], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.web.reports.PAGE", 2)
    assert 'href="?all=1"' in page(ada, reverse("reports"))
    assert shown(rows(page(ada, reverse("reports") + "?all=1")), three) == list(three)
