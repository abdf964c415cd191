"""A password that an administrator gives: for accounts of this console alone, and only to choose another one with."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from console.domain.secrets import Secret
from console.models import AuditRecord, DirectoryAccount, TemporaryPassword
from console.services import passwords, sign_in_failures
from console.services.access import NotAllowed
from console.services.accounts import AccountRefused
from console.services.clock import database_now
from tests import personas
from tests.access.conftest import signed_in_now
from tests.sign_in.browsers import sign_in

pytestmark = pytest.mark.django_db
GIVEN, OWN = "velvet-anchor-42-given", "quiet-lantern-77-own"
REASON = "she called, and came by"


@pytest.fixture
def ada() -> Client:
    """The administrator's browser."""
    return signed_in_now(personas.ada())


def gives(ada: Client, user: User, **changes: str) -> str:
    """The page after the form was sent."""
    sent = {"password": GIVEN, "reason": REASON} | changes
    return ada.post(reverse("people-password", args=[user.pk]), sent, follow=True).content.decode()


def test_it_opens_one_page_until_the_person_has_chosen_another(ada: Client) -> None:
    olga = personas.olga()
    before = sign_in(olga.username)
    assert "olga can sign in with it until" in gives(ada, olga)
    assert before.get("/")["Location"].startswith("/sign-in/"), "what was open has ended"
    browser = sign_in("olga", GIVEN)
    own = reverse("change-password")
    for address in ("/", reverse("account"), reverse("mfa_index"), reverse("tokens")):
        assert browser.get(address)["Location"] == own
    text = browser.get(own).content.decode()
    assert "was given to you" in text
    same = browser.post(own, {"new_password1": GIVEN, "new_password2": GIVEN}).content.decode()
    assert "the password that you have now" in same
    assert browser.post(own, {"new_password1": OWN, "new_password2": OWN}).status_code == 302
    assert browser.get("/").status_code == 200
    assert sign_in("olga", OWN).get("/").status_code == 200
    assert not TemporaryPassword.objects.exists()


def test_it_is_audited_with_its_reason_and_without_itself(ada: Client) -> None:
    gives(ada, personas.olga())
    row = AuditRecord.objects.get(action="account:user:password-given")
    assert (row.actor_name, row.subject_name, row.reason) == ("ada", "olga", REASON)
    assert GIVEN not in str(AuditRecord.objects.values_list("before", "after", "reason"))


def test_it_is_good_for_three_days() -> None:
    olga, ada = personas.olga(), personas.at_page(personas.ada())
    until = passwords.give(olga, Secret(GIVEN), ada, REASON)
    assert abs(until - database_now() - timedelta(hours=72)) < timedelta(minutes=1)
    TemporaryPassword.objects.update(good_until=database_now())
    told = Client().post(reverse("sign-in"), {"username": "olga", "password": GIVEN}).content.decode()
    assert "The password that olga was given is good no longer." in told


def test_the_page_says_until_when_in_the_zone_of_who_reads(ada: Client) -> None:
    olga = personas.olga()
    gives(ada, olga)
    TemporaryPassword.objects.update(good_until=datetime(2030, 1, 1, 20, 15, tzinfo=UTC))
    ada.cookies["zone"] = "Asia/Tokyo"
    text = ada.get(reverse("person", args=[olga.pk])).content.decode()
    assert ">2030-01-02 05:15:00</time>" in text
    assert "05:15:00 UTC" not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "This field is required"),
        ({"password": "short"}, "too short"),
        ({"password": ""}, "This field is required"),
    ],
)
def test_what_is_no_good_password_or_has_no_reason_is_refused(ada: Client, changes: dict[str, str], words: str) -> None:
    olga = personas.olga()
    assert words in gives(ada, olga, **changes)
    olga.refresh_from_db()
    assert olga.check_password(personas.PASSWORD)


def test_one_that_is_kept_elsewhere_is_never_set_here(ada: Client) -> None:
    aki, olga = personas.aki(), personas.olga()
    DirectoryAccount.objects.create(user=aki, domain="corp.example", guid="1")
    SocialAccount.objects.create(user=olga, provider="company", uid="2")
    assert "the password of corp.example" in gives(ada, aki)
    assert "by the OpenID provider" in gives(ada, olga)
    assert "Change your own password on your account" in gives(ada, personas.ada())
    for user in (aki, olga, personas.ada()):
        user.refresh_from_db()
        assert user.check_password(personas.PASSWORD)
    assert not TemporaryPassword.objects.exists()


def test_only_who_administers_everything_gives_one() -> None:
    toko = personas.person("toko", "operator")
    with pytest.raises(NotAllowed):
        passwords.give(personas.olga(), Secret(GIVEN), personas.at_page(toko), REASON)
    with pytest.raises(AccountRefused, match="your own account"):
        passwords.give(personas.ada(), Secret(GIVEN), personas.at_page(personas.ada()), REASON)


def test_the_page_of_a_person_unlocks_and_switches_off_with_a_reason(ada: Client) -> None:
    olga = personas.olga()
    for _ in range(11):
        sign_in_failures.attempt("olga", "10.0.0.9")
    page = reverse("person", args=[olga.pk])
    assert "Its sign-in is locked until" in ada.get(page).content.decode()
    told = ada.post(reverse("people-unlock", args=[olga.pk]), {"reason": "it was her"}, follow=True).content.decode()
    assert "olga may sign in again." in told
    assert sign_in_failures.lock_of("olga") is None
    assert AuditRecord.objects.get(action="account:session:unlocked").reason == "it was her"
    ada.post(reverse("people-switch", args=[olga.pk]), {"active": "no", "reason": "left"})
    assert "The account is switched off" in ada.get(page).content.decode()
    assert AuditRecord.objects.get(action="account:user:changed").reason == "left"
    assert ada.get(reverse("person", args=[4711])).status_code == 404
