"""What a page of another site tries by the browser of somebody who is signed in here."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from console.models import AuditRecord, Cluster
from tests import personas
from tests.attacks.addresses import named_addresses

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    r"/\evil.example",
    r"\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    " https://evil.example/",
    "https://testserver@evil.example/",
    "/%0d%0aLocation:https://evil.example",
    "\thttps://evil.example",
]


@pytest.fixture
def visitor(tokyo: Cluster) -> Client:
    """Ada's browser, whose forms are checked as in use."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(personas.ada())
    return client


def test_no_address_takes_a_form_without_its_token(visitor: Client) -> None:
    before = AuditRecord.objects.count()
    taken = {}
    for _, address in named_addresses():
        status = visitor.post(address, {"reason": "x"}).status_code
        if status not in (403, 404, 405):
            taken[address] = status
    assert taken == {}
    assert AuditRecord.objects.count() == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_posts_is_refused_even_with_the_token(tokyo: Cluster, ada: Client, site: str) -> None:
    address = reverse("prepare-plan", args=["TOKYO"])
    response = ada.post(address, {"kind": "failover"}, headers={"sec-fetch-site": site})
    assert response.status_code == 403
    assert "was not accepted" in response.content.decode()
    assert not tokyo.plans.exists()
    assert ada.post(address, {"kind": "failover"}, headers={"sec-fetch-site": "same-origin"}).status_code == 302


def test_a_form_with_the_origin_of_another_is_refused(visitor: Client, tokyo: Cluster) -> None:
    visitor.get("/")
    token = visitor.cookies["csrftoken"].value
    address = reverse("prepare-plan", args=["TOKYO"])
    data = {"kind": "failover", "csrfmiddlewaretoken": token}
    assert visitor.post(address, data, headers={"origin": "https://evil.example"}).status_code == 403
    assert visitor.post(address, data, headers={"origin": "null"}).status_code == 403
    assert not tokyo.plans.exists()
    assert visitor.post(address, data, headers={"origin": "http://testserver"}).status_code == 302


@pytest.mark.parametrize(
    ("mode", "place", "method", "status"),
    [
        ("navigate", "document", "GET", 200),
        ("navigate", "iframe", "GET", 403),
        ("navigate", "embed", "GET", 403),
        ("no-cors", "image", "GET", 403),
        ("no-cors", "script", "GET", 403),
        ("cors", "empty", "GET", 403),
        ("navigate", "document", "POST", 403),
    ],
)
def test_another_site_may_link_here_and_nothing_else(
    tokyo: Cluster, ada: Client, mode: str, place: str, method: str, status: int
) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": mode, "sec-fetch-dest": place}
    assert ada.generic(method, "/", headers=headers).status_code == status


def test_a_host_that_is_not_ours_is_refused_whatever_says_so(ada: Client) -> None:
    assert ada.get("/", headers={"host": "evil.example"}).status_code == 400
    assert ada.get("/", headers={"x-forwarded-host": "evil.example"}).status_code == 200
    assert "evil.example" not in ada.get("/", headers={"x-forwarded-host": "evil.example"}).content.decode()


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_sign_in_leads_to_no_other_site(db: None, target: str) -> None:
    personas.olga()
    form = {"username": "olga", "password": personas.PASSWORD, "next": target}
    address = f"{reverse('sign-in')}"
    _stays(Client().post(address, form))
    client = Client()
    client.force_login(personas.olga())
    _stays(client.get(address, {"next": target}))


@pytest.mark.slow
@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_form_leads_to_another_site(ada: Client, tokyo: Cluster, target: str) -> None:
    """Every address that takes a form is given a place to go to by every name that is in use for one."""
    where = {"next": target, "back": target, "to": target, "url": target, "return": target, "theme": "dark"}
    for address in {address for _, address in named_addresses()} - {reverse("sign-out")}:
        _stays(ada.post(f"{address}?next={target}", where))


def _stays(response: object) -> None:
    place = getattr(response, "headers", {}).get("Location", "/")
    assert "\n" not in place
    assert re.match(r"/(?![/\\])", place) or place == "", place
