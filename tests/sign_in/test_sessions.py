"""Sessions: how long they last, where a person is signed in, and ending them."""

import re
import time
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from console.models import AuditRecord
from console.services import sessions
from console.web.session_limits import BEGUN, SEEN
from tests import personas
from tests.sign_in.browsers import actions, sign_in

pytestmark = pytest.mark.django_db
FETCHED = {"HTTP_SEC_FETCH_DEST": "empty"}


def older(client: Client, **stamps: int) -> None:
    """Let the session lie back by so many seconds."""
    session = client.session
    for key, seconds in stamps.items():
        session[key] = int(time.time()) - seconds
    session.save()


def test_a_session_that_nobody_uses_ends() -> None:
    client = sign_in(personas.olga().username)
    older(client, **{SEEN: 3590})
    assert client.get("/").status_code == 200
    older(client, **{SEEN: 3610})
    assert client.get("/operations/")["Location"] == "/sign-in/?next=%2Foperations%2F"
    assert "nobody used it for a while" in client.get("/sign-in/").content.decode()


def test_what_a_page_fetches_by_itself_is_no_use() -> None:
    client = sign_in(personas.olga().username)
    older(client, **{SEEN: 600})
    client.get("/", **FETCHED)
    assert time.time() - client.session[SEEN] >= 600
    client.get("/")
    assert time.time() - client.session[SEEN] < 60


def test_a_session_ends_after_its_time_however_it_is_used(settings: Settings) -> None:
    settings.SESSION_COOKIE_AGE = 7200
    client = sign_in(personas.olga().username)
    older(client, **{BEGUN: 7100})
    assert client.get("/").status_code == 200
    older(client, **{BEGUN: 7210})
    assert client.get("/").status_code == 302
    assert client.get("/").status_code == 302, "it stays over"


def test_idle_sessions_may_be_allowed(settings: Settings) -> None:
    settings.IDLE_SECONDS = 0
    client = sign_in(personas.olga().username)
    older(client, **{SEEN: 40000})
    assert client.get("/").status_code == 200


def test_a_session_without_a_beginning_is_over() -> None:
    client = sign_in(personas.olga().username)
    session = client.session
    del session[BEGUN]
    session.save()
    assert client.get("/").status_code == 302


def test_a_person_sees_their_sessions_and_ends_one() -> None:
    personas.olga()
    here, there = sign_in("olga"), sign_in("olga", client=Client(REMOTE_ADDR="10.0.0.9", HTTP_USER_AGENT="Lynx <b>"))
    page = here.get(reverse("account")).content.decode()
    assert "10.0.0.9" in page
    assert "Lynx &lt;b&gt;" in page
    (number,) = re.findall(r"/account/sessions/(\d+)/end/", page)
    here.post(reverse("end-own-session", args=[number]))
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200
    ended = AuditRecord.objects.get(action="account:session:ended")
    assert (ended.before or {})["address"] == "10.0.0.9"


def test_nobody_ends_the_session_of_somebody_else_from_his_own_page() -> None:
    personas.rita()
    rita, olga = sign_in("rita"), sign_in(personas.olga().username)
    (number,) = re.findall(r"/sign-ins/sessions/(\d+)/end/", _everybody())
    assert olga.post(reverse("end-own-session", args=[number])).status_code == 404
    assert olga.post(reverse("end-session", args=[number])).status_code == 403
    assert rita.get("/").status_code == 200


def _everybody() -> str:
    """What an administrator sees of Rita, everything else removed."""
    ada = sign_in(personas.ada().username)
    rows = ada.get(reverse("sign-ins")).content.decode().split("<tr>")
    return "".join(row for row in rows if "rita" in row)


def test_an_administrator_ends_any_session() -> None:
    personas.rita()
    rita = sign_in("rita")
    (number,) = re.findall(r"/sign-ins/sessions/(\d+)/end/", _everybody())
    sign_in("ada").post(reverse("end-session", args=[number]))
    assert rita.get("/").status_code == 302


def test_all_others_end_at_once() -> None:
    personas.olga()
    here, first, second = sign_in("olga"), sign_in("olga"), sign_in("olga")
    assert "Sessions ended: 2." in here.post(reverse("end-other-sessions"), follow=True).content.decode()
    assert [client.get("/").status_code for client in (here, first, second)] == [200, 302, 302]


def test_what_is_over_is_forgotten_and_what_lasts_is_not() -> None:
    personas.olga()
    here, gone = sign_in("olga"), sign_in("olga")
    day = timedelta(days=1)
    UserSession.objects.update(last_seen_at=timezone.now() - day)
    Session.objects.filter(session_key=gone.cookies["sessionid"].value).update(expire_date=timezone.now() - day)
    sessions.tidy()
    assert [row.session_key for row in UserSession.objects.all()] == [here.cookies["sessionid"].value]
    assert here.get("/").status_code == 200


def test_another_password_ends_the_other_sessions() -> None:
    personas.olga()
    here, there = sign_in("olga"), sign_in("olga")
    new = {"new_password1": "seven green bottles hang", "new_password2": "seven green bottles hang"}
    assert here.post(reverse("change-password"), new)["Location"] == reverse("account")
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 302)
    assert sign_in("olga", new["new_password1"]).get("/").status_code == 200
    assert "account:user:password-changed" in actions()


@pytest.mark.parametrize(
    ("new", "again", "why"),
    [
        ("four words", "four words", "too short"),
        ("qwerty123456", "qwerty123456", "too common"),
        ("seven green bottles", "seven green bottle", "match"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(new: str, again: str, why: str) -> None:
    client = sign_in(personas.olga().username)
    response = client.post(reverse("change-password"), {"new_password1": new, "new_password2": again})
    text = response.content.decode()
    assert response.status_code == 200
    assert why in text
    assert new not in text


def test_signing_in_makes_a_session_of_another_key() -> None:
    personas.olga()
    client = Client()
    client.get("/sign-in/?next=/operations/")
    before = client.session
    before["planted"] = True
    before.save()
    client.cookies["sessionid"] = before.session_key or ""
    sign_in("olga", client=client)
    assert client.cookies["sessionid"].value != before.session_key
    assert not Session.objects.filter(session_key=before.session_key).exists()
