"""Questions that nobody took up in time: a person is told, the node waits, and no answer comes late by itself."""

from datetime import timedelta

import pytest

from console.models import Alarm, Cluster, NodeRun, Operation
from console.services import deciding, events, unanswered, upkeep
from console.services.clock import database_now
from tests.automatic.asking import RUNS, decided, tell
from tests.automatic.sights import EX2, sight
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db: None) -> NodeRun:
    """TOK-EX2's question, asked six minutes ago; nobody has looked into it, and the node asks no more."""
    making.cluster()
    tell("starting")
    age(heard=True)
    return NodeRun.objects.get()


def age(*, heard: bool, minutes: float = 6) -> None:
    """Let time pass for every question; with `heard` also since it was last heard."""
    then = database_now() - timedelta(minutes=minutes)
    NodeRun.objects.update(first_seen_at=then, decide_after=then)
    if heard:
        NodeRun.objects.update(last_seen_at=then)


def test_a_question_that_nobody_looked_into_is_an_alarm_with_a_remedy_once(run: NodeRun) -> None:
    for _ in range(2):
        upkeep.sweep()
    alarm = Alarm.objects.get()
    assert (alarm.key, alarm.run, alarm.cluster) == ("unanswered", run, Cluster.objects.get())
    assert "no worker of the site main" in alarm.text
    assert "Start a worker for the site main" in alarm.remedy
    assert "decide about TOK-EX2 again" in alarm.remedy


def test_it_is_not_decided_late_and_its_node_is_neither_told_no_nor_left_in_silence(run: NodeRun) -> None:
    assert deciding.due() == []
    assert events.answer_for(RUNS[EX2], EX2).answer == "wait"
    assert Operation.objects.count() == 0


def test_the_web_process_raises_the_alarm_while_no_worker_is_alive_to(run: NodeRun) -> None:
    for _ in range(2):
        events.answer_for(RUNS[EX2], EX2)
    assert Alarm.objects.get().key == "unanswered"
    Alarm.objects.update(acknowledged_at=database_now())
    tell("starting")
    assert Alarm.objects.count() == 1, "acknowledged, it is not raised again by the next question"


def test_a_question_that_the_node_still_asks_is_decided_as_soon_as_a_worker_is_back(run: NodeRun) -> None:
    events.answer_for(RUNS[EX2], EX2)
    assert [found.pk for found in deciding.due()] == [run.pk]
    assert decided().decision == "open"


@pytest.mark.parametrize("minutes", [0, 4])
def test_a_question_that_is_young_raises_nothing(db: None, minutes: float) -> None:
    making.cluster()
    tell("starting")
    age(heard=False, minutes=minutes)
    assert unanswered.sweep() == 0
    events.answer_for(RUNS[EX2], EX2)
    assert Alarm.objects.count() == 0


def test_a_decided_question_raises_nothing_however_old(run: NodeRun) -> None:
    NodeRun.objects.update(last_seen_at=database_now())
    deciding.decide(run.pk, sight())
    NodeRun.objects.update(first_seen_at=database_now() - timedelta(hours=1))
    assert unanswered.sweep() == 0


def test_a_person_has_it_decided_again_and_it_gets_its_time_again(run: NodeRun) -> None:
    unanswered.sweep()
    Alarm.objects.update(acknowledged_at=database_now())
    deciding.again(run, making.actor(), "the workers are back")
    assert unanswered.sweep() == 0
    assert [found.pk for found in deciding.due()] == [run.pk]
    Alarm.objects.update(raised_at=database_now() - timedelta(minutes=9))
    age(heard=True)
    assert unanswered.sweep() == 1, "nobody looked into it the second time either"
