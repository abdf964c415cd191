"""An operation that ended half-way is carried on from its page: from there, without a step, or by an answer."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from console.models import Cluster, JournalLine, Operation
from tests.web import world

Page = Callable[..., str]


def half_done(cluster: Cluster, status: str, step: str, **columns: object) -> Operation:
    """Ended at `step`, after the services were stopped."""
    operation = world.ended(cluster, status, ending_step=step, **columns)
    world.write(operation, [("acting", "stop", "NODE1: sc stop X")], {"attempt": 1})
    world.write(operation, [("done", "stop", "Stopped.")])
    world.write(operation, [("acting", step, "NODE1: it acts")], {"attempt": 1})
    return operation


def at(operation: Operation, name: str = "operation") -> str:
    return reverse(name, args=[operation.pk])


def say(client: Client, operation: Operation, **fields: str) -> tuple[int, str]:
    answer = client.post(at(operation, "carry-on-operation"), fields)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("status", ["failed", "stopped"])
def test_what_failed_or_was_stopped_offers_to_be_carried_on(
    olga: Client, tokyo: Cluster, page: Page, status: str
) -> None:
    operation = half_done(tokyo, status, "move")
    text = page(olga, at(operation))
    assert "Carry on from here" in text
    assert "at “Move the group”" in text
    assert "“Move the group” cannot be left out" in text
    assert "Make a new plan" in text
    assert say(olga, operation, choice="retry", reason="mended")[0] == 302
    text = page(olga, at(operation))
    assert "It goes on from where its journal ends." in text
    assert "attempt 2" in text
    assert "Carry on from here" not in text
    assert "run-step--waiting" in text
    assert "run-step--failed" not in text
    assert "run-step--running" not in text, "no worker has it yet"


def test_a_step_is_left_out_with_a_reason_and_shown_so(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = half_done(tokyo, "failed", "greet")
    text = page(olga, at(operation))
    assert "Go on without this step" in text
    assert "Nobody will have proved that every protocol greets." in text
    status, text = say(olga, operation, choice="skip")
    assert status == 409
    assert "No reason was given." in text
    assert say(olga, operation, choice="skip", reason="POP3 is not used")[0] == 302
    text = page(olga, at(operation))
    assert "run-step--skipped" in text
    assert "POP3 is not used" in text


def test_what_is_uncertain_shows_the_facts_and_three_choices(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = half_done(tokyo, "uncertain", "move")
    text = page(olga, at(operation))
    assert "Nothing was observed since this operation ended." in text
    assert "It happened" not in text
    world.observed(tokyo, ago=-1)
    text = page(olga, at(operation))
    assert "NODE1: it acts" in text
    for choice in ("It happened", "Do it again", "Or stop here"):
        assert choice in text
    assert "Carry on from here" not in text
    assert say(olga, operation, choice="happened", reason="clpstat shows it")[0] == 302
    assert JournalLine.objects.get(operation=operation, kind="already").step == "move"


def test_what_stands_in_the_way_is_told_with_its_remedy(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = half_done(tokyo, "failed", "move")
    JournalLine.objects.filter(operation=operation, seq=1).delete()
    text = page(olga, at(operation))
    assert "line 1 is missing" in text
    assert "Carry on from here" not in text
    status, text = say(olga, operation, choice="retry")
    assert status == 409
    assert "line 1 is missing" in text


def test_only_the_latest_operation_can_be_carried_on(olga: Client, tokyo: Cluster, page: Page) -> None:
    operation = half_done(tokyo, "failed", "move")
    later = world.ended(tokyo, "succeeded", "failback")
    assert "Carry on from here" not in page(olga, at(operation))
    status, text = say(olga, operation, choice="retry")
    assert status == 409
    assert f"Operation {later.pk}" in text


@pytest.mark.parametrize("choice", ["", "gibberish", "<script>"])
def test_a_choice_that_there_is_not_changes_nothing(olga: Client, tokyo: Cluster, choice: str) -> None:
    operation = half_done(tokyo, "failed", "move")
    status, text = say(olga, operation, choice=choice)
    assert status == 422
    assert "cannot be read as a choice" in text
    operation.refresh_from_db()
    assert operation.status == "failed"


def test_who_may_only_look_is_told_why_there_is_no_button(rita: Client, tokyo: Cluster, page: Page) -> None:
    text = page(rita, at(half_done(tokyo, "failed", "move")))
    assert "Carry on from here" not in text
    assert "may not start, stop or acknowledge operations" in text
