"""`manage.py stop`, `cooldown`, and a takeover asked for on the command line."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from console.lab.server import Lab
from console.models import AuditRecord, Cluster, Operation
from tests.commands.conftest import Told, one_object
from tests.services import making
from tests.web import world

pytestmark = pytest.mark.django_db

Manage = Callable[..., Told]


def test_the_stop_is_set_and_lifted_with_a_reason_and_refuses_meanwhile(
    person: User, tokyo: Lab, manage: Manage
) -> None:
    code, _, err = manage("stop", "on")
    assert (code, "No reason was given." in err) == (2, True)
    assert one_object(manage("stop", "on", "--reason", "storage work", "--json"))["result"] == "stopped"
    code, _, err = manage("plan", "tokyo", "failover")
    assert code == 2
    assert "storage work" in err
    assert "stop off" in err
    assert "storage work" in manage("stop", "show")[1]
    assert one_object(manage("stop", "off", "--reason", "done", "--json")) == {"result": "lifted", "stop": None}
    assert manage("plan", "tokyo", "failover")[0] == 0
    assert AuditRecord.objects.filter(action="brake:stop:set", origin="command-line").count() == 1


def test_a_cooldown_is_shown_and_lifted_with_a_reason(person: User, manage: Manage) -> None:
    made: Cluster = making.cluster()
    assert one_object(manage("cooldown", "tokyo", "--json"))["result"] == "free"
    world.ended(made, "succeeded")
    Operation.objects.update(kind="takeover")
    assert one_object(manage("cooldown", "tokyo", "--json"))["result"] == "cooling"
    assert manage("cooldown", "tokyo", "--lift")[0] == 2
    assert manage("cooldown", "tokyo", "--lift", "--reason", "the cause is mended")[0] == 0
    assert "No cooldown binds TOKYO." in manage("cooldown", "tokyo")[1]


def test_a_takeover_needs_its_target_and_is_refused_while_the_other_server_is_online(
    tokyo: Lab, manage: Manage
) -> None:
    code, _, err = manage("plan", "tokyo", "takeover")
    assert code == 2
    assert "must name its target" in err
    told = one_object(manage("run", "tokyo", "takeover", "--to", "TYO-EX2", "--yes", "--reason", "power", "--json"))
    assert told["result"] == "refused"
    assert not Operation.objects.exists()
