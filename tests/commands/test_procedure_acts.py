"""`manage.py procedure`: a procedure begun, answered, handed on and printed from the terminal."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import TestCase

from console.lab.server import Lab
from console.models import AuditRecord, Operation
from console.services.execute import execute
from tests.commands.conftest import Told, one_object
from tests.services import making

pytestmark = pytest.mark.django_db

Manage = Callable[..., Told]


@pytest.mark.slow
def test_a_procedure_is_carried_out_from_the_terminal(person: User, tokyo: Lab, manage: Manage) -> None:
    code, _, err = manage("procedure", "start", "tokyo", "exchange-2003-setup")
    assert (code, "No reason was given." in err) == (2, True)
    told = one_object(manage("procedure", "start", "tokyo", "exchange-2003-setup", "--reason", "a new pair", "--json"))
    number = str(told["operation"]["id"])
    assert (told["result"], told["operation"]["status"], told["assigned_to"]) == ("accepted", "queued", "ops")
    execute(int(number), "worker")

    shown = one_object(manage("procedure", "board", number, "--json"))
    assert (shown["waits_for"], shown["next"]) == ("word", ["network.bullet-2.note"])
    code, out, _ = manage("procedure", "board", number)
    assert "Next, for ops: 1.bullet-2.note Look up what else a cluster asks of adapters" in out
    assert "     1 [done " in out
    code, _, err = manage("procedure", "say", number, "network", "It is in order now.")
    assert (code, "a word is no proof" in err) == (2, True)
    assert manage("procedure", "say", number, "network.bullet-2.note", "I have read the guide.")[0] == 0
    execute(int(number), "worker")

    making.account("otto")
    code, out, _ = manage("procedure", "hand-over", number, "otto", "--reason", "my shift ends")
    assert "Next, for otto: 3 Make the domain account known" in out
    assert manage("procedure", "pause", number, "--reason", "lunch")[0] == 0
    code, _, err = manage("procedure", "check-again", number)
    assert (code, "Resume it first." in err) == (2, True)
    assert manage("procedure", "resume", number)[0] == 0
    execute(int(number), "worker")
    assert manage("procedure", "give-up", number, "--reason", "other hardware")[0] == 0

    code, out, _ = manage("procedure", "record", number)
    assert code == 0
    assert "ops: I have read the guide." in out
    seq = AuditRecord.objects.get(action="operation:procedure:handed-over").seq
    assert f"{seq:>6} " in out
    assert "my shift ends" in out
    record = one_object(manage("procedure", "record", number, "--json"))
    assert {one["who"] for one in record["decisions"]} == {"ops"}


@pytest.mark.slow
def test_a_step_that_nothing_can_tell_of_is_accepted_from_the_terminal(
    person: User, tokyo: Lab, manage: Manage
) -> None:
    (cluster,) = tokyo.world.clusters
    for path in [path for path in cluster.folders if path.startswith("/NON_IPM")]:
        cluster.folders.pop(path)
    told = one_object(manage("procedure", "start", "tokyo", "exchange-2003-setup", "--reason", "new", "--json"))
    number = str(told["operation"]["id"])
    execute(int(number), "worker")
    shown = one_object(manage("procedure", "board", number, "--json"))
    while shown["waits_for"] == "word":
        manage("procedure", "say", number, shown["next"][0], "I did it on both nodes.")
        execute(int(number), "worker")
        shown = one_object(manage("procedure", "board", number, "--json"))
    assert shown["next"] == ["replicas"]
    name = shown["operation"]["cluster"]
    code, out, _ = manage("procedure", "board", number)
    assert f"manage.py procedure accept {number} replicas SENTENCE --type {name}" in out
    words = ("procedure", "accept", number, "replicas", "System Manager shows both servers.")
    code, _, err = manage(*words)
    assert (code, f"Type {name}, the cluster of which this stays unproved." in err) == (2, True)
    code, out, _ = manage(*words, "--type", name)
    assert code == 0
    assert "1 of them not proved" in out
    assert "[accepted " in out
    assert "Not proved: accepted by ops: System Manager shows both servers." in out


def test_the_plan_of_a_procedure_is_shown_like_any_other(person: User, tokyo: Lab, manage: Manage) -> None:
    code, out, _ = manage("plan", "tokyo", "setup-2003")
    assert code == 0
    assert "  1, by a person; now pass: The public adapter comes first.\n" in out
    assert "What to do: Add the account on the Account tab" in out
    assert "mailboxes" not in out
    assert "clpgrp -m EXCHANGE" in out, "the commands that are known beforehand"
    assert not Operation.objects.exists()


def test_whoever_waits_for_a_procedure_is_told_why_it_rests(
    person: User, tokyo: Lab, manage: Manage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.services.queue.send", lambda _, pk, *a, **k: execute(pk, "worker"))
    with TestCase.captureOnCommitCallbacks(execute=True):
        words = ("run", "tokyo", "setup-2003", "--yes", "--reason", "a new pair")
        code, _, err = manage(*words)
        assert (code, err) == (0, "")
    code, out, _ = manage("run", "tokyo", "setup-2003", "--yes", "--reason", "a new pair", "--wait")
    assert code == 0
    assert "is already under way" in out
    assert "Waiting for a person: A person has to say so" in out
    assert "shows what is next" in out


def test_an_operation_that_carries_out_no_procedure_is_refused(person: User, manage: Manage) -> None:
    operation = making.operation(making.cluster())
    for word in ("board", "check-again", "record"):
        code, _, err = manage("procedure", word, str(operation.pk))
        assert (code, f"No operation {operation.pk} carries out a procedure." in err) == (2, True)
