"""Reasons of some length and tickets, where the cluster says so; and never between a dead node and its takeover."""

import json
import time
from collections.abc import Callable

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from console.domain import tickets
from console.domain.checks import Refusal
from console.models import AuditRecord, Cluster, Operation, OsAccount, PlanRecord
from console.services import approvals, reasons, record
from console.services.access import os_user
from console.services.confirm import confirm
from tests import personas
from tests.approvals import asking
from tests.approvals.conftest import browser
from tests.commands.conftest import Told, command
from tests.services import making

LONG = "new firmware on TOK-EX1, as agreed on Monday"


@pytest.mark.parametrize(
    ("mask", "fitting", "others"),
    [
        (
            "CHG######",
            ["CHG123456", "chg000000"],
            ["CHG12345", "CHG1234567", "XCHG123456", "CHG12345a", "CHG١٢٣٤٥٦", ""],
        ),
        ("OPS-*", ["OPS-1", "ops-1234", "OPS-a-1"], ["OPS-", "OPS-1 2", "OPS-" + "1" * 21, "OPS-1\n"]),
        ("@@/##", ["ab/12"], ["ab-12", "a1/12"]),
        ("a.b#", ["a.b1"], ["axb1"]),
    ],
)
def test_a_ticket_looks_as_its_mask_says(mask: str, fitting: list[str], others: list[str]) -> None:
    assert tickets.mask_complaint(mask) is None
    assert {given: tickets.fits([mask], given) for given in fitting} == dict.fromkeys(fitting, True)
    assert {given: tickets.fits([mask], given) for given in others} == dict.fromkeys(others, False)


@given(st.text(alphabet="#@*AZaz09._:/-", max_size=45))
def test_what_is_given_as_an_example_fits(mask: str) -> None:
    if tickets.mask_complaint(mask) is None:
        assert tickets.fits([mask], tickets.example(mask))


@pytest.mark.parametrize("mask", ["", "CHG", "(a+)+#", "A*B*", "#" * 41, "CHG ###", "\\d+#", "[0-9]#", "Ä#"])
def test_what_is_no_mask_is_refused_with_an_example(mask: str) -> None:
    complaint = tickets.mask_complaint(mask)
    assert complaint is not None
    assert "CHG######" in complaint[1]


def test_no_ticket_makes_matching_slow() -> None:
    masks, began = ["-*" + "-" * 10 + "#", "a" * 20 + "*"], time.monotonic()
    for given_text in ("-" * 64, "a" * 64, "-" * 1_000_000):
        tickets.fits(masks, given_text)
    assert time.monotonic() - began < 1


@pytest.fixture
def tokyo(db: None) -> Cluster:
    """A cluster that asks for twenty characters, and for a ticket of a failover."""
    cluster = making.cluster()
    cluster.reason_length, cluster.tickets, cluster.ticket_kinds = 20, ["CHG######", "INC*"], ["failover"]
    cluster.save()
    return cluster


def refused(plan: PlanRecord, reason: str, **more: object) -> dict[str, str]:
    """What is missing, and what to do, by key."""
    with pytest.raises(Refusal) as why:
        confirm(plan, making.actor(), reason, **more)  # type: ignore[arg-type]
    return {each.key: f"{each.text} {each.remedy}" for each in why.value.reasons}


def test_what_is_missing_is_named_with_an_example(tokyo: Cluster) -> None:
    plan = making.ready(tokyo)
    told = refused(plan, "firmware")
    assert set(told) == {"confirm.reason", "confirm.ticket"}
    assert "8 characters; TOKYO asks for 20" in told["confirm.reason"]
    assert "such as CHG" in told["confirm.ticket"]
    assert "CHG1 is not a ticket of TOKYO" in refused(plan, LONG, ticket="CHG1")["confirm.ticket"]
    assert not Operation.objects.exists()


def test_both_are_kept_in_the_row_the_audit_and_the_record(tokyo: Cluster) -> None:
    operation = confirm(making.ready(tokyo), making.actor(), LONG, ticket=" chg123456 ")
    assert operation.ticket == "chg123456"
    assert AuditRecord.objects.get(action="operation:failover:confirmed").after["ticket"] == "chg123456"
    data = record.document(operation)
    assert (data["ticket"], record.verified(data).holds) == ("chg123456", True)


def test_other_kinds_need_no_ticket_and_the_reason_all_the_same(tokyo: Cluster) -> None:
    plan = making.ready(tokyo, "failback", "TOK-EX1")
    assert set(refused(plan, "short")) == {"confirm.reason"}
    assert confirm(plan, making.actor(), LONG).ticket == ""


