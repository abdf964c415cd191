"""OpenID Connect against a provider built on Authlib: groups of the claim, names of its own, and what goes wrong."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from oidc_provider_mock import User as Claims
from oidc_provider_mock import run_server_in_thread
from pytest_django import Settings

from console.models import AuditRecord, GroupMapping
from tests import personas
from tests.sign_in.browsers import actions

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE = {
    "s-1": {"preferred_username": "Jo", "groups": ["mail-operators", "canteen"]},
    "s-2": {"preferred_username": "olga", "groups": ["mail-operators"]},
    "s-3": {"preferred_username": "kim", "groups": ["canteen"]},
    "s-4": {"preferred_username": "lee", "groups": "mail-operators"},
    "s-5": {"preferred_username": "max", "groups": {"mail-operators": True}},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider's address; it knows those people."""
    with run_server_in_thread(user_claims=[Claims(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def settled(settings: Settings, provider: str) -> Group:
    """The console trusts that provider, and one of its groups means something."""
    app = {**settings.OIDC, "client_id": "changeover", "secret": "s3cret", "settings": {"server_url": provider}}
    app["settings"]["oauth_pkce_enabled"] = True
    settings.OIDC = app
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    group = Group.objects.create(name="mail people")
    GroupMapping.objects.create(outside="mail-operators", group=group)
    return group


def come_in(sub: str, then: str = "/operations/", client: Client | None = None) -> Client:
    """A browser that has been to the provider and back; `last` is what the console answered."""
    client = client or Client()
    away = client.post(reverse("openid_connect_login", args=["oidc"]), {"next": then})["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
    assert asked["redirect_uri"] == "http://testserver/sign-in/oidc/back/"
    assert asked["code_challenge_method"] == "S256"
    back = requests.post(away, data={"sub": sub}, allow_redirects=False, timeout=10).headers["Location"]
    client.last = client.get(back)  # type: ignore[attr-defined]
    return client


def answer(client: Client) -> tuple[int, str]:
    return client.last.status_code, client.last.content.decode()  # type: ignore[attr-defined]


def test_who_is_in_a_group_that_means_something_comes_in_with_it_and_no_other(settled: Group) -> None:
    client = come_in("s-1")
    assert client.last["Location"] == "/operations/"  # type: ignore[attr-defined]
    user = User.objects.get()
    assert user.username == "jo@oidc"
    assert list(user.groups.all()) == [settled]
    assert not user.has_usable_password()
    assert actions() == ["account:user:groups-taken-over", "account:session:signed-in"]
    assert (AuditRecord.objects.order_by("-seq")[0].after or {})["how"] == ["socialaccount"]


def test_the_groups_are_taken_over_again_at_each_sign_in(settled: Group) -> None:
    come_in("s-1")
    user = User.objects.get()
    own = Group.objects.create(name="given here")
    user.groups.add(own)
    GroupMapping.objects.all().delete()
    GroupMapping.objects.create(outside="canteen", group=Group.objects.create(name="cooks"))
    GroupMapping.objects.create(outside="something else", group=settled)
    come_in("s-1")
    assert sorted(group.name for group in user.groups.all()) == ["cooks", "given here"]


def test_nobody_becomes_somebody_else_by_his_name() -> None:
    olga = personas.olga()
    come_in("s-2")
    assert User.objects.exclude(pk=olga.pk).get().username == "olga@oidc"


def test_who_is_in_no_such_group_is_told_so_and_has_no_account() -> None:
    status, text = answer(come_in("s-3"))
    assert status == 403
    assert "in no group that may use this console" in text
    assert not User.objects.exists()
    assert actions() == ["account:session:refused"]


def test_who_is_no_longer_in_one_is_kept_out() -> None:
    come_in("s-1")
    GroupMapping.objects.update(outside="somebody else's")
    status, _ = answer(client := come_in("s-1"))
    assert status == 403
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(("sub", "status"), [("s-4", 302), ("s-5", 403)])
def test_a_claim_of_another_shape_gives_nothing_it_does_not_say(sub: str, status: int) -> None:
    assert answer(come_in(sub))[0] == status


def test_an_account_that_is_switched_off_stays_out() -> None:
    come_in("s-1")
    User.objects.update(is_active=False)
    status, text = answer(come_in("s-1"))
    assert status == 403
    assert "switched off" in text


def test_a_second_factor_is_asked_for_unless_the_provider_asks_itself(settings: Settings, settled: Group) -> None:
    from console.models import Grant

    Grant.objects.create(group=settled, role="operator")
    settings.SECOND_FACTOR_ROLES = {"operator"}
    assert come_in("s-1").get("/")["Location"] == reverse("mfa_index")
    settings.OIDC_IS_SECOND_FACTOR = True
    assert come_in("s-1").get("/").status_code == 200


def test_an_answer_that_nobody_asked_for_is_refused() -> None:
    client = Client()
    client.last = client.get(reverse("openid_connect_callback", args=["oidc"]), {"code": "x", "state": "y"})  # type: ignore[attr-defined]
    status, text = answer(client)
    assert status == 403
    assert "did not let you in" in text
    assert actions() == ["account:session:refused"]


def test_the_button_is_there_only_with_a_provider(settings: Settings) -> None:
    assert "Sign in with single sign-on" in Client().get("/sign-in/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "single sign-on" not in Client().get("/sign-in/").content.decode()
    assert Client().post(reverse("openid_connect_login", args=["oidc"])).status_code == 404
    assert Client().get(reverse("openid_connect_callback", args=["oidc"])).status_code == 404


def test_a_stranger_does_not_begin_it_by_a_link() -> None:
    assert Client().get(reverse("openid_connect_login", args=["oidc"])).status_code == 405


def test_signing_in_again_goes_by_the_provider() -> None:
    client = come_in("s-1")
    page = client.get(reverse("account_reauthenticate")).content.decode()
    assert re.search(r'action="/sign-in/oidc/\?auth_params=prompt%3Dlogin"', page)
    away = client.post("/sign-in/oidc/?auth_params=prompt%3Dlogin", {"next": "/account/"})["Location"]
    assert parse_qs(urlsplit(away).query)["prompt"] == ["login"]
