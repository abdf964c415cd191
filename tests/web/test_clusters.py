"""The list of clusters and the page of one: what is known, how old it is, and what can be done."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from console.models import Cluster, KitList, KitMailbox, ObservationRecord, ObservationTurn, Operation
from console.services.clock import database_now
from tests.services import making
from tests.web import setup_world, world

Page = Callable[..., str]


def test_without_a_cluster_it_leads_to_the_inventory(olga: Client, page: Page) -> None:
    text = page(olga, "/")
    assert "No clusters yet" in text
    assert reverse("inventory") in text
    assert "make demo" in text


def test_a_cluster_that_was_never_observed_is_unknown_and_not_good(olga: Client, tokyo: Cluster, page: Page) -> None:
    text = page(olga, "/")
    assert "mail unknown" in text
    assert "tone-unknown" in text
    assert "tone-good" not in text


def test_it_shows_which_node_is_active_and_the_age(olga: Client, tokyo: Cluster, page: Page) -> None:
    world.observed(tokyo, active="TOK-EX2", ago=12)
    text = " ".join(page(olga, "/").split())
    assert "mail up" in text
    assert text.index("is-active") > text.index("TOK-EX1")
    assert ">12 s ago<" in text or ">13 s ago<" in text


def test_what_is_old_is_never_shown_as_good(olga: Client, tokyo: Cluster, page: Page) -> None:
    world.observed(tokyo, ago=3600)
    for address in ("/", reverse("cluster", args=["TOKYO"])):
        text = page(olga, address)
        assert "mail was up" in text
        assert "is-stale" in text
        assert "tone-good" not in text
        assert "badge--active" not in text


def test_mail_that_is_down_says_so(olga: Client, tokyo: Cluster, page: Page) -> None:
    world.observed(tokyo, mail="down")
    assert "line--down" in page(olga, "/")
    assert "<strong>1 down</strong>" in page(olga, "/")


def test_a_pair_that_never_had_mail_is_not_set_up_yet_and_one_that_had_is_down(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    def shown() -> str:
        texts = {address: page(olga, address) for address in ("/", reverse("cluster", args=["TOKYO"]))}
        assert all(("No mail yet" in text) == ("not set up yet" in text) for text in texts.values())
        assert ("1 not set up yet" in texts["/"]) != ("<strong>1 down</strong>" in texts["/"])
        return "not set up yet" if "not set up yet" in texts["/"] else "down"

    world.observed(tokyo, mail="down")
    assert shown() == "down", "it may have mail, and nothing says that it is new"
    setup_world.at_rest(tokyo)
    assert shown() == "not set up yet", "its procedure is under way"
    ObservationRecord.objects.update(mail_up_at=timezone.now(), at=timezone.now())
    assert shown() == "down", "mail was up here before"
    row = ObservationRecord.objects.get()
    Operation.objects.update(status="stopped")
    ObservationRecord.objects.update(mail_up_at=None, at=timezone.now(), status=row.status | {"bare": True})
    assert shown() == "not set up yet", "there is no Exchange on its nodes"
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    assert "There is no Exchange on its nodes yet: set the pair up first." in text, "no button suggests a move"
    assert text.index("Set-up procedures") < text.index("Move Exchange")
    assert "Ready for a silent console" not in text


def test_it_shows_the_operation_that_runs(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.running(tokyo, steps_done=1)
    for address in ("/", reverse("cluster", args=["TOKYO"])):
        text = page(olga, address)
        assert reverse("operation", args=[operation.pk]) in text
        assert "1 of 3 steps" in text


def test_an_uncertain_ending_waits_in_view(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = world.ended(tokyo, "uncertain")
    assert "waits to be acknowledged" in page(olga, "/")
    assert "until then this cluster is reserved" in page(olga, reverse("cluster", args=["TOKYO"]))
    assert reverse("operation", args=[operation.pk]) in page(olga, "/")


def test_the_list_asks_the_database_the_same_number_of_times_however_long_it_is(
    olga: Client, tokyo: Cluster, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    olga.get("/")  # what a process keeps from its first page on is no part of it
    for number in range(2, 8):
        world.observed(making.cluster(f"CL{number}", number))
    with django_assert_num_queries(19):  # every row is new
        olga.get("/")
    with django_assert_num_queries(18):
        olga.get("/")


@pytest.mark.parametrize(("active", "suggested"), [("TOK-EX1", "failover"), ("TOK-EX2", "failback"), ("", "")])
def test_the_move_that_makes_sense_is_suggested(
    olga: Client, tokyo: Cluster, page: Page, active: str, suggested: str
) -> None:
    world.observed(tokyo, active=active)
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    primary = [part for part in text.split('<form method="post"') if "button--primary" in part]
    assert [f'value="{suggested}"' in part for part in primary] == ([True] if suggested else [])


def test_the_buttons_tell_who_only_sees_why_they_will_not_work(rita: Client, tokyo: Cluster, page: Page) -> None:
    text = page(rita, reverse("cluster", args=["TOKYO"]))
    assert "The account rita may not start, stop or acknowledge operations on TOKYO" in text
    assert 'aria-disabled="true"' in text


def test_a_cluster_is_found_whatever_the_case(olga: Client, tokyo: Cluster, page: Page) -> None:
    assert "TOK-EX1" in page(olga, "/clusters/tokyo/")


def test_it_can_be_observed_now_by_who_only_sees(rita: Client, tokyo: Cluster) -> None:
    response = rita.post(reverse("observe-cluster", args=["TOKYO"]), {"next": "/"})
    assert response["Location"] == "/"
    assert ObservationTurn.objects.filter(cluster=tokyo).exists()
    elsewhere = rita.post(reverse("observe-cluster", args=["TOKYO"]), {"next": "https://elsewhere.example/"})
    assert elsewhere["Location"] == reverse("cluster", args=["TOKYO"])


def test_all_can_be_observed_now(rita: Client, tokyo: Cluster) -> None:
    making.cluster("OSAKA", 2)
    assert rita.post(reverse("observe-all"))["Location"] == "/"
    assert ObservationTurn.objects.count() == 2


def test_what_can_be_done_is_kept_as_fresh_as_what_is_seen(olga: Client, tokyo: Cluster, page: Page) -> None:
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    for region in ("headline", "nodes", "move", "recent"):
        assert f'data-region id="{region}"' in text


def test_it_shows_how_ready_the_kits_are(olga: Client, tokyo: Cluster, page: Page) -> None:
    address = reverse("cluster", args=["TOKYO"])
    assert "They have not been read yet." in page(olga, address)
    now = database_now()
    listed = KitList.objects.create(cluster=tokyo, read_at=now - timedelta(hours=3), whole_at=now)
    KitMailbox.objects.create(list=listed, guid="1", dn="CN=One")
    shown = page(olga, address)
    assert "1 mailboxes, brought up to date 3 hours ago, read whole just now." in shown
    assert "manage.py nodekey issue" in shown