def test_a_takeover_waits_for_neither_and_takes_its_ticket_afterwards(tokyo: Cluster) -> None:
    tokyo.ticket_kinds = []
    tokyo.save()
    plan = making.ready(tokyo, "takeover", "TOK-EX2")
    operation = confirm(plan, making.actor(), "fire", typed="TOKYO", sentence="TOK-EX1 is down")
    assert operation.ticket == ""
    with pytest.raises(Refusal, match="CHG1 is not a ticket"):
        reasons.give_ticket(operation, making.actor(), "CHG1")
    assert reasons.give_ticket(operation, making.actor(), "INC42").ticket == "INC42"
    reasons.give_ticket(operation, making.actor(), "INC42")
    told = AuditRecord.objects.get(action="operation:ticket:given")
    assert (told.before, told.after) == ({"ticket": ""}, {"ticket": "INC42"})
    assert record.verified(record.document(operation)).holds


def test_an_emergency_waits_for_no_ticket(tokyo: Cluster) -> None:
    asking.guarded(tokyo, override_roles=["administrator"])
    said = {"typed": "TOKYO", "emergency": "TOKYO cannot wait for an approval"}
    assert confirm(making.ready(tokyo), asking.ada(), LONG, **said).ticket == ""  # type: ignore[arg-type]


def test_an_approval_is_asked_for_with_such_a_reason_too(tokyo: Cluster) -> None:
    asking.guarded(tokyo)
    plan = making.ready(tokyo)
    with pytest.raises(Refusal, match="not asked for yet"):
        approvals.ask(plan, making.actor(), "firmware")
    assert approvals.ask(plan, making.actor(), LONG).open


def test_the_page_asks_for_both_and_says_what_is_missing(tokyo: Cluster) -> None:
    olga, plan = browser(personas.olga()), making.ready(tokyo)
    text = olga.get(reverse("plan", args=[plan.pk])).content.decode()
    assert "asks for at least 20 characters" in text
    assert "such as CHG456789 or INC1234" in text
    sent = {"hash": plan.hash, "reason": "firmware", "ticket": "42"}
    answer = olga.post(reverse("confirm-plan", args=[plan.pk]), sent)
    assert answer.status_code == 422
    assert "Use at least 20 characters" in answer.content.decode()
    assert "Give the number of the change or incident" in answer.content.decode()
    answer = olga.post(reverse("confirm-plan", args=[plan.pk]), sent | {"reason": LONG, "ticket": "INC-7"})
    operation = Operation.objects.get()
    assert (answer.status_code, operation.ticket) == (302, "INC-7")
    listed = olga.get(reverse("operations"), {"ticket": "inc-7"}).content.decode()
    assert reverse("operation", args=[operation.pk]) in listed
    assert "No operation fits" in olga.get(reverse("operations"), {"ticket": "INC-8"}).content.decode()


def test_a_ticket_is_given_on_the_operation_s_page_by_who_operates_alone(tokyo: Cluster) -> None:
    operation = confirm(making.ready(tokyo), making.actor(), LONG, ticket="INC1")
    address = reverse("ticket-operation", args=[operation.pk])
    assert browser(personas.rita()).post(address, {"ticket": "INC2"}).status_code == 403
    olga = browser(personas.olga())
    assert olga.post(address, {"ticket": "<b>"}).status_code == 409
    assert olga.post(address, {"ticket": "INC2"}).status_code == 302
    assert "INC2" in olga.get(reverse("operation", args=[operation.pk])).content.decode()


@pytest.fixture
def manage(tokyo: Cluster) -> Callable[..., Told]:
    OsAccount.objects.create(os_user=os_user(), user=personas.olga())
    return command()


def test_the_command_asks_before_it_starts_anything(
    tokyo: Cluster, manage: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = making.ready(tokyo)
    monkeypatch.setattr("console.management.planning.made_plan", lambda wanted, who: (plan, making.plans.of(plan)))
    code, text, _ = manage("run", "TOKYO", "failover", "--yes", "--json")
    assert code == 2
    assert {each["key"] for each in json.loads(text)["reasons"]} == {"confirm.reason", "confirm.ticket"}
    code, text, _ = manage("run", "TOKYO", "failover", "--yes", "--json", "--reason", LONG, "--ticket", "CHG000001")
    assert (code, Operation.objects.get().ticket) == (0, "CHG000001")
