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

from console.models import AuditRecord, Cluster, SavedFilter
from console.services import audit
from console.services.audit_actions import Action
from tests.services import making
from tests.web.reading import kept

Page = Callable[..., str]


def note(action: Action, name: str, cluster: Cluster | None = None, **more: object) -> AuditRecord:
    with transaction.atomic():
        subject = audit.Subject("thing", 7, name)
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
        "action=operation:",
        "about=thing:7&cluster=tokyo",
        "origin=page&days=1&cluster=TOKYO",
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


def test_pages_follow_each_other_without_counting(aki: Client, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.web.audit.PAGE", 2)
    rows = [note(Action.SITE_CREATED, f"Site {number}") for number in range(5)]
    first = page(aki, reverse("audit") + "?action=inventory:site:created")
    assert f"before={rows[3].seq}" in first
    assert "Newer" not in first
    second = page(aki, f"{reverse('audit')}?action=inventory:site:created&before={rows[3].seq}")
    assert "Site 2" in second
    assert "Site 3" not in second
    assert f"after={rows[2].seq}" in second
    back = aki.get(f"{reverse('audit')}?action=inventory:site:created&after={rows[2].seq}")
    assert back.status_code == 302
    assert back["Location"] == "/audit/?action=inventory%3Asite%3Acreated"


def test_what_one_request_recorded_stands_together_and_has_a_page(aki: Client, page: Page) -> None:
    told = audit.request_id.set("abc123")
    try:
        note(Action.SITE_CREATED, "North")
        note(Action.SITE_CREATED, "South")
    finally:
        audit.request_id.reset(told)
    note(Action.SITE_CREATED, "East")
    text = page(aki, reverse("audit"))
    assert text.count("records of one request") == 1
    assert reverse("audit-request", args=["abc123"]) in text
    one = page(aki, reverse("audit-request", args=["abc123"]))
    assert one.index("North") < one.index("South")
    assert "East" not in one
    assert aki.get(reverse("audit-request", args=["abc"])).status_code == 404


def test_an_object_leads_to_its_records_for_who_may_read_them(
    aki: Client, rita: Client, tokyo: Cluster, page: Page
) -> None:
    link = f"/audit/?about=cluster%3A{tokyo.pk}"
    assert link in page(aki, reverse("cluster", args=["TOKYO"]))
    assert link not in page(rita, reverse("cluster", args=["TOKYO"]))
    note(Action.FAILOVER_CONFIRMED, "failover", tokyo)
    note(Action.SITE_CREATED, "North")
    text = page(aki, link)
    assert "olga confirmed the failover of TOKYO" in text
    assert "North" not in text


def test_a_filter_is_saved_found_again_changed_and_removed(aki: Client, page: Page) -> None:
    note(Action.OPERATION_FAILED, "failover")
    query = "outcome=failed&days=7&actor=&before=3"
    answer = aki.post(reverse("save-audit-filter"), {"name": "What failed", "query": query, "shared": ""})
    assert answer["Location"] == "/audit/?outcome=failed&days=7"
    text = page(aki, answer["Location"])
    assert '<a class="chip" href="/audit/?outcome=failed&amp;days=7" aria-current="true">What failed</a>' in text
    row = SavedFilter.objects.get()
    aki.post(reverse("change-audit-filter", args=[row.pk]), {"name": "Failures"})
    text = page(aki, reverse("audit-filters"))
    assert "Failures" in text
    assert '<span class="soft">Time</span> the last 7 days' in text, "as the form calls it, not as the address does"
    aki.post(reverse("remove-audit-filter", args=[row.pk]))
    assert "No filter is saved yet" in page(aki, reverse("audit-filters"))


def test_anothers_filter_is_not_there_and_a_shared_one_cannot_be_changed(aki: Client, ada: Client, page: Page) -> None:
    ada.post(reverse("save-audit-filter"), {"name": "Hers", "query": "actor=olga"})
    row = SavedFilter.objects.get()
    assert aki.post(reverse("remove-audit-filter", args=[row.pk])).status_code == 404
    ada.post(reverse("change-audit-filter", args=[row.pk]), {"name": "Everybody", "shared": "on"})
    assert "Everybody" in page(aki, reverse("audit"))
    assert aki.post(reverse("remove-audit-filter", args=[row.pk])).status_code == 403
    assert SavedFilter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_file_says_whether_it_is_the_whole_audit(aki: Client) -> None:
    note(Action.SITE_CREATED, "North")
    for form, query, name in (
        ("jsonl", {}, "changeover-audit.jsonl"),
        ("syslog", {"origin": "page"}, "changeover-audit-part.log"),
    ):
        answer = aki.get(reverse("audit-export", args=[form]), query)
        assert f'filename="{name}"' in answer["Content-Disposition"]
        assert "added the site North" in kept(answer) or form == "jsonl"
    assert [
        row.after["whole"] for row in AuditRecord.objects.filter(action="audit:records:exported").order_by("seq")
    ] == [
        True,
        False,
    ]
    assert "does not verify as a chain" in aki.get(reverse("audit"), {"origin": "page"}).content.decode()
