"""The audit's pages: found by filters, read in full, taken away; only by who may."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import AuditRecord, Cluster
from console.services import audit
from console.services.audit_actions import Action
from tests.services import making
from tests.web.reading import kept

Page = Callable[..., str]


def note(action: Action, name: str, cluster: Cluster | None = None, **more: object) -> AuditRecord:
    with transaction.atomic():
        subject = audit.Subject("thing", name=name)
        return audit.record(action, making.actor(), subject, cluster=cluster, **more)  # type: ignore[arg-type]


def test_records_are_shown_newest_first_as_sentences(aki: Client, page: Page) -> None:
    note(Action.SITE_CREATED, "North")
    note(Action.SITE_CREATED, "South")
    text = page(aki, reverse("audit"))
    assert text.index("olga added the site South") < text.index("olga added the site North")


@pytest.mark.parametrize(
    "query",
    [
        "actor=OLGA&text=Tokyo-only",
        "action=operation:failover:confirmed",
        "cluster=tokyo",
        "text=tokyo-only",
    ],
)
def test_each_filter_finds_its_records(aki: Client, tokyo: Cluster, page: Page, query: str) -> None:
    note(Action.SITE_CREATED, "North")
    note(Action.FAILOVER_CONFIRMED, "failover", tokyo, reason="Tokyo-only maintenance")
    text = page(aki, f"{reverse('audit')}?{query}")
    assert "olga confirmed the failover of TOKYO" in text
    assert "North" not in text


def test_days_are_included_from_first_to_last(aki: Client, page: Page) -> None:
    note(Action.SITE_CREATED, "North")
    day = timezone.localdate().isoformat()
    assert "North" in page(aki, f"{reverse('audit')}?since={day}&until={day}")
    assert "No record fits" in page(aki, f"{reverse('audit')}?until=2001-01-01")


def test_a_record_shows_before_and_after_and_what_is_kept(aki: Client, page: Page) -> None:
    row = note(Action.SITE_CHANGED, "North", before={"name": "Nort", "same": 1}, after={"name": "North", "same": 1})
    text = page(aki, reverse("audit-record", args=[row.seq]))
    assert "before: </span>Nort</del>" in text
    assert "after: </span>North</ins>" in text
    assert text.count("<del>") == 1
    assert "canonical JSON" in text


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_away_follows_the_filters_and_is_audited(aki: Client) -> None:
    note(Action.SITE_CREATED, "North")
    wanted = note(Action.SITE_CREATED, "South, “the warm”")
    lines = kept(aki.get(reverse("audit-export", args=["jsonl"]), {"text": "warm"})).splitlines()
    assert json.loads(lines[0]) == json.loads(wanted.body)
    rows = list(csv.DictReader(io.StringIO(kept(aki.get(reverse("audit-export", args=["csv"]), {"text": "warm"})))))
    assert rows[0]["subject"] == "South, “the warm”"
    exported = AuditRecord.objects.filter(action="audit:records:exported")
    assert exported.count() == 2
    assert exported[0].after["filters"] == {"text": "warm"}
    assert exported[0].actor_name == "aki"


def test_who_may_not_read_it_takes_nothing_away(olga: Client) -> None:
    assert olga.get(reverse("audit-export", args=["csv"])).status_code == 403
    assert not AuditRecord.objects.filter(action="audit:records:exported").exists()
