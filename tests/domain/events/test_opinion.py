"""What counts as a sign that the other node holds the group, and what as silence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from console.domain.events.facts import RunAnswer, RunView
from console.domain.events.opinion import Holding, form_opinion
from console.domain.observation import NodeObservation, Seen
from console.domain.ports import Greeting
from console.domain.topology import GreetingAt
from tests.domain import worlds

SMTP = GreetingAt("smtp", 25)


def starting(**changes):
    """The node that asks: it has the group, pending, and no service of it runs."""
    seen = worlds.seen("NODE2", active=False, engine=Seen(worlds.view("NODE2", "NODE2", "Online Pending")))
    return replace(seen, **changes)


def idle(**changes):
    """The other node: it answers, and has nothing."""
    return replace(worlds.seen("NODE1", active=False, engine=Seen(worlds.view("NODE1", "NODE2"))), **changes)


def store(state):
    return {**worlds.seen("NODE1", active=False).services, "msexchangeis": worlds.service("MSExchangeIS", state)}


def opinion(other, caller=None, greets=False, run=None):
    seen = worlds.observation(NODE1=other, NODE2=caller or starting())
    hello = {SMTP: Greeting(greets, "220" if greets else "nothing answers")}
    return form_opinion(worlds.cluster(), worlds.GENERATION, seen, hello, "node2", run)


def run(answer, **changes):
    return RunView("r" * 16, "NODE1", "START", worlds.AT - timedelta(seconds=3), None, answer, **changes)


GONE = NodeObservation("NODE1", worlds.AT, unreachable="no answer within 5 s")
CLAIMS = Seen(worlds.view("NODE1", "NODE1", "Online Pending"))


@pytest.mark.parametrize(
    ("other", "caller", "greets", "verdict"),
    [
        (idle(), None, False, Holding.FREE),
        (idle(engine=Seen.nothing("engine down")), None, False, Holding.FREE),
        (idle(engine=Seen(worlds.view("NODE1", ""))), None, False, Holding.FREE),
        (idle(services=store("RUNNING")), None, False, Holding.HELD),
        (idle(services=store("START_PENDING")), None, False, Holding.HELD),
        (idle(services=store("STOP_PENDING")), None, False, Holding.HELD),
        (idle(engine=CLAIMS), None, False, Holding.HELD),
        (idle(), starting(engine=Seen(worlds.view("NODE2", "NODE1"))), False, Holding.HELD),
        (idle(), None, True, Holding.HELD),
        (GONE, None, True, Holding.HELD),
        (GONE, None, False, Holding.UNREACHABLE),
        (idle(services={}), None, False, Holding.UNREACHABLE),
        (idle(), starting(engine=Seen.nothing("garbage")), False, Holding.FREE),
    ],
)
def test_the_verdict_follows_from_what_was_seen(other, caller, greets, verdict):
    assert opinion(other, caller, greets).verdict() is verdict


def test_a_web_server_that_greets_proves_nothing():
    seen = worlds.observation(NODE1=idle(), NODE2=starting())
    hello = {GreetingAt("http", 80): Greeting(True, "HTTP/1.1 401"), SMTP: Greeting(False, "nothing answers")}
    assert form_opinion(worlds.cluster(), worlds.GENERATION, seen, hello, "NODE2", None).verdict() is Holding.FREE


def test_a_greeting_proves_nothing_while_a_service_of_the_asking_node_may_give_it():
    running = starting(services={**starting().services, "msexchangesa": worlds.service("MSExchangeSA", "RUNNING")})
    assert opinion(idle(), running, greets=True).verdict() is Holding.FREE


@pytest.mark.parametrize("answer", [RunAnswer.WAIT, RunAnswer.NO])
@pytest.mark.parametrize("status", ["Online Pending", "Offline Pending", "Something New"])
def test_a_node_that_asks_too_does_not_hold_the_group_but_may_yet_start(answer, status):
    claims = Seen(worlds.view("NODE1", "NODE1", status))
    assert opinion(idle(engine=claims), run=run(answer)).verdict() is Holding.ASKS


@pytest.mark.parametrize("status", ["Online Failure", "Online", "Offline", "Offline Failure"])
def test_a_script_that_was_told_no_and_has_ended_starts_nothing(status):
    claims = Seen(worlds.view("NODE1", "NODE1", status))
    assert opinion(idle(engine=claims), run=run(RunAnswer.NO)).verdict() is Holding.FREE
    assert opinion(idle(engine=claims), run=run(RunAnswer.WAIT, failed=True)).verdict() is Holding.FREE
    assert opinion(idle(engine=claims), run=run(RunAnswer.WAIT)).verdict() is Holding.ASKS, "nobody told it no"


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (run(RunAnswer.WAIT), Holding.ASKS),
        (run(RunAnswer.NO), Holding.ASKS),
        (run(RunAnswer.GO), Holding.ASKS),
        (run(RunAnswer.GO, fetched_go=True), Holding.ASKS),
        (run(RunAnswer.GO, fetched_go=True, failed=True), Holding.FREE),
        (run(RunAnswer.GO, fetched_go=True, started=True), Holding.FREE),
        (run(RunAnswer.NOTED), Holding.FREE),
        (None, Holding.FREE),
    ],
)
def test_a_script_may_be_under_way_where_no_engine_tells(told, verdict):
    assert opinion(idle(engine=Seen.nothing("engine down")), run=told).verdict() is verdict


@pytest.mark.parametrize("answer", [RunAnswer.WAIT, RunAnswer.NO, RunAnswer.GO])
def test_an_engine_that_says_the_group_is_elsewhere_has_ended_its_script(answer):
    assert opinion(idle(), run=run(answer, fetched_go=answer is RunAnswer.GO)).verdict() is Holding.FREE


def test_silence_of_a_node_that_asked_is_silence():
    assert opinion(GONE, run=run(RunAnswer.WAIT)).verdict() is Holding.UNREACHABLE


@pytest.mark.parametrize(
    "told",
    [
        {"run": run(RunAnswer.GO)},
        {"run": run(RunAnswer.GO, fetched_go=True)},
        {"run": run(RunAnswer.WAIT, started=True)},
        {"run": run(RunAnswer.NOTED)},
        {"run": None},
    ],
)
def test_a_node_that_says_it_has_the_group_holds_it_unless_it_only_asks(told):
    assert opinion(idle(engine=CLAIMS), **told).verdict() is Holding.HELD


def test_a_node_that_asks_but_runs_its_store_holds_the_group():
    other = idle(engine=CLAIMS, services=store("RUNNING"))
    assert opinion(other, run=run(RunAnswer.WAIT)).verdict() is Holding.HELD


def test_a_node_that_asks_but_hides_its_store_holds_the_group():
    assert opinion(idle(engine=CLAIMS, services={}), run=run(RunAnswer.WAIT)).verdict() is Holding.HELD


def test_the_sentence_names_every_sign_and_is_loud_about_silence():
    both = opinion(idle(engine=CLAIMS, services=store("RUNNING")), greets=True).sentence
    assert all(word in both for word in ("store service runs on NODE1", "NODE1 itself", "floating IP"))
    assert "wait until it has ended" in opinion(idle(engine=CLAIMS), run=run(RunAnswer.WAIT)).sentence
    assert "COULD NOT BE TOLD (NODE1: no answer within 5 s)" in opinion(GONE).sentence
