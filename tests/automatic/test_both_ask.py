"""Two nodes that do not hear each other and both ask: the first that is decided is brought up, after the other ends."""

import pytest

from console.models import Alarm, AuditRecord, Cluster, Operation
from console.services import deciding, events
from tests.automatic.asking import RUNS, decided, tell
from tests.automatic.sights import EX1, EX2, sight
from tests.services import making

pytestmark = pytest.mark.django_db

BOTH = sight(each="Online Pending")


@pytest.fixture
def chosen(db: None) -> Operation:
    """Both have asked, each claiming the group, and TOK-EX2 was decided about first."""
    making.cluster()
    tell("starting", EX1)
    tell("starting", EX2)
    operation = decided(EX2, BOTH).operation
    assert operation is not None
    return operation


def test_the_other_one_is_told_no_in_the_same_breath_with_an_alarm_and_an_audit(chosen: Operation) -> None:
    assert (chosen.kind, chosen.target, chosen.status) == ("takeover", EX2, "queued")
    answer = events.answer_for(RUNS[EX1], EX1)
    assert answer.answer == "no"
    assert "TOK-EX2 asks too" in (answer.reason or "")
    assert Alarm.objects.get().key == "two-actives"
    assert AuditRecord.objects.filter(action="webhook:run:told-no").count() == 1
    assert deciding.due() == []


def test_what_was_told_no_is_not_decided_any_more(chosen: Operation) -> None:
    assert decided(EX1, BOTH).decision == "no"
    chosen.refresh_from_db()
    assert chosen.status == "queued"
    assert Operation.objects.count() == 1


def test_its_next_question_is_told_no_too_and_does_not_end_what_is_under_way(chosen: Operation) -> None:
    tell("starting", EX1, run="run-of-ex1-9876543210")
    run = decided(EX1, BOTH)
    chosen.refresh_from_db()
    assert (run.answer, chosen.status, Operation.objects.count()) == ("no", "queued", 1)
    assert "TOK-EX2 itself says that it has the group" in run.reason


def test_it_is_followed_once_the_chosen_node_no_longer_claims_the_group(chosen: Operation) -> None:
    tell("starting", EX1, run="run-of-ex1-9876543210")
    run = decided(EX1, sight(holder=EX1))
    chosen.refresh_from_db()
    assert (chosen.status, run.decision) == ("failed", "open")
    assert events.answer_for(RUNS[EX2], EX2).answer == "no"
    assert Operation.objects.latest("pk").target == EX1


def test_an_active_node_that_had_asked_before_is_no_tie(db: None) -> None:
    making.cluster()
    tell("starting", EX1)
    tell("starting", EX2)
    assert decided(EX2, sight(each="Online", store_on=EX1)).answer == "no"
    assert Cluster.objects.get().goes.count() == 0
    assert Operation.objects.count() == 0
