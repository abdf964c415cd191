"""Text that a node, a directory or a person can fill never becomes markup, wherever it is shown."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from console.domain.checks import Check, Reason, Refusal, Verdict
from console.domain.directory import AttributeChange, EntryChange
from console.domain.plan import Membership, PlannedCommand, Step
from console.models import AuditRecord, Cluster, PlanRecord
from console.services import plans
from tests.services import making
from tests.web import world
from tests.web.world import HOSTILE

Page = Callable[..., str]
WHERE_LINES_END = re.compile(r'<wbr>|<span class="nowrap">|</span>')
"""What a long name is parted by, and kept whole by."""


def harmless(text: str, times: int = 1) -> None:
    """The text is there, and only as text."""
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    shown = WHERE_LINES_END.sub("", text)
    assert shown.count("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;") >= times


def test_in_an_observation(olga: Client, tokyo: Cluster, page: Page) -> None:
    world.observed(tokyo, text=HOSTILE)
    harmless(page(olga, "/"), 4)
    harmless(page(olga, reverse("cluster", args=["TOKYO"])), 10)


def test_in_a_plan(olga: Client, tokyo: Cluster, page: Page) -> None:
    change = EntryChange(f"CN={HOSTILE}", "g", (AttributeChange(HOSTILE, (HOSTILE,), (HOSTILE + "2",)),))
    step = Step(
        "a",
        "directory.apply",
        HOSTILE,
        HOSTILE,
        commands=(PlannedCommand(HOSTILE, HOSTILE),),
        changes=(change,),
        undo=HOSTILE,
        no_return=HOSTILE,
    )
    checks = tuple(
        Check(f"k{verdict}", HOSTILE, verdict, HOSTILE, HOSTILE, evidence=HOSTILE, about=HOSTILE) for verdict in Verdict
    )
    membership = Membership(HOSTILE, 1, 1, "d", {HOSTILE: 1})
    record = making.ready(
        tokyo, steps=(step,), checks=checks, membership=membership, notes=(HOSTILE,), controller=HOSTILE
    )
    harmless(page(olga, reverse("plan", args=[record.pk])), 20)
    response = olga.post(
        reverse("confirm-plan", args=[record.pk]), {"reason": HOSTILE, "typed": HOSTILE, "hash": HOSTILE}
    )
    harmless(response.content.decode(), 22)


def test_in_a_refusal_and_in_an_error(olga: Client, tokyo: Cluster, page: Page) -> None:
    record = plans.prepare(tokyo, "failover", "", making.actor(), send=False)

    def refuse(*_: object) -> None:
        raise Refusal(HOSTILE, [Reason(f"{HOSTILE}.", HOSTILE, HOSTILE, HOSTILE)])

    plans.make(record.pk, refuse)  # type: ignore[arg-type]
    harmless(page(olga, reverse("plan", args=[record.pk])), 4)
    PlanRecord.objects.filter(pk=record.pk).update(state="failed", error={"message": HOSTILE, "remedy": HOSTILE})
    harmless(page(olga, reverse("plan", args=[record.pk])), 2)


def test_in_the_mailboxes_of_a_plan(olga: Client, tokyo: Cluster, page: Page) -> None:
    record = plans.prepare(tokyo, "failover", "", making.actor(), send=False)

    def planner(of: PlanRecord, sink: Callable[[object], None]) -> object:
        sink([("g", f"CN={HOSTILE}", [[HOSTILE, HOSTILE, HOSTILE]])])
        return making.plan_of(of, target="TOK-EX2", source="TOK-EX1")

    plans.make(record.pk, planner)  # type: ignore[arg-type]
    address = reverse("plan-mailboxes", args=[record.pk])
    harmless(page(olga, address), 4)
    response = olga.get(address, {"q": HOSTILE + "not there"})
    harmless(response.content.decode(), 2)


@pytest.mark.parametrize("status", ["running", "failed", "uncertain"])
def test_in_an_operation_and_its_journal(olga: Client, tokyo: Cluster, page: Page, status: str) -> None:
    world.observed(tokyo, text=HOSTILE)
    todo = [{"what": HOSTILE, "why": HOSTILE, "remedy": HOSTILE}]
    columns = {"reason": HOSTILE, "ending_summary": HOSTILE, "ending_remedy": HOSTILE, "todo": todo}
    operation = world.running(tokyo, **columns) if status == "running" else world.ended(tokyo, status, **columns)
    world.write(operation, [(kind, "stop", HOSTILE) for kind in ("started", "output", "warning", "failed", "note")])
    world.write(operation, [("output", HOSTILE, HOSTILE)])
    text = page(olga, reverse("operation", args=[operation.pk]))
    harmless(text, 8)
    harmless(page(olga, reverse("operation-state", args=[operation.pk])), 2)
    harmless(olga.get(reverse("operation", args=[operation.pk]), {"q": HOSTILE, "step": HOSTILE}).content.decode(), 1)


def test_in_the_audit_and_in_filters(ada: Client, tokyo: Cluster, page: Page) -> None:
    ada.post(reverse("theme"), {"theme": "dark", "next": f"/?{HOSTILE}"})
    operation = world.running(tokyo)
    ada.post(reverse("stop-operation", args=[operation.pk]), {"reason": HOSTILE})
    harmless(page(ada, reverse("audit")), 1)
    asked = AuditRecord.objects.get(action="operation:stop:asked")
    harmless(page(ada, reverse("audit-record", args=[asked.seq])), 1)
    for address in (reverse("audit"), reverse("operations")):
        harmless(ada.get(address, {"text": HOSTILE, "cluster": HOSTILE, "since": HOSTILE}).content.decode(), 1)


def test_in_an_inventory_file(ada: Client) -> None:
    response = ada.post(reverse("inventory-apply"), {"text": f"{json.dumps(HOSTILE)}: 1"})
    harmless(response.content.decode(), 2)


def test_in_an_address(ada: Client) -> None:
    response = ada.get(f"/clusters/{HOSTILE.replace('/', '')}/")
    assert response.status_code == 404
    assert "<script>alert" not in response.content.decode()
