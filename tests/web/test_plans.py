"""The plan's page in each of its states, its confirmation, and its list of mailboxes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from console.domain.checks import Check, Reason, Refusal, Verdict
from console.domain.directory import AttributeChange, EntryChange
from console.domain.plan import PlannedCommand, Step
from console.models import AuditRecord, Cluster, Operation, PlanRecord
from console.services import plans
from tests.services import making
from tests.web import world

Page = Callable[..., str]
FULL = (
    Step("recheck", "recheck", "Check again", "recheck", undo="Changes nothing.", safe_point=True),
    Step(
        "stop",
        "service.stop",
        "Stop the store",
        "hand-over",
        params={"outage": True},
        commands=(PlannedCommand("TOK-EX1", "sc stop MSExchangeIS"),),
        undo="Start it again.",
        safe_point=True,
    ),
    Step(
        "names",
        "directory.apply",
        "Move the names",
        "directory",
        changes=(
            EntryChange("CN=TOK-EX1,DC=x", "g", (AttributeChange("servicePrincipalName", ("A/1", "B/1"), ("B/1",)),)),
        ),
        no_return="After this the old owner cannot be reached by name.",
    ),
)


def confirmed(record: PlanRecord, **more: str) -> dict[str, str]:
    return {"hash": record.hash, "reason": "maintenance", **more}


def address(record: PlanRecord) -> str:
    return reverse("confirm-plan", args=[record.pk])


def test_pressing_the_button_asks_for_a_plan_and_leads_to_its_page(olga: Client, tokyo: Cluster, page: Page) -> None:
    response = olga.post(reverse("prepare-plan", args=["TOKYO"]), {"kind": "failover", "target": "TOK-EX2"})
    record = PlanRecord.objects.get()
    assert response["Location"] == reverse("plan", args=[record.pk])
    text = page(olga, response["Location"])
    assert "Waiting for a worker of the site main" in text
    assert 'http-equiv="refresh"' in text
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("kind", "target", "said"),
    [
        ("sideways", "", "no kind of operation"),
        ("failover", "EX9", "no node"),
        ("failback", "TOK-EX2", "leads to the primary"),
        ("", "", "no kind of operation"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_a_remedy(
    olga: Client, tokyo: Cluster, kind: str, target: str, said: str
) -> None:
    response = olga.post(reverse("prepare-plan", args=["TOKYO"]), {"kind": kind, "target": target})
    text = response.content.decode()
    assert response.status_code == 409
    assert said in text
    assert 'class="remedy"' in text
    assert not PlanRecord.objects.exists()


def test_a_refused_plan_lists_every_reason_with_its_remedy_and_can_be_asked_again(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    record = plans.prepare(tokyo, "failover", "", making.actor(), send=False)
    reasons = [Reason(f"Reason {n}.", f"Remedy {n}.", "node.answers", "TOK-EX2") for n in (1, 2, 3)]

    def refuse(*_: object) -> None:
        raise Refusal("TOKYO cannot be moved now.", reasons)

    plans.make(record.pk, refuse)  # type: ignore[arg-type]
    text = page(olga, reverse("plan", args=[record.pk]))
    for number in (1, 2, 3):
        assert f"Reason {number}." in text
        assert f"Remedy {number}." in text
    assert "3 reasons" in text
    assert "Check again" in text
    assert text.count(reverse("cluster", args=["TOKYO"])) >= 4


def test_a_plan_that_could_not_be_made_says_why_and_what_to_do(olga: Client, tokyo: Cluster, page: Page) -> None:
    record = plans.prepare(tokyo, "failover", "", making.actor(), send=False)
    PlanRecord.objects.filter(pk=record.pk).update(prepare_before=timezone.now() - timedelta(seconds=1))
    text = page(olga, reverse("plan", args=[record.pk]))
    assert "No worker of the site main took this plan up" in text
    assert "Start a worker for that site" in text


def test_a_ready_plan_shows_commands_changes_lines_and_checks(olga: Client, tokyo: Cluster, page: Page) -> None:
    checks = (
        Check("a", "All is well", Verdict.PASS, "fine"),
        Check("b", "Doubtful", Verdict.WARN, "hm", "Look at it.", evidence="what clpstat printed"),
    )
    record = making.ready(tokyo, steps=FULL, checks=checks, notes=("Outlook must be restarted.",))
    text = page(olga, reverse("plan", args=[record.pk]))
    words = strip_tags(text)
    assert "Moves Exchange on TOKYO from TOK-EX1 to TOK-EX2: 3 steps, 1 command, 1 directory object" in words
    assert "sc stop MSExchangeIS" in text
    assert '<del><span class="visually-hidden">before: </span><span class="nowrap">A/1</span></del>' in text
    assert "B/1" not in text, "a value that stays is no change"
    assert "Line of no return" in text
    assert "After this the old owner cannot be reached by name." in text
    assert "Mail goes down with the next step" in text
    assert text.index("Doubtful") < text.index("All is well")
    assert "what clpstat printed" in text
    assert "Outlook must be restarted." in text
    assert record.hash[:12] in text


def test_confirming_starts_one_operation_however_often_it_is_sent(olga: Client, tokyo: Cluster, page: Page) -> None:
    record = making.ready(tokyo)
    first = olga.post(address(record), confirmed(record))
    second = olga.post(address(record), confirmed(record))
    operation = Operation.objects.get()
    assert first["Location"] == second["Location"] == reverse("operation", args=[operation.pk])
    assert operation.reason == "maintenance"
    assert operation.requested_by_name == "olga"
    assert AuditRecord.objects.filter(action="operation:failover:confirmed").count() == 1
    assert "This plan was confirmed" in page(olga, reverse("plan", args=[record.pk]))


def test_without_a_reason_nothing_starts_and_what_was_typed_stays(olga: Client, tokyo: Cluster) -> None:
    record = making.ready(tokyo, checks=(making.unknown(),))
    response = olga.post(address(record), {"hash": record.hash, "typed": "TOKYO", "reason": "   "})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Say why in a few words" in text
    assert 'value="TOKYO"' in text
    assert not Operation.objects.exists()


def test_an_unknown_must_be_ticked_and_the_name_typed(olga: Client, tokyo: Cluster) -> None:
    record = making.ready(tokyo, checks=(making.unknown(),))
    for said in (
        {},
        {"typed": "TOKYO"},
        {"accepted": "partition.free"},
        {"typed": "tokyo", "accepted": "partition.free"},
    ):
        assert olga.post(address(record), confirmed(record, **said)).status_code == 422
    assert not Operation.objects.exists()
    assert olga.post(address(record), confirmed(record, typed="TOKYO", accepted="partition.free")).status_code == 302
    assert Operation.objects.count() == 1


def test_a_plan_that_was_not_looked_at_is_not_confirmed(olga: Client, tokyo: Cluster) -> None:
    record = making.ready(tokyo)
    response = olga.post(address(record), {"hash": "0" * 64, "reason": "maintenance"})
    assert response.status_code == 422
    assert "not the plan that you looked at" in response.content.decode()
    assert not Operation.objects.exists()


def test_an_expired_plan_shows_no_form_and_is_refused(olga: Client, tokyo: Cluster, page: Page) -> None:
    record = making.ready(tokyo)
    PlanRecord.objects.filter(pk=record.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "This plan has expired" in page(olga, reverse("plan", args=[record.pk]))
    assert address(record) not in page(olga, reverse("plan", args=[record.pk]))
    response = olga.post(address(record), confirmed(record))
    assert response.status_code == 409
    assert "Plan" in response.content.decode()
    assert not Operation.objects.exists()


def test_a_plan_that_was_tampered_with_is_refused(olga: Client, tokyo: Cluster) -> None:
    record = making.ready(tokyo)
    record.body["target"] = "TOK-EX1"
    record.save()
    for response in (olga.get(reverse("plan", args=[record.pk])), olga.post(address(record), confirmed(record))):
        assert response.status_code == 409
        assert "no longer what was made" in response.content.decode()
    assert not Operation.objects.exists()


def test_another_operation_in_the_way_is_named_and_linked(olga: Client, tokyo: Cluster) -> None:
    back = making.ready(tokyo, "failback")
    running = world.running(tokyo)
    response = olga.post(address(back), confirmed(back))
    text = response.content.decode()
    assert response.status_code == 409
    assert f"Operation {running.pk}" in text
    assert reverse("operation", args=[running.pk]) in text


def test_the_mailboxes_are_paged_and_searched(olga: Client, tokyo: Cluster, page: Page) -> None:
    record = plans.prepare(tokyo, "failover", "", making.actor(), send=False)

    def planner(of: PlanRecord, sink: Callable[[object], None]) -> object:
        sink([(f"g{n}", f"CN=User {n:03d},DC=x", [["homeMDB", "old", "new"]]) for n in range(120)])
        return making.plan_of(of, target="TOK-EX2", source="TOK-EX1")

    plans.make(record.pk, planner)  # type: ignore[arg-type]
    base = reverse("plan-mailboxes", args=[record.pk])
    first = page(olga, base)
    assert "120 mailboxes, page 1 of 3" in first
    assert "User 000" in first
    assert "User 119" not in first
    assert "User 119" in page(olga, f"{base}?page=3")
    found = page(olga, f"{base}?q=user+117")
    assert "User 117" in found
    assert "1 mailbox<" in found
    assert "No mailbox of this plan" in page(olga, f"{base}?q=nobody")
    for nonsense in ("-9", "abc", "0"):
        assert "page 1 of 3" in page(olga, f"{base}?page={nonsense}")
    assert "page 3 of 3" in page(olga, f"{base}?page=99")
