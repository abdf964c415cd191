"""Who read a sensitive page is on record: once per person, page and quarter of an hour, and only who got to see it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from console.models import AuditRecord
from console.services import audit, audit_reads
from console.services.audit_actions import OUTCOMES
from console.services.audit_reads import SensitivePage, note
from tests import factories, personas
from tests.access.conftest import signed_in_now

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)


def read_by(name: str) -> list[str]:
    """The pages that are on record as read by that person, the oldest first."""
    found = AuditRecord.objects.filter(action="audit:page:read", actor_name=name).order_by("seq")
    return list(found.values_list("subject_id", flat=True))


def addresses() -> dict[SensitivePage, list[str]]:
    """Where each sensitive page is."""
    group, account = personas.person("grouped"), personas.person("somebody", "viewer")
    credential = factories.directory().credential
    assert credential is not None
    record = AuditRecord.objects.latest("seq")
    return {
        SensitivePage.AUDIT: [reverse("audit"), reverse("audit-record", args=[record.seq])],
        SensitivePage.RIGHTS: [reverse("rights"), reverse("rights-roles", args=["account", account.pk])],
        SensitivePage.PEOPLE: [reverse("people"), reverse("people") + f"?q={group.username}"],
        SensitivePage.SIGN_INS: [reverse("sign-ins")],
        SensitivePage.TOKENS: [reverse("tokens")],
        SensitivePage.CREDENTIALS: [
            reverse("inventory-edit", args=["credentials", credential.pk]),
            reverse("credential-trials", args=[credential.pk]),
        ],
    }


@pytest.mark.slow
def test_every_sensitive_page_is_recorded_once_however_often_it_is_read() -> None:
    ada = personas.ada()
    client, where = signed_in_now(ada), addresses()
    for page, of_page in where.items():
        for address in [*of_page, *of_page]:
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert b"data-poll" not in answer.content, "a page that asks by itself is not read by anybody"
        assert read_by("ada")[-1] == page.value[0]
    assert sorted(read_by("ada")) == sorted(page.value[0] for page in SensitivePage)
    first = AuditRecord.objects.filter(action="audit:page:read").earliest("seq")
    assert (first.after, first.origin) == ({"address": "/audit/"}, "page")
    assert audit.describe(first) == "ada read the audit"


def test_who_is_turned_away_or_finds_nothing_has_read_nothing(client: Client) -> None:
    client.force_login(personas.rita())
    for address in (reverse("audit"), reverse("rights"), reverse("people"), reverse("sign-ins")):
        assert client.get(address).status_code == 403
    client.force_login(personas.aki())
    assert client.get(reverse("audit-record", args=[10**6])).status_code == 404
    assert read_by("rita") == read_by("aki") == []


def test_another_quarter_another_page_and_another_person_make_another_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def at(minutes: float, page: SensitivePage, user: User) -> bool:
        now = NOON + timedelta(minutes=minutes)
        monkeypatch.setattr(audit, "database_now", lambda: now)
        monkeypatch.setattr(audit_reads, "database_now", lambda: now)
        return note(page, personas.at_page(user), {}) is not None

    aki, ada = personas.aki(), personas.ada()
    told = [
        at(1, SensitivePage.AUDIT, aki),
        at(14.9, SensitivePage.AUDIT, aki),
        at(14.9, SensitivePage.AUDIT, ada),
        at(14.9, SensitivePage.TOKENS, aki),
        at(15, SensitivePage.AUDIT, aki),
        at(16, SensitivePage.AUDIT, aki),
        at(31, SensitivePage.AUDIT, aki),
    ]
    assert told == [True, False, True, True, True, False, True]


def test_whether_it_is_on_record_is_asked_by_an_index() -> None:
    aki = personas.aki()
    with connection.cursor() as cursor:
        note(SensitivePage.AUDIT, personas.at_page(aki), {})
        if connection.vendor == "sqlite":
            cursor.execute(
                "EXPLAIN QUERY PLAN SELECT 1 FROM console_auditrecord WHERE upper(actor_name) = upper(%s) "
                "AND action = %s AND at >= %s AND subject_id = %s",
                ["aki", "audit:page:read", NOON, "audit"],
            )
            assert "audit_by_actor_action" in str(cursor.fetchall())
    assert read_by("aki") == ["audit"]


def test_the_documentation_names_every_sensitive_page_and_every_outcome() -> None:
    text = (ROOT / "docs" / "audit.md").read_text()
    pages = text.partition("## Who read what")[2].partition("## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", pages, re.MULTILINE) == [page.value[0] for page in SensitivePage]
    outcomes = text.partition("| outcome |")[2].partition("\n\n")[0]
    told = {name: set(words.split(", ")) for name, words in re.findall(r"^\| (\w+) \| ([\w, -]+) \|$", outcomes, re.M)}
    assert told.keys() == OUTCOMES.keys()
    for name, tags in OUTCOMES.items():
        assert {tag.split(":")[-1] for tag in tags} == told[name]
