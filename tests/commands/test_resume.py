"""`manage.py resume`: the buttons of an operation's page, on the command line."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from console.models import AuditRecord, Operation
from tests.commands.conftest import Told, one_object
from tests.services import making
from tests.web import world
from tests.web.test_continuing import half_done

pytestmark = pytest.mark.django_db

Manage = Callable[..., Told]


def test_an_operation_that_failed_is_carried_on(person: User, manage: Manage) -> None:
    operation = half_done(making.cluster(), "failed", "move")
    told = one_object(manage("resume", str(operation.pk), "--json"))
    assert (told["result"], told["operation"]["status"]) == ("accepted", "queued")
    assert AuditRecord.objects.get(action="operation:continue:retried").origin == "command-line"
    code, out, _ = manage("resume", str(operation.pk))
    assert (code, "is carried on" in out) == (0, True)


def test_a_step_is_left_out_only_with_a_reason_and_only_where_it_may_be(person: User, manage: Manage) -> None:
    operation = half_done(making.cluster(), "failed", "greet")
    code, _, err = manage("resume", str(operation.pk), "--skip")
    assert (code, "No reason was given." in err) == (2, True)
    assert manage("resume", str(operation.pk), "--skip", "--reason", "not used")[0] == 0
    other = half_done(making.cluster("OSAKA", 2), "failed", "move")
    told = one_object(manage("resume", str(other.pk), "--skip", "--reason", "why not", "--json"))
    assert [reason["key"] for reason in told["reasons"]] == ["continue.skip"]


def test_an_answer_to_what_is_uncertain_asks_for_a_fresh_observation(person: User, manage: Manage) -> None:
    operation = half_done(making.cluster(), "uncertain", "move")
    code, _, err = manage("resume", str(operation.pk), "--again", "--reason", "it is on NODE1")
    assert (code, "has not been observed" in err) == (2, True)
    world.observed(operation.cluster, ago=-1)
    assert manage("resume", str(operation.pk), "--again", "--reason", "it is on NODE1")[0] == 0
    operation.refresh_from_db()
    assert (operation.status, operation.attempt) == ("queued", 2)


def test_an_unknown_operation_is_refused(person: User, manage: Manage) -> None:
    code, _, err = manage("resume", "987654")
    assert (code, "There is no operation 987654." in err) == (2, True)


def test_waiting_shows_only_what_is_new(person: User, manage: Manage, settings: pytest.FixtureRequest) -> None:
    settings.CLAIM_WITHIN = 0  # type: ignore[attr-defined]
    operation = half_done(making.cluster(), "failed", "move")
    code, out, _ = manage("resume", str(operation.pk), "--wait")
    assert code == 1
    assert "Not carried on" in out
    assert "sc stop X" not in out
    assert Operation.objects.get(pk=operation.pk).status == "failed"
