"""Failed sign-ins: counted, locked, told alike to everybody, unlocked by an administrator."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.models import AuditRecord, SignInFailures
from console.services import sign_in_failures
from console.services.audit import Actor
from tests import personas
from tests.sign_in.browsers import actions, sign_in, text_of

WRONG = "guessed-wrong-1"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(settings: Settings) -> None:
    settings.SIGN_IN_FAILURES = {"account": 3, "address": 5}


def fail(name: str, times: int) -> str:
    for _ in range(times):
        client = sign_in(name, WRONG)
    return text_of(client)


def test_a_name_is_locked_after_too_many_failures_even_for_the_right_password() -> None:
    personas.olga()
    assert "do not fit" in fail("olga", 3)
    assert "too many failed sign-ins" in text_of(sign_in("OLGA".lower()))


def test_a_name_that_nobody_has_is_told_just_the_same() -> None:
    personas.olga()
    for times, said in ((1, "do not fit"), (2, "do not fit"), (1, "too many failed sign-ins")):
        SignInFailures.objects.filter(kind="address").delete()
        assert said in fail("nobody-here", times)
        assert said in fail("olga", times)


def test_an_address_is_locked_whatever_names_it_tries() -> None:
    for number in range(5):
        sign_in(f"guess-{number}", WRONG)
    personas.olga()
    assert "too many failed sign-ins" in text_of(sign_in("olga"))
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    assert sign_in("olga", client=elsewhere).get("/").status_code == 200


def test_a_success_forgets_the_failures_of_the_name_and_only_its_own_try_at_the_address() -> None:
    personas.olga()
    fail("olga", 2)
    assert sign_in("olga").get("/").status_code == 200
    counted = dict(SignInFailures.objects.values_list("kind", "failures"))
    assert counted == {"address": 2}


def test_each_failure_is_audited_until_the_lock_and_the_lock_once() -> None:
    personas.olga()
    fail("olga", 6)
    assert actions() == ["account:session:refused"] * 3 + ["account:session:locked"]
    locked = AuditRecord.objects.get(action="account:session:locked")
    assert (locked.subject_type, locked.subject_name, (locked.after or {})["failures"]) == ("account", "olga", 3)
    assert WRONG not in "".join(AuditRecord.objects.values_list("body", flat=True))


def test_a_lock_ends_by_itself_and_counting_begins_anew() -> None:
    personas.olga()
    fail("olga", 3)
    SignInFailures.objects.update(
        locked_until=sign_in_failures.database_now() - timedelta(seconds=1),
        since=sign_in_failures.database_now() - timedelta(hours=1),
    )
    assert "do not fit" in fail("olga", 1)
    assert SignInFailures.objects.get(kind="account").failures == 1


def test_an_administrator_unlocks_by_the_page_and_says_so_in_the_audit() -> None:
    fail("rita", 3)
    ada = sign_in(personas.ada().username)
    assert "rita" in ada.get(reverse("sign-ins")).content.decode()
    response = ada.post(reverse("unlock-sign-in"), {"kind": "account", "key": "rita"}, follow=True)
    assert "rita may sign in again." in response.content.decode()
    assert not SignInFailures.objects.filter(key="rita").exists()
    assert actions()[-1] == "account:session:unlocked"


def test_counts_that_no_longer_matter_are_forgotten_and_locks_are_not(settings: Settings) -> None:
    fail("olga", 3)
    sign_in("rita", WRONG)
    assert sign_in_failures.forget_old() == 0
    hour = timedelta(hours=1)
    SignInFailures.objects.update(since=sign_in_failures.database_now() - hour)
    SignInFailures.objects.filter(locked_until__isnull=False).update(
        locked_until=sign_in_failures.database_now() + hour
    )
    assert sign_in_failures.forget_old() == 2  # Rita, and the address
    assert SignInFailures.objects.get().key == "olga"


def test_what_is_not_locked_is_said_to_be_so() -> None:
    actor = Actor.of(personas.ada(), AuditRecord.Origin.PAGE)
    assert not sign_in_failures.unlock("account", "nobody", actor)
    assert not actions()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_tries_at_once_find_no_gap(settings: Settings) -> None:
    settings.SIGN_IN_FAILURES = {"account": 5, "address": 1000}

    def attempt(_: int) -> bool:
        try:
            return sign_in_failures.attempt("olga", "10.0.0.1") is None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(40))) == 5
