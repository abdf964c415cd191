"""Signing in again before a dangerous act."""

import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.web.session_limits import BEGUN
from tests import personas
from tests.sign_in.browsers import actions, code, sign_in, text_of, with_app

pytestmark = pytest.mark.django_db
AGAIN = "/sign-in/again/"


def long_ago(client: Client) -> None:
    """Let the sign-in lie an hour back."""
    session = client.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] = time.time() - 3600
    session[BEGUN] = int(time.time()) - 3600
    session.modified = True
    session.save()


@pytest.fixture
def olga() -> Client:
    """Signed in an hour ago."""
    client = sign_in(personas.olga().username)
    assert client.get(reverse("change-password")).status_code == 200, "just after the sign-in nothing is asked"
    long_ago(client)
    return client


def test_a_page_comes_back_after_the_password(olga: Client) -> None:
    address = olga.get(reverse("change-password"))["Location"]
    assert address == f"{AGAIN}?next=%2Faccount%2Fpassword%2F"
    page = olga.get(address).content.decode()
    assert "Is it you, olga?" in page
    assert 'value="/account/password/"' in page
    assert (
        olga.post(AGAIN, {"password": personas.PASSWORD, "next": "/account/password/"})["Location"]
        == "/account/password/"
    )
    assert olga.get("/account/password/").status_code == 200
    assert actions()[-1] == "account:session:signed-in-again"


def test_a_form_is_not_kept_but_sent_again_from_its_page() -> None:
    ada = sign_in(personas.ada().username)
    long_ago(ada)
    told = {"kind": "account", "key": "olga", "reason": "do not keep me"}
    response = ada.post(reverse("unlock-sign-in"), told, HTTP_REFERER="http://testserver/sign-ins/?page=2")
    assert response["Location"] == f"{AGAIN}?next=%2Fsign-ins%2F%3Fpage%3D2"
    assert "do not keep me" not in str(dict(ada.session.items()))
    assert "Nothing was done yet" in ada.get(response["Location"]).content.decode()
    foreign = ada.post(reverse("unlock-sign-in"), told, HTTP_REFERER="https://elsewhere.example/")
    assert foreign["Location"] == f"{AGAIN}?next=%2Fsign-ins%2F"


def test_a_wrong_password_is_counted_and_lets_nobody_through(olga: Client) -> None:
    response = olga.post(AGAIN, {"password": "not hers", "next": "/account/password/"})
    assert "do not fit" in response.content.decode()
    assert olga.get("/account/password/").status_code == 302
    assert actions()[-1] == "account:session:refused"


def test_a_stranger_at_the_sign_in_cannot_keep_her_from_it(olga: Client, settings: Settings) -> None:
    settings.SIGN_IN_FAILURES = {"account": 2, "address": 50}
    for _ in range(2):
        sign_in("olga", "guessed", client=Client(REMOTE_ADDR="10.0.0.9"))
    assert "too many" in text_of(sign_in("olga"))
    assert olga.post(AGAIN, {"password": personas.PASSWORD, "next": "/"})["Location"] == "/"
    for _ in range(2):
        olga.post(AGAIN, {"password": "guessed"})
    assert "too many" in olga.post(AGAIN, {"password": personas.PASSWORD}).content.decode()


def test_the_second_factor_will_do_as_well(olga: Client) -> None:
    client, secret, _ = with_app(personas.olga())
    long_ago(client)
    assert client.get("/account/password/").status_code == 302
    page = client.get(f"{AGAIN}?next=/account/password/").content.decode()
    assert f"{reverse('mfa_reauthenticate')}?next=%2Faccount%2Fpassword%2F" in page
    form = client.get(f"{reverse('mfa_reauthenticate')}?next=/account/password/").content.decode()
    assert 'name="next" value="/account/password/"' in form
    response = client.post(reverse("mfa_reauthenticate"), {"code": code(secret), "next": "/account/password/"})
    assert response["Location"] == "/account/password/"
    assert client.get("/account/password/").status_code == 200


def test_it_never_leads_to_another_site(olga: Client) -> None:
    told = {"password": personas.PASSWORD, "next": "//elsewhere.example/"}
    assert olga.post(AGAIN, told)["Location"] == "/"
