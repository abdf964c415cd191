"""Taking an operation back from its page: the button, the plan, the links both ways, and the receipts as a file."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.domain.directory import AttributeChange, EntryChange, Modified
from console.domain.plan import Step
from console.domain.receipts import Receipt
from console.models import Cluster, Operation, PlanRecord
from console.services import plans
from console.services.confirm import confirm
from console.services.receipts import OperationReceipts
from tests.services import making
from tests.web import world
from tests.web.reading import kept

Page = Callable[..., str]


def at(operation: Operation, name: str = "operation") -> str:
    return reverse(name, args=[operation.pk])


def changed(cluster: Cluster, status: str = "failed", *, dn: str = "CN=Ann,DC=corp") -> Operation:
    """One that has ended after it stopped the services and changed a mailbox."""
    operation = world.running(cluster, lease_token=3)
    receipts = OperationReceipts(operation.pk, 3)
    receipts.keep(Receipt("stop", "service.stop", "It is RUNNING.", {"node": "X", "service": "IS", "state": "RUNNING"}))
    change = EntryChange(dn, "g", (AttributeChange("homeMDB", ("CN=A",), ("CN=B",)),))
    number = receipts.keep(Receipt("move", "directory.mailboxes", "1 mailbox", changes=(change,)))
    receipts.settle(number, [Modified("applied")])
    Operation.objects.filter(pk=operation.pk).update(
        status=status, ended_at=timezone.now(), lease_until=None, ending_summary="So it ended."
    )
    operation.refresh_from_db()
    return operation


@pytest.mark.parametrize("status", ["failed", "stopped", "succeeded"])
def test_what_has_ended_and_changed_something_offers_its_undo(
    olga: Client, tokyo: Cluster, page: Page, status: str
) -> None:
    operation = changed(tokyo, status)
    text = page(olga, at(operation))
    assert "Take it back" in text
    choice = text.partition('name="from"')[2].partition("</select>")[0]
    assert '<option value="move">Move the group</option>' in choice
    assert '<option value="stop">' not in choice, "the first step is all of it"
    assert at(operation, "operation-receipt") in text


@pytest.mark.parametrize("status", ["failed", "running"])
def test_what_changed_nothing_or_still_runs_offers_none(olga: Client, tokyo: Cluster, page: Page, status: str) -> None:
    made = world.ended(tokyo, "failed") if status == "failed" else world.running(tokyo)
    assert "Take it back" not in page(olga, at(made))


def test_the_button_asks_for_the_plan_and_both_pages_are_linked(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = changed(tokyo)
    answer = olga.post(at(operation, "undo-operation"), {"from": "move"})
    record = PlanRecord.objects.get(undoes=operation)
    assert (answer.status_code, answer["Location"]) == (302, reverse("plan", args=[record.pk]))
    plans.make(record.pk, making.planner(kind="undo"))
    text = page(olga, answer["Location"])
    assert "Takes back an operation on" in text
    assert at(operation) in text
    assert "Undo now" in text
    undo = confirm(PlanRecord.objects.get(pk=record.pk), making.actor(), "a mistake")
    assert f'<a href="{at(undo)}">Operation {undo.pk}</a> takes this one back' in page(olga, at(operation))
    assert f'takes back <a href="{at(operation)}">operation {operation.pk}</a>' in page(olga, at(undo))


@pytest.mark.parametrize(("undone_from", "all_of_it"), [("", True), ("move", False)])
def test_what_was_taken_back_says_so_and_offers_only_what_is_left(
    olga: Client, tokyo: Cluster, page: Page, undone_from: str, all_of_it: bool
) -> None:
    operation = changed(tokyo)
    Operation.objects.filter(pk=operation.pk).update(ending_remedy="Have it carried on.")
    undo = world.ended(tokyo, "succeeded", kind="failback")
    Operation.objects.filter(pk=undo.pk).update(kind="undo")
    PlanRecord.objects.filter(pk=undo.plan_id).update(undoes=operation, undo_from=undone_from)
    text = page(olga, at(operation))
    assert "takes this one back" in text
    assert ("there is nothing left to undo" in text) is all_of_it
    assert ("Have it carried on." in text) is not all_of_it
    assert ("Shows the plan of every step back" in text) is not all_of_it


def test_a_refusal_says_why_and_what_to_do(olga: Client, tokyo: Cluster, page: Page) -> None:
    first, later = changed(tokyo), changed(tokyo)
    text = page(olga, at(first))
    assert f"Operation {later.pk} (failover to" in text
    answer = olga.post(at(first, "undo-operation"))
    assert (answer.status_code, "plan a failover or failback" in answer.content.decode()) == (409, True)
    assert not PlanRecord.objects.filter(undoes=first).exists()


def test_an_uncertain_operation_is_looked_into_first(olga: Client, tokyo: Cluster, page: Page) -> None:
    assert "Look and acknowledge first; then it can be taken back." in page(olga, at(changed(tokyo, "uncertain")))


def test_who_may_only_look_sees_why_the_button_is_not_there(rita: Client, tokyo: Cluster, page: Page) -> None:
    operation = changed(tokyo)
    assert "may not start, stop or acknowledge operations on TOKYO" in page(rita, at(operation))
    assert rita.post(at(operation, "undo-operation")).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_receipts_are_a_file_whatever_the_names_hold(rita: Client, tokyo: Cluster) -> None:
    operation = changed(tokyo, dn="CN=Zoë,OU=a\nchangetype: delete")
    answer = rita.get(at(operation, "operation-receipt"))
    text = kept(answer)
    assert answer["Content-Disposition"] == f'attachment; filename="operation-{operation.pk}-receipt.ldif"'
    assert "\ndn:: " in text
    assert "\nchangetype: delete" not in text
    assert "add: homeMDB\nhomeMDB: CN=A\n-\n" in text


def test_there_is_no_file_where_nothing_was_changed(rita: Client, tokyo: Cluster) -> None:
    answer = rita.get(at(world.ended(tokyo, "failed"), "operation-receipt"))
    assert (answer.status_code, "left no receipt" in answer.content.decode()) == (409, True)


def test_the_plan_page_draws_the_line_of_no_return_or_says_that_there_is_none(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    plain = making.ready(tokyo)
    assert "No line of no return" in page(olga, reverse("plan", args=[plain.pk]))
    go = Step("go", "go", "Give the go", "bring-up", no_return="What has begun cannot be called back.")
    late = Step("late", "go", "Give it again", "bring-up", no_return="Nor this.")
    text = page(olga, reverse("plan", args=[making.ready(tokyo, steps=(*making.STEPS, go, late)).pk]))
    assert text.count("Line of no return.") == 1
    assert text.index("Line of no return.") < text.index("Give the go")
    assert "Cannot be taken back: Nor this." in text


def test_a_plan_of_an_undo_that_was_refused_is_asked_for_again_as_an_undo(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    operation = changed(tokyo, "uncertain")
    record = plans.make(plans.prepare_undo(operation, "move", making.actor(), send=False).pk)
    text = page(olga, reverse("plan", args=[record.pk]))
    assert f'action="{at(operation, "undo-operation")}"' in text
    assert '<input type="hidden" name="from" value="move">' in text
