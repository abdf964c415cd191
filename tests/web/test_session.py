"""Signing in and out, and the choice of colours."""

import pytest
from django.test import Client
from django.urls import reverse

from console.models import AuditRecord
from tests import personas

SIGN_IN = "/sign-in/"


@pytest.mark.django_db
def test_it_lets_a_person_in_and_audits_it() -> None:
    personas.olga()
    client = Client()
    response = client.post(SIGN_IN, {"username": "olga", "password": personas.PASSWORD, "next": "/operations/"})
    assert response["Location"] == "/operations/"
    assert AuditRecord.objects.get().action == "account:session:signed-in"
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_a_wrong_password_is_refused_with_a_remedy_and_audited_without_it() -> None:
    personas.olga()
    response = Client().post(SIGN_IN, {"username": "olga", "password": "guessed-wrong-1"})
    text = response.content.decode()
    assert "do not fit" in text
    assert "guessed-wrong-1" not in text
    record = AuditRecord.objects.get()
    assert record.action == "account:session:refused"
    assert record.subject_name == "olga"
    assert "guessed-wrong-1" not in record.body


@pytest.mark.django_db
def test_it_never_leads_to_another_site() -> None:
    personas.olga()
    told = {"username": "olga", "password": personas.PASSWORD, "next": "https://elsewhere.example/"}
    assert Client().post(SIGN_IN, told)["Location"] == "/"


def test_signing_out_ends_the_session_and_needs_no_right(sam: Client) -> None:
    assert sam.post(reverse("sign-out"))["Location"] == SIGN_IN
    assert AuditRecord.objects.get().action == "account:session:signed-out"
    assert sam.get("/").status_code == 302


@pytest.mark.parametrize("chosen", ["light", "dark", "system"])
def test_the_colours_are_kept_without_a_script(olga: Client, chosen: str) -> None:
    response = olga.post(reverse("theme"), {"theme": chosen, "next": "/operations/?page=2"})
    assert response["Location"] == "/operations/?page=2"
    text = olga.get("/").content.decode()
    assert (f'data-theme="{chosen}"' in text) == (chosen != "system")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_choosing_colours_never_leads_to_another_site(olga: Client, back: str) -> None:
    assert olga.post(reverse("theme"), {"theme": "dark", "next": back})["Location"] == "/"


def test_a_theme_that_nobody_knows_changes_nothing(olga: Client) -> None:
    assert "theme" not in olga.post(reverse("theme"), {"theme": "<b>", "next": "/"}).cookies
