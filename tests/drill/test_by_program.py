"""A drill from end to end by the API, and by commands."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from console.models import AuditRecord, Cluster, Drill, OsAccount
from console.services.access import os_user
from console.services.audit_actions import Action
from tests import personas
from tests.api.calling import Program
from tests.commands.conftest import Told, command, one_object
from tests.services import making
from tests.web import world

pytestmark = pytest.mark.django_db
WHY = {"reason": "the yearly drill"}


@pytest.fixture
def tokyo() -> Cluster:
    made = making.cluster()
    world.observed(made)
    return made


@pytest.fixture
def manage() -> Callable[..., Told]:
    """Commands as an operator."""
    OsAccount.objects.create(os_user=os_user(), user=personas.olga())
    return command()


def rested(drill: int) -> None:
    """The first move is over."""
    Drill.objects.filter(pk=drill).update(state=Drill.State.RESTING, rested_at=timezone.now())


def test_a_drill_is_begun_sent_back_and_ended_by_a_program(tokyo: Cluster) -> None:
    program = Program(personas.olga(), right="operate")
    made = program.post("clusters/tokyo/drills", WHY | {"rest": 600}, 201)
    assert (made["state"], made["rest"], made["there"]["target"]) == ("there", 600, "TOK-EX2")
    assert made["there"]["plan"] == Drill.objects.get().there_plan_id
    assert [one["id"] for one in program.get("drills?open=true&cluster=TOKYO")["items"]] == [made["id"]]
    assert program.post("clusters/tokyo/drills", WHY, 409)["reasons"][0]["key"] == "drill.open"
    rested(made["id"])
    back = program.post(f"drills/{made['id']}/plan", {}, 200)
    assert (back["state"], back["back"]["target"]) == ("back", "TOK-EX1")
    over = program.post(f"drills/{made['id']}/end", {"reason": "a storm"}, 200)
    assert over["state"] == "ended"
    assert "a storm" in over["ending"]
    assert program.get("drills?open=true")["items"] == []
    assert AuditRecord.objects.filter(action=Action.DRILL_BEGUN, actor_name="olga by token program").exists()


def test_the_same_key_begins_one_drill(tokyo: Cluster) -> None:
    program = Program(personas.olga(), right="operate")
    first, again = (program.post("clusters/tokyo/drills", WHY, 201, key="yearly-2026") for _ in range(2))
    assert first["id"] == again["id"]
    assert Drill.objects.count() == 1


def test_a_token_for_one_kind_of_move_begins_no_drill(tokyo: Cluster) -> None:
    program = Program(personas.olga(), right="operate", kinds=["failover"])
    assert "not for failback" in program.post("clusters/tokyo/drills", WHY, 403)["detail"]


def test_a_drill_is_begun_shown_and_ended_by_commands(tokyo: Cluster, manage: Callable[..., Told]) -> None:
    begun = one_object(manage("drill", "begin", "TOKYO", "--reason", "yearly", "--minutes", "5", "--json"))
    assert (begun["result"], begun["drill"]["rest"]) == ("begun", 300)
    number = str(begun["drill"]["id"])
    code, out, _ = manage("drill", "show", number)
    assert code == 0
    assert f"Way there, to TOK-EX2: plan {begun['drill']['there']['plan']}" in out
    assert "Way back, to TOK-EX1: not planned yet" in out
    rested(int(number))
    assert one_object(manage("drill", "plan", number, "--json"))["drill"]["state"] == "back"
    code, _, err = manage("drill", "end", number)
    assert code == 2
    assert "Say why the drill ends here." in err
    assert manage("drill", "end", number, "--reason", "a storm")[0] == 0
    code, out, _ = manage("drill", "list", "--cluster", "tokyo")
    assert "ended early" in out
    assert "a storm" in out


def test_a_drill_that_is_not_there_is_told_so(tokyo: Cluster, manage: Callable[..., Told]) -> None:
    code, _, err = manage("drill", "show", "99")
    assert code == 2
    assert "manage.py drill list" in err
