"""OpenID Connect against a provider built on Authlib: groups of the claim, names of its own, and what goes wrong."""

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from oidc_provider_mock import User as Claims
from oidc_provider_mock import app
from pytest_django import Settings
from werkzeug.serving import make_server

from console.adapters.outbound import Outbound
from console.domain.outbound import AllowList
from console.lab.certificates import Authority
from console.models import AuditRecord, GroupMapping
from console.web import sign_in_adapters
from tests import personas
from tests.sign_in.browsers import actions

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning:authlib.*"),
]
PEOPLE = {
    "s-1": {"preferred_username": "Jo", "groups": ["mail-operators", "canteen"]},
    "s-2": {"preferred_username": "olga", "groups": ["mail-operators"]},
    "s-3": {"preferred_username": "kim", "groups": ["canteen"]},
    "s-4": {"preferred_username": "lee", "groups": "mail-operators"},
    "s-5": {"preferred_username": "max", "groups": {"mail-operators": True}},
}


Come = Callable[..., Client]
HOST, ADDRESS = "idp.example.test", "198.51.100.7"


@dataclass(frozen=True)
class Provider:
    """A provider over TLS, and the way out of the console that leads to it."""

    port: int
    authority: Path
    elsewhere: list[str]
    """Where else somebody wanted to go."""

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    def out(self) -> Outbound:
        """As the console's own, with a name server and a network on which the provider has a public address."""
        return Outbound(AllowList.read([HOST, ADDRESS]), resolve=self._resolve, dial=self._dial)

    def _resolve(self, host: str, port: int) -> list[str]:
        return [ADDRESS] if host == HOST else self.elsewhere.append(host) or []

    def _dial(self, place: tuple[str, int], within: float) -> socket.socket:
        assert place == (ADDRESS, self.port)
        return socket.create_connection(("127.0.0.1", self.port), within)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """It knows the people above."""
    files = Authority(tmp_path_factory.mktemp("provider")).issue("provider", [HOST])
    program = app(user_claims=[Claims(sub=sub, claims=claims) for sub, claims in PEOPLE.items()])
    tls = (str(files.certificate), str(files.key))
    server = make_server("127.0.0.1", 0, program, threaded=True, ssl_context=tls)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield Provider(server.server_port, files.authority, [])
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def settled(settings: Settings, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Group:
    """The console trusts that provider, and one of its groups means something."""
    server = {"server_url": provider.url, "oauth_pkce_enabled": True}
    settings.OIDC = {**settings.OIDC, "client_id": "changeover", "secret": "s3cret", "settings": server}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.OIDC]}}
    settings.OIDC_CA = str(provider.authority)
    monkeypatch.setattr(sign_in_adapters, "outbound", provider.out)
    group = Group.objects.create(name="mail people")
    GroupMapping.objects.create(outside="mail-operators", group=group)
    return group


@pytest.fixture
def come_in(provider: Provider) -> Come:
    """A browser that has been to the provider and back; `last` is what the console answered."""

    def go(sub: str, then: str = "/operations/") -> Client:
        client = Client()
        away = client.post(reverse("openid_connect_login", args=["oidc"]), {"next": then})["Location"]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
        assert asked["redirect_uri"] == "http://testserver/sign-in/oidc/back/"
        assert asked["code_challenge_method"] == "S256"
        with provider.out().session(ca=str(provider.authority)) as browser:
            back = browser.post(away, data={"sub": sub}, timeout=10).headers["Location"]
        client.last = client.get(back)  # type: ignore[attr-defined]
        return client

    return go


def answer(client: Client) -> tuple[int, str]:
    return client.last.status_code, client.last.content.decode()  # type: ignore[attr-defined]


def test_who_is_in_a_group_that_means_something_comes_in_with_it_and_no_other(settled: Group, come_in: Come) -> None:
    client = come_in("s-1")
    assert client.last["Location"] == "/operations/"  # type: ignore[attr-defined]
    user = User.objects.get()
    assert user.username == "jo@oidc"
    assert list(user.groups.all()) == [settled]
    assert not user.has_usable_password()
    assert actions() == ["account:user:groups-taken-over", "account:session:signed-in"]
    assert (AuditRecord.objects.order_by("-seq")[0].after or {})["how"] == ["socialaccount"]


