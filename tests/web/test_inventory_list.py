"""The inventory's list: a kept row is never old nor another reader's, and 50 take as many questions as one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, set_script_prefix
from django.utils import translation

from console.models import Cluster, Directory, Node, Site
from console.templatetags import inventory as kept
from console.templatetags.inventory import cluster_rows
from console.web.inventory_list import Line, Listed, ListedNode, asked, lines
from tests import personas
from tests.services import making
from tests.web.conftest import signed_in

Page = Callable[..., str]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_kept_yet() -> None:
    kept._kept.cache_clear()


def row(user: User) -> str:
    """The list's rows as they are now."""
    return cluster_rows(lines(asked(Cluster.objects.all()), user))


def made_anew(user: User) -> str:
    """The same where nothing is kept."""
    kept._kept.cache_clear()
    return row(user)


Change = Callable[[Cluster], object]


def of_cluster(**values: Any) -> Change:
    return lambda cluster: Cluster.objects.filter(pk=cluster.pk).update(**values)


def of_node(**values: Any) -> Change:
    return lambda cluster: Node.objects.filter(cluster=cluster, role="standby").update(**values)


CHANGES: dict[str, Change] = {
    "name": of_cluster(name="<b>KYOTO</b>&"),
    "generation": of_cluster(generation="2007"),
    "driver": of_cluster(driver="mscs"),
    "group": of_cluster(group="OTHER"),
    "floating_ip": of_cluster(floating_ip="192.0.2.77"),
    "directory": lambda _: Directory.objects.update(name="elsewhere"),
    "site": lambda _: Site.objects.update(name="north"),
    "node name": of_node(name="<i>&"),
    "node role": lambda cluster: Node.objects.filter(cluster=cluster, role="standby").delete(),
    "node address": of_node(address="192.0.2.78"),
    "node port": of_node(port=5986),
    "node allow_clear_text": of_node(allow_clear_text=True),
}


def test_each_value_of_a_row_is_changed_here() -> None:
    shown = {*Listed._fields, *(f"node {name}" for name in ListedNode._fields)} - {"pk"}
    assert CHANGES.keys() == shown
    assert Line._fields == ("cluster", "nodes", "changeable")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_row_is_another_one_as_soon_as_something_that_it_shows_is(tokyo: Cluster, change: Change) -> None:
    ada = personas.ada()
    before = row(ada)
    assert row(ada) == before
    change(tokyo)
    now = row(ada)
    assert now == made_anew(ada) != before
    assert "<b>KYOTO" not in now
    assert "<i>&" not in now


def test_two_clusters_of_the_same_values_lead_each_to_their_own_form(tokyo: Cluster) -> None:
    first = Line(Listed(1, "A", "2003", "mscs", "G", "192.0.2.1", "corp", "main"), (), changeable=True)
    second = first._replace(cluster=first.cluster._replace(pk=2))
    texts = [cluster_rows([one]) for one in (first, second)]
    assert [reverse("inventory-edit", args=["clusters", pk]) in text for pk, text in enumerate(texts, 1)] == [True] * 2


def test_a_row_is_read_in_each_readers_language_and_leads_into_the_console_that_is_asked(tokyo: Cluster) -> None:
    ada, found = personas.ada(), set()
    for language in ("en", "ja"):
        with translation.override(language):
            found.add(row(ada))
            assert row(ada) == made_anew(ada)
    set_script_prefix("/elsewhere/")
    try:
        assert 'href="/elsewhere/inventory/' in row(ada)
    finally:
        set_script_prefix("/")
    assert len(found) == 2


def test_only_who_may_change_a_cluster_is_led_to_its_form_though_its_row_is_kept(
    ada: Client, rita: Client, tokyo: Cluster, page: Page
) -> None:
    osaka = making.cluster("OSAKA", 2)
    forms = [reverse("inventory-edit", args=["clusters", one.pk]) for one in (tokyo, osaka)]
    tom = signed_in(personas.person("tom", "administrator", on=tokyo))
    for _ in range(2):  # the second time all of them are kept
        for reader, leads in ((ada, [True, True]), (rita, [False, False]), (tom, [True, False])):
            text = page(reader, reverse("inventory"))
            assert [form in text for form in forms] == leads
    assert "OSAKA" not in page(tom, reverse("inventory"))


def test_the_list_takes_as_many_questions_for_many_clusters_as_for_one(ada: Client, tokyo: Cluster) -> None:
    def questions() -> list[str]:
        with CaptureQueriesContext(connection) as asked_for:
            ada.get(reverse("inventory"))
        return [one["sql"] for one in asked_for.captured_queries]

    one = questions()
    for number in range(2, 8):
        making.cluster(f"C{number}", number)
    many = questions()
    assert len(many) == len(one)
    of_clusters = [sql for sql in many if sql.startswith('SELECT "console_cluster"."id"')]
    assert of_clusters
    assert not [sql for sql in of_clusters if "tickets" in sql], "read, and told nowhere"
