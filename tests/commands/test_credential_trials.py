"""A credential is tried where it is used, over the wire to the lab, and the page shows what the other side says."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.secrets import Secret
from console.lab.server import Lab
from console.models import AuditRecord, Credential, CredentialTrial, Node
from console.services import credential_trials, queue
from console.services.access import NotAllowed
from console.services.clock import database_now
from console.services.credentials import encrypt
from tests import personas

pytestmark = pytest.mark.django_db(transaction=True)
WRONG = "not-the-password-1"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The messages that went to the queue."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(queue, "send", lambda message, pk, *_, **__: found.append((message, pk)) or True)
    return found


def browser() -> Client:
    client = Client()
    client.force_login(personas.ada())
    return client


def tried(credential: Credential, place: str, name: str) -> CredentialTrial:
    """What a worker makes of it."""
    row = credential_trials.ask(credential, place, name, personas.at_page(personas.ada()))
    credential_trials.try_asked(row.pk)
    return CredentialTrial.objects.get(pk=row.pk)


def with_password(row: Credential, password: str) -> None:
    Credential.objects.filter(pk=row.pk).update(source="stored", reference="", ciphertext=encrypt(Secret(password)))


def test_it_is_tried_at_a_node_and_at_a_directory_with_the_real_answer(tokyo: Lab, sent: list[tuple[str, int]]) -> None:
    for row in Credential.objects.all():
        for place in credential_trials.places(row):
            made = tried(row, place.place, place.name)
            assert (made.good, made.remedy) == (True, ""), made.said
            assert "took it" in made.said
    assert {trial.place for trial in CredentialTrial.objects.all()} == {"node", "directory"}
    assert {message for message, _ in sent} == {"credentials.try"}


@pytest.mark.parametrize("place", ["node", "directory"])
def test_a_wrong_password_is_told_in_the_words_of_the_other_side(
    tokyo: Lab, sent: list[tuple[str, int]], place: str
) -> None:
    row = next(c for c in Credential.objects.all() if any(p.place == place for p in credential_trials.places(c)))
    with_password(row, WRONG)
    where = next(p for p in credential_trials.places(row) if p.place == place)
    made = tried(row, where.place, where.name)
    assert made.good is False
    assert "refuse" in made.said.casefold(), made.said
    assert made.remedy
    kept = json.dumps([str(list(AuditRecord.objects.values())), str(list(CredentialTrial.objects.values()))])
    assert WRONG not in kept


def test_a_password_that_cannot_be_had_is_told_too(tokyo: Lab, sent: list[tuple[str, int]]) -> None:
    node = Node.objects.select_related("credential").first()
    assert node is not None
    Credential.objects.filter(pk=node.credential.pk).update(source="env", reference="NO_SUCH_VARIABLE")
    assert "NO_SUCH_VARIABLE, which is not set here" in tried(node.credential, "node", node.name).said


def test_the_page_asks_and_shows(tokyo: Lab, sent: list[tuple[str, int]]) -> None:
    node = Node.objects.select_related("credential").first()
    assert node is not None
    page = reverse("credential-trials", args=[node.credential.pk])
    ada = browser()
    assert "not tried" in ada.get(page).content.decode()
    asked = {"place": "node", "name": node.name}
    assert ada.post(page, asked).status_code == 302
    assert ada.post(page, asked).status_code == 302
    assert "being tried" in ada.get(page).content.decode()
    assert len(sent) == 1
    assert AuditRecord.objects.filter(action="inventory:credential:tested").count() == 1
    credential_trials.try_asked(sent[0][1])
    assert "signed in" in ada.get(page).content.decode()
    ada.post(page, {"place": "node", "name": "ELSEWHERE"})
    assert "not used by the node" in ada.get(page).content.decode()


def test_only_who_may_change_the_inventory_has_it_tried(tokyo: Lab) -> None:
    row = Credential.objects.all()[0]
    with pytest.raises(NotAllowed):
        credential_trials.ask(row, "node", "TOK-EX1", personas.at_page(personas.olga()))
    with pytest.raises(Refusal):
        credential_trials.ask(row, "", "", personas.at_page(personas.ada()))
    assert not CredentialTrial.objects.exists()


@pytest.mark.parametrize(("claimed", "said"), [(False, "No worker of the site"), (True, "did not finish in time")])
def test_what_nobody_does_is_sent_again_and_given_up(
    tokyo: Lab, sent: list[tuple[str, int]], claimed: bool, said: str
) -> None:
    node = Node.objects.select_related("credential").first()
    assert node is not None
    row = credential_trials.ask(node.credential, "node", node.name, personas.at_page(personas.ada()))
    now = database_now()
    CredentialTrial.objects.update(asked_at=now - timedelta(seconds=10), claimed_at=now if claimed else None)
    credential_trials.sweep()
    assert len(sent) == (1 if claimed else 2)
    CredentialTrial.objects.update(try_before=now - timedelta(seconds=1))
    credential_trials.sweep()
    row.refresh_from_db()
    assert (row.good, said in row.said) == (None, True)


@pytest.mark.parametrize(
    ("error", "said"), [(ChangeoverError("so it went", remedy="do this"), "so it went"), (OSError("x"), "unexpected")]
)
def test_a_trial_ends_whatever_happens(tokyo: Lab, sent: list[tuple[str, int]], error: Exception, said: str) -> None:
    node = Node.objects.select_related("credential").first()
    assert node is not None
    row = credential_trials.ask(node.credential, "node", node.name, personas.at_page(personas.ada()))

    def fails(_: CredentialTrial) -> str:
        raise error

    credential_trials.try_asked(row.pk, fails)
    credential_trials.try_asked(row.pk, fails)
    row.refresh_from_db()
    assert (row.good, said in row.said, bool(row.remedy)) == (False, True, True)
