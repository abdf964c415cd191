"""Where a person comes back to: from the sign-in, and from an address that takes a form and cannot be opened."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.urls import reverse

from console.models import Cluster
from console.web.way_back import nearest, page_of
from tests.access.routes import a_world, routes
from tests.web import world

pytestmark = pytest.mark.django_db


def test_above_every_address_that_takes_a_form_only_there_is_a_page(ada: Client) -> None:
    made, found = a_world(), {}
    for route in routes():
        if route.door is not None and route.door.methods == ("POST",) and not route.signed:
            address = made.address(route).partition("?")[0]
            found[address] = nearest(address)
    assert len(found) > 50
    assert all(address.startswith(page) and address != page for address, page in found.items())
    opened = {page: ada.get(page, follow=True).status_code for page in set(found.values())}
    assert opened == dict.fromkeys(found.values(), 200)


def test_a_form_that_was_sent_comes_back_to_where_it_stood(tokyo: Cluster) -> None:
    stop = reverse("operation", args=[7]) + "stop/"

    def after(referer: str, address: str = stop) -> str:
        return page_of(RequestFactory().post(address, headers={"Referer": referer}))

    assert after("http://testserver/incidents/?cluster=1") == "/incidents/?cluster=1"
    assert after("") == after("https://elsewhere.example/incidents/") == after(f"http://testserver{stop}")
    assert after("") == "/operations/7/"
    assert after("http://testserver/", "/maintenance/windows/add/?of=1") == "/maintenance/windows/add/?of=1"


def test_who_was_signed_out_meanwhile_comes_back_to_the_page_and_is_told_that_nothing_was_done(
    tokyo: Cluster, olga: Client
) -> None:
    Session.objects.all().delete()
    answer = olga.post(reverse("prepare-plan", args=["TOKYO"]), {"kind": "failover"})
    assert answer["Location"] == "/sign-in/?next=%2Fclusters%2FTOKYO%2F"
    assert "Nothing was done with what you sent." in olga.get(answer["Location"]).content.decode()
    assert not tokyo.plans.exists()


def test_a_page_that_came_of_a_form_says_which_page_it_belongs_to(tokyo: Cluster, olga: Client) -> None:
    operation = world.running(tokyo)
    plan = reverse("plan", args=[operation.plan_id])
    refused = olga.post(reverse("confirm-plan", args=[operation.plan_id]))
    assert refused.status_code in (409, 422)
    assert f'data-page="{plan}"' in refused.content.decode()
    assert "data-page" not in olga.get(plan).content.decode()


def test_an_address_that_cannot_be_opened_leads_to_its_page(tokyo: Cluster, olga: Client) -> None:
    answer = olga.get(reverse("observe-cluster", args=["TOKYO"]))
    assert answer.status_code == 405
    assert 'href="/clusters/TOKYO/"' in answer.content.decode()


def test_a_page_is_asked_for_by_its_head_too(tokyo: Cluster, olga: Client) -> None:
    address = reverse("cluster", args=["TOKYO"])
    head = olga.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert olga.head(reverse("observe-cluster", args=["TOKYO"])).status_code == 405