def test_the_groups_are_taken_over_again_at_each_sign_in(settled: Group, come_in: Come) -> None:
    come_in("s-1")
    user = User.objects.get()
    own = Group.objects.create(name="given here")
    user.groups.add(own)
    GroupMapping.objects.all().delete()
    GroupMapping.objects.create(outside="canteen", group=Group.objects.create(name="cooks"))
    GroupMapping.objects.create(outside="something else", group=settled)
    come_in("s-1")
    assert sorted(group.name for group in user.groups.all()) == ["cooks", "given here"]


def test_nobody_becomes_somebody_else_by_his_name(come_in: Come) -> None:
    olga = personas.olga()
    come_in("s-2")
    assert User.objects.exclude(pk=olga.pk).get().username == "olga@oidc"


def test_two_of_one_name_are_two_accounts(come_in: Come) -> None:
    come_in("s-1")
    User.objects.update(username="olga@oidc")
    come_in("s-2")
    assert sorted(User.objects.values_list("username", flat=True)) == ["olga@oidc", "s-2@oidc"]


def test_it_never_leads_to_another_site(come_in: Come) -> None:
    assert come_in("s-1", "https://elsewhere.example/").last["Location"] == "/"  # type: ignore[attr-defined]


def test_who_is_in_no_such_group_is_told_so_and_has_no_account(come_in: Come) -> None:
    status, text = answer(come_in("s-3"))
    assert status == 403
    assert "in no group that may use this console" in text
    assert not User.objects.exists()
    assert actions() == ["account:session:refused"]


def test_who_is_no_longer_in_one_is_kept_out(come_in: Come) -> None:
    come_in("s-1")
    GroupMapping.objects.update(outside="somebody else's")
    status, _ = answer(client := come_in("s-1"))
    assert status == 403
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(("sub", "status"), [("s-4", 302), ("s-5", 403)])
def test_a_claim_of_another_shape_gives_nothing_it_does_not_say(sub: str, status: int, come_in: Come) -> None:
    assert answer(come_in(sub))[0] == status


def test_an_account_that_is_switched_off_stays_out(come_in: Come) -> None:
    come_in("s-1")
    User.objects.update(is_active=False)
    status, text = answer(come_in("s-1"))
    assert status == 403
    assert "switched off" in text


def test_a_second_factor_is_asked_for_unless_the_provider_asks_itself(
    settings: Settings, settled: Group, come_in: Come
) -> None:
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


def test_signing_in_again_goes_by_the_provider(come_in: Come) -> None:
    client = come_in("s-1")
    page = client.get(reverse("account_reauthenticate")).content.decode()
    assert re.search(r'action="/sign-in/oidc/\?auth_params=prompt%3Dlogin"', page)
    away = client.post("/sign-in/oidc/?auth_params=prompt%3Dlogin", {"next": "/account/"})["Location"]
    assert parse_qs(urlsplit(away).query)["prompt"] == ["login"]


def test_a_provider_that_is_not_among_the_places_to_send_to_is_not_asked(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_adapters, "outbound", lambda: Outbound(AllowList(), resolve=provider._resolve))
    status, text = _begin()
    assert status == 403
    assert "did not let you in" in text
    assert "not among the places" in str((AuditRecord.objects.get().after or {})["why"])


def test_a_provider_whose_certificate_is_not_believed_is_not_asked(settings: Settings) -> None:
    settings.OIDC_CA = ""
    assert _begin()[0] == 403
    assert "certificate" in str((AuditRecord.objects.get().after or {})["why"]).casefold()


def _begin() -> tuple[int, str]:
    response = Client().post(reverse("openid_connect_login", args=["oidc"]))
    return response.status_code, response.content.decode()
