"""What a page offers, said to programs and terminals: each call is taken by the API, each command by its parser."""

import json
import shlex
from typing import Any

import pytest
from django.core.management import load_command_class
from django.utils import timezone

from console.models import ApprovalRule, Cluster, Drill
from console.web import how_else
from tests import personas
from tests.api.calling import Program
from tests.services import making
from tests.web import setup_world, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokyo() -> Cluster:
    return making.cluster()


def parts(ways: list[how_else.Way], part: str) -> list[str]:
    return [getattr(way, part) for way in ways]


def taken(ways: list[how_else.Way], program: Program) -> None:
    """Send each as it is shown; parse each command."""
    for number, way in enumerate(ways):
        answer: Any
        if way.method == "GET":
            answer = program.client.get(f"/api/v1/{way.path}", headers=program.headers)
        else:
            headers = program.headers | {"idempotency-key": f"a-key-{number:04}"}
            body = {} if way.body is None else {"data": json.dumps(way.body), "content_type": "application/json"}
            answer = program.client.post(f"/api/v1/{way.path}", headers=headers, **body)
        assert answer.status_code in (200, 201, 202, 409), (way, answer.content)
        if way.command:
            first, name, *words = shlex.split(way.command)
            assert first == "manage.py"
            load_command_class("console", name).create_parser("manage.py", name).parse_args(words)


def test_what_a_cluster_offers(tokyo: Cluster) -> None:
    ways = how_else.of_cluster(tokyo)
    assert "manage.py plan TOKYO failover" in parts(ways, "command")
    taken(ways, Program(personas.olga(), right="operate"))


def test_what_a_plan_asks_for_is_in_its_call(tokyo: Cluster) -> None:
    ApprovalRule.objects.create(cluster=tokyo, kind="failover", needed=1)
    personas.person("pat", "approver")
    plan = making.ready(tokyo, checks=(making.unknown(),))
    ways = how_else.of_plan(plan)
    confirm = next(way for way in ways if way.path.endswith("/confirm"))
    assert confirm.body is not None
    assert (confirm.body["hash"], confirm.body["typed"], confirm.body["accepted"]) == (
        plan.hash,
        "TOKYO",
        ["partition.free"],
    )
    assert confirm.command.startswith("manage.py run TOKYO failover --to TOK-EX2 --reason")
    taken(ways, Program(personas.ada(), right="all"))


def test_what_a_drill_offers(tokyo: Cluster) -> None:
    begun = {"begun_at": timezone.now(), "begun_by_name": "olga"}
    drill = Drill.objects.create(cluster=tokyo, home="TOK-EX1", away="TOK-EX2", reason="yearly", **begun)
    ways = how_else.of_drill(drill)
    assert [way.method for way in ways] == ["GET", "POST", "POST"]
    taken(ways, Program(personas.olga(), right="operate"))
    drill.refresh_from_db()
    assert [way.method for way in how_else.of_drill(drill)] == ["GET"], "it is over"


def test_what_operations_offer(tokyo: Cluster) -> None:
    program = Program(personas.ada(), right="all")
    taken(how_else.of_operation(world.ended(tokyo, "failed")), program)
    taken(how_else.of_operation(setup_world.at_rest(making.cluster("OSAKA", 2))), program)


def test_a_call_is_quoted_for_a_shell_and_holds_no_secret() -> None:
    way = how_else.Way("Say it", "POST", "stop", {"reason": "it's $HOME; `date`"})
    words = shlex.split(way.call("https://console.example.com").replace("\\\n", " "))
    assert words[:4] == ["curl", "-X", "POST", "https://console.example.com/api/v1/stop"]
    assert json.loads(words[-1]) == {"reason": "it's $HOME; `date`"}
    assert "Authorization: Bearer $CHANGEOVER_TOKEN" in words
