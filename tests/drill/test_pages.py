"""The pages of drills: begun from the cluster's page, followed, sent back, ended; the report at the end."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from console.models import Cluster, Drill, Grant, Site
from console.services.drills_followed import follow
from tests.drill.test_drills import away, begun, carried_out
from tests.services import making
from tests.web import world

Page = Callable[..., str]


@pytest.fixture
def seen(tokyo: Cluster) -> Cluster:
    world.observed(tokyo)
    return tokyo


def plain(text: str) -> str:
    return " ".join(strip_tags(text).split())


def test_the_form_leads_to_the_plan_of_the_way_there(olga: Client, seen: Cluster, page: Page) -> None:
    address = reverse("begin-drill", args=[seen.name])
    assert "Make the plan of the way there" in page(olga, address)
    answer = olga.post(address, {"reason": "yearly", "minutes": "30"})
    drill = Drill.objects.get()
    assert answer["Location"] == reverse("plan", args=[drill.there_plan_id])
    assert (drill.rest_seconds, drill.reason) == (1800, "yearly")


def test_a_form_that_lacks_something_says_what(olga: Client, seen: Cluster) -> None:
    answer = olga.post(reverse("begin-drill", args=[seen.name]), {"minutes": "-1"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Say why in a few words" in text
    assert not Drill.objects.exists()


def test_where_none_can_begin_the_page_says_why(olga: Client, tokyo: Cluster) -> None:
    address = reverse("begin-drill", args=[tokyo.name])
    assert "Which node of TOKYO has the group is not known." in olga.get(address).content.decode()
    answer = olga.post(address, {"reason": "yearly"})
    assert answer.status_code == 409


def test_a_drill_is_followed_on_its_page_to_its_report(olga: Client, seen: Cluster, page: Page) -> None:
    drill = begun(seen)
    address = reverse("drill", args=[drill.pk])
    assert f"Plan {drill.there_plan_id} of the way there" in page(olga, address)
    there = carried_out(drill.there_plan)
    assert f"drill {drill.pk}" in page(olga, reverse("operation", args=[there.pk])), "its operation leads to it"
    follow(drill.pk)
    assert "Send it back now" in page(olga, address)
    answer = olga.post(reverse("drill-plan", args=[drill.pk]))
    drill.refresh_from_db()
    assert answer["Location"] == reverse("plan", args=[drill.back_plan_id])
    carried_out(drill.back_plan)
    follow(drill.pk)
    shown = page(olga, address)
    assert '<strong>Rest on <span class="nowrap">TOK-EX2</span></strong>' in shown, "its name is kept whole"
    text = plain(shown)
    assert "TOKYO was moved to TOK-EX2 and back to TOK-EX1." in text
    assert "Way there" in text
    assert "Way back" in text
    assert "End the drill here" not in text


def test_what_is_not_to_be_planned_is_refused_on_the_page(olga: Client, seen: Cluster) -> None:
    drill = begun(seen)
    carried_out(drill.there_plan)
    stale = olga.post(reverse("drill-end", args=[drill.pk]), {"reason": ""})
    assert stale.status_code == 409
    assert "No reason was given." in stale.content.decode()
    assert olga.post(reverse("drill-end", args=[drill.pk]), {"reason": "snow"}).status_code == 302
    answer = olga.post(reverse("drill-plan", args=[drill.pk]))
    assert answer.status_code == 409


def test_a_way_back_that_waits_for_a_person_says_so_everywhere(olga: Client, seen: Cluster, page: Page) -> None:
    drill = away(seen)
    Drill.objects.update(state="back", waits="An approval is needed.")
    assert "The way back waits for a person." in page(olga, reverse("drill", args=[drill.pk]))
    assert "waits for a person" in page(olga, reverse("drills"))


def test_who_only_looks_sees_it_and_gets_no_buttons(rita: Client, seen: Cluster, page: Page) -> None:
    drill = begun(seen)
    text = page(rita, reverse("drill", args=[drill.pk]))
    assert "may not" in text
    assert "End the drill here" not in text
    assert rita.post(reverse("drill-end", args=[drill.pk]), {"reason": "x"}).status_code == 403


def test_a_text_of_others_is_never_markup(olga: Client, seen: Cluster) -> None:
    drill = begun(seen)
    Drill.objects.update(reason=world.HOSTILE, waits=world.HOSTILE, begun_by_name=world.HOSTILE, state="back")
    for address in (reverse("drill", args=[drill.pk]), reverse("drills"), reverse("reports")):
        assert "<script>alert" not in olga.get(address).content.decode()


def test_the_list_of_none_says_how_to_begin(olga: Client, page: Page) -> None:
    assert "No drill yet" in page(olga, reverse("drills"))


def test_a_number_that_is_no_drill_is_said_to_be_none(olga: Client) -> None:
    answer = olga.get(reverse("drill", args=[4711]))
    assert answer.status_code == 404
    assert "There is no drill 4711" in answer.content.decode()


def test_one_of_a_cluster_that_one_may_not_see_is_not_there(seen: Cluster) -> None:
    drill = begun(seen)
    stranger = Client()
    stranger.force_login(making.account("stranger", "viewer"))

    Grant.objects.filter(user__username="stranger").update(site=Site.objects.create(name="elsewhere"))
    assert stranger.get(reverse("drill", args=[drill.pk])).status_code == 404
