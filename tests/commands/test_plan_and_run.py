"""`manage.py plan` and `run`: what they print, and the exit code of every end."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from console.domain.outcome import Status
from console.lab.server import Lab
from console.models import AuditRecord, Operation, OsAccount, PlanRecord
from console.services.clock import database_now
from console.services.execute import execute
from tests.commands.conftest import Told, one_object
from tests.services import making

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

Manage = Callable[..., Told]


def test_a_plan_shows_checks_commands_and_changes_and_changes_nothing(tokyo: Lab, manage: Manage) -> None:
    before = tokyo.world.log.since(0)[-1:]
    code, out, _ = manage("plan", "tokyo", "failover")
    assert code == 0
    for words in ("from TYO-EX1 to TYO-EX2", "TYO-EX1> sc stop MSExchangeIS", "+ msExchPatchMDB: TRUE", "[ pass  ]"):
        assert words in out
    assert tokyo.world.log.since(0)[-1:] == before
    assert not Operation.objects.exists()


def test_a_plan_in_json_is_one_object_with_the_whole_plan(tokyo: Lab, manage: Manage) -> None:
    told = one_object(manage("plan", "Tokyo", "failover", "--json"))
    assert told["result"] == "planned"
    assert told["plan"]["hash"] == PlanRecord.objects.get().hash
    assert told["plan"]["body"]["target"] == "TYO-EX2"


def test_a_plan_that_is_refused_tells_every_reason_with_its_remedy(tokyo: Lab, manage: Manage) -> None:
    code, out, err = manage("plan", "Tokyo", "failback")
    assert (code, out) == (2, "")
    assert "TYO-EX1 has it already" in err
    assert "What to do:" in err
    told = one_object(manage("plan", "Tokyo", "failback", "--json"))
    assert told["result"] == "refused"
    assert all(reason["remedy"] for reason in told["reasons"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("KYOTO", "failover"), "no cluster called 'KYOTO'"),
        (("Tokyo", "sideways"), "no kind of operation 'sideways'"),
        (("Tokyo", "failover", "--to", "NOWHERE"), "no node 'NOWHERE'"),
        (("Tokyo", "failback", "--to", "TYO-EX2"), "leads to the primary"),
    ],
)
@pytest.mark.parametrize("command", [("plan",), ("run", "--yes")])
def test_what_there_is_not_is_refused_with_a_remedy(
    tokyo: Lab, manage: Manage, command: tuple[str, ...], words: tuple[str, ...], told: str
) -> None:
    code, out, err = manage(*command, *words)
    assert (code, out) == (2, "")
    assert told in err
    assert "What to do:" in err
    assert not Operation.objects.exists()


def test_an_operating_system_user_without_an_account_has_no_right(tokyo: Lab, manage: Manage) -> None:
    OsAccount.objects.all().delete()
    code, _, err = manage("run", "Tokyo", "failover", "--yes")
    assert code == 2
    assert "manage.py account map" in err
    assert one_object(manage("plan", "Tokyo", "failover", "--json"))["result"] == "refused"


def test_an_account_that_may_only_look_cannot_run(tokyo: Lab, manage: Manage, person: User) -> None:
    person.grants.update(role="viewer")
    code, _, err = manage("run", "Tokyo", "failover", "--yes")
    assert code == 2
    assert "role" in err


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_where_nobody_can_be_asked_it_wants_a_yes_beforehand(
    tokyo: Lab, manage: Manage, words: tuple[str, ...]
) -> None:
    code, out, err = manage("run", "Tokyo", "failover", *words)
    assert code == 2
    assert "--yes" in out + err
    assert not PlanRecord.objects.exists()


def test_run_without_waiting_is_accepted_with_the_number_of_the_operation(tokyo: Lab, manage: Manage) -> None:
    told = one_object(manage("run", "Tokyo", "failover", "--yes", "--reason", "drill", "--json"))
    operation = Operation.objects.get()
    assert (told["result"], told["operation"]["id"], operation.reason) == ("accepted", operation.pk, "drill")
    row = AuditRecord.objects.get(action="operation:failover:confirmed")
    assert (row.origin, row.actor_name) == ("command-line", "ops")


def test_running_the_same_again_gives_the_same_operation_and_the_other_way_is_refused(
    tokyo: Lab, manage: Manage
) -> None:
    first = one_object(manage("run", "Tokyo", "failover", "--yes", "--json"))
    again = one_object(manage("run", "Tokyo", "failover", "--yes", "--json"))
    assert again["operation"]["id"] == first["operation"]["id"]
    told = manage("run", "Tokyo", "failback", "--yes", "--json")
    assert told[0] == 2
    assert f"Operation {first['operation']['id']}" in one_object(told)["headline"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("status", "code"), [(Status.SUCCEEDED, 0), (Status.FAILED, 1), (Status.UNCERTAIN, 3), (Status.STOPPED, 4)]
)
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_waiting_ends_with_the_code_of_the_ending(
    tokyo: Lab, manage: Manage, status: Status, code: int, words: tuple[str, ...]
) -> None:
    worker = threading.Thread(target=_carry_out, args=(status,))
    worker.start()
    told = manage("run", "Tokyo", "failover", "--yes", "--wait", *words)
    worker.join()
    assert told[0] == code
    if words:
        assert one_object(told)["result"] == status.value
    else:
        assert "So it ended." in told[1]


def _carry_out(status: Status) -> None:
    """Be the worker: take the operation once it is there, and end it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not Operation.objects.exists():
        time.sleep(0.05)
    execute(Operation.objects.get().pk, "worker", making.ends(status))
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_waiting_ends_though_no_worker_ever_comes(
    tokyo: Lab, manage: Manage, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLAIM_WITHIN = 0
    monkeypatch.setattr("console.management.following.SETTLE_SECONDS", 0.1)
    started = database_now()
    code, out, _ = manage("run", "Tokyo", "failover", "--yes", "--wait")
    assert code == 1
    assert "Never started" in out
    assert (database_now() - started).total_seconds() < 20
