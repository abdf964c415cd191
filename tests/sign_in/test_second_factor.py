"""Second factors: setting up, signing in with one, each code once, and who must have one."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.models import AuditRecord
from tests import personas
from tests.sign_in.browsers import actions, code, sign_in, text_of, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def give(client: Client, typed: str) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": typed})


def test_an_app_is_set_up_with_codes_that_are_shown_once() -> None:
    client, secret, codes = with_app(personas.olga())
    assert len(codes) == 10
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert not any(one in page for one in codes)
    assert actions() == ["account:session:signed-in", "account:second-factor:added"]
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(one in kept for one in codes)
    assert secret not in "".join(AuditRecord.objects.values_list("body", flat=True))


def test_the_password_alone_no_longer_lets_in() -> None:
    _, secret, _ = with_app(personas.olga())
    client = sign_in("olga", next="/operations/")
    assert client.last["Location"] == reverse("mfa_authenticate")  # type: ignore[attr-defined]
    assert client.get("/").status_code == 302
    assert actions()[-1] != "account:session:signed-in"
    assert give(client, code(secret))["Location"] == "/operations/"
    assert client.get("/operations/").status_code == 200
    assert (AuditRecord.objects.order_by("-seq")[0].after or {})["how"] == ["password", "mfa"]


def test_a_code_is_taken_once() -> None:
    _, secret, _ = with_app(personas.olga())
    first, second = sign_in("olga"), sign_in("olga")
    assert give(first, code(secret)).status_code == 302
    refused = give(second, code(secret))
    assert "That code does not fit" in refused.content.decode()
    assert give(second, code(secret, 1)).status_code == 302


def test_an_earlier_code_is_not_taken_after_a_later_one() -> None:
    _, secret, _ = with_app(personas.olga())
    assert give(sign_in("olga"), code(secret, 1)).status_code == 302
    assert give(sign_in("olga"), code(secret, 0)).status_code == 200


def test_a_recovery_code_is_good_once() -> None:
    _, _, codes = with_app(personas.olga())
    assert give(sign_in("olga"), codes[0]).status_code == 302
    assert "does not fit" in give(sign_in("olga"), codes[0]).content.decode()


def test_guessing_codes_locks_the_account_like_guessing_passwords(settings: Settings) -> None:
    settings.SIGN_IN_FAILURES = {"account": 3, "address": 50}
    _, secret, _ = with_app(personas.olga())
    client = sign_in("olga")
    for _ in range(3):
        give(client, "000000")
    assert "too many failed sign-ins" in give(client, code(secret)).content.decode()
    assert "too many failed sign-ins" in text_of(sign_in("olga"))


def test_who_must_have_one_is_led_to_it_before_anything_else(settings: Settings) -> None:
    settings.SECOND_FACTOR_ROLES = {"operator"}
    personas.rita()
    assert sign_in("rita").get("/").status_code == 200
    client = sign_in(personas.olga().username)
    for address in ("/", "/operations/", "/tokens/", reverse("account"), reverse("change-password")):
        assert client.get(address)["Location"] == reverse("mfa_index"), address
    assert "Your role asks for a second factor" in client.get(reverse("mfa_index")).content.decode()
    with_app(personas.olga(), client)
    assert client.get("/").status_code == 200


def test_taking_the_last_one_away_leads_back_to_it(settings: Settings) -> None:
    settings.SECOND_FACTOR_ROLES = {"operator"}
    client, _, _ = with_app(personas.olga())
    assert client.get("/").status_code == 200
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert client.get("/")["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.exists()
    assert actions()[-1] == "account:second-factor:removed"


def test_new_recovery_codes_void_the_old_ones() -> None:
    client, _, old = with_app(personas.olga())
    assert "(10) are void then" in client.get(reverse("mfa_generate_recovery_codes")).content.decode()
    page = client.post(reverse("mfa_generate_recovery_codes"), follow=True).content.decode()
    new = re.findall(r"<li>(\d{8})</li>", page)
    assert len(new) == 10
    assert not set(new) & set(old)
    assert "does not fit" in give(sign_in("olga"), old[0]).content.decode()
    assert give(sign_in("olga"), new[0]).status_code == 302


def test_recovery_codes_alone_are_no_second_factor() -> None:
    client = sign_in(personas.olga().username)
    page = client.post(reverse("mfa_generate_recovery_codes")).content.decode()
    assert "recovery codes only stand in for one" in page
    assert not Authenticator.objects.exists()


def test_a_key_is_named_and_removed_by_its_owner_alone() -> None:
    olga = personas.olga()
    key = Authenticator.objects.create(user=olga, type="webauthn", data={"name": "drawer <b>", "credential": {}})
    removal = reverse("mfa_remove_webauthn", args=[key.pk])
    assert sign_in(personas.rita().username).post(removal).status_code == 404
    client = Client()
    client.force_login(olga)
    assert "drawer &lt;b&gt;" in client.get(reverse("mfa_list_webauthn")).content.decode()
    assert "Remove the key drawer &lt;b&gt;?" in client.get(removal).content.decode()
    assert client.post(removal).status_code == 302
    assert not Authenticator.objects.exists()
    assert actions()[-1] == "account:second-factor:removed"


@pytest.mark.parametrize("told", ["", "{}", "[]", '"x"', '{"id": "AA"}', "null"])
def test_an_answer_that_is_no_keys_sets_nothing_up(told: str) -> None:
    client = sign_in(personas.olga().username)
    client.get(reverse("mfa_add_webauthn"))
    response = client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": told})
    assert response.status_code == 200
    assert "That key does not fit" in response.content.decode()
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("told", ["{}", "[1]", '"x"', '{"id": "AA"}'])
def test_an_answer_that_is_no_keys_lets_nobody_in(told: str) -> None:
    with_app(personas.olga())
    client = sign_in("olga")
    client.get(reverse("mfa_authenticate"))
    assert client.post(reverse("mfa_authenticate"), {"credential": told}).status_code == 200
    assert client.get("/").status_code == 302
    again = sign_in(personas.rita().username)
    again.get(reverse("mfa_reauthenticate_webauthn"))
    assert again.post(reverse("mfa_reauthenticate_webauthn"), {"credential": told}).status_code == 302


def test_an_administrator_takes_away_what_somebody_lost_and_says_why() -> None:
    with_app(personas.olga())
    ada = sign_in(personas.ada().username)
    assert "Say why." in ada.post(reverse("reset-second-factors"), {"name": "olga"}, follow=True).content.decode()
    ada.post(reverse("reset-second-factors"), {"name": "olga", "reason": "lost her phone, called back"})
    record = AuditRecord.objects.exclude(action="audit:page:read").order_by("-seq")[0]
    assert (record.action, record.reason) == ("account:second-factor:reset", "lost her phone, called back")
    assert sign_in("olga").get("/").status_code == 200


@pytest.mark.parametrize("name", ["mfa_authenticate", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn"])
def test_nobody_comes_to_it_without_the_password(name: str) -> None:
    assert Client().get(reverse(name))["Location"].startswith(reverse("sign-in"))
