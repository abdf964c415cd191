"""The API: what the pages show and do, by token, in JSON; and every refusal a problem with what to do."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from console.models import ApiOnce, ApiToken, ApprovalRule, AuditRecord, Cluster, HookRefusals, Operation, PlanRecord
from console.services import api_once, approvals, plans, tokens
from console.services.clock import database_now
from console.services.hooks import refusals
from tests import personas
from tests.api.calling import Program
from tests.services import making
from tests.web import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokyo() -> Cluster:
    return making.cluster()


@pytest.fixture
def olga(tokyo: Cluster) -> Program:
    """May see and operate."""
    return Program(personas.olga(), right="operate")


@pytest.fixture
def rita(tokyo: Cluster) -> Program:
    """May only see."""
    return Program(personas.rita(), right="operate")


def ready(program: Program, **changes: object) -> PlanRecord:
    """A plan that the program asked for and a worker has made."""
    told = program.post("clusters/tokyo/plans", {"kind": "failover"})
    return plans.make(told["id"], making.planner(**changes))


def test_clusters_are_listed_by_name_page_by_page(olga: Program) -> None:
    for number, name in enumerate(("KYOTO", "OSAKA"), 2):
        making.cluster(name, number)
    first = olga.get("clusters?limit=2")
    assert [one["name"] for one in first["items"]] == ["KYOTO", "OSAKA"]
    second = olga.get(f"clusters?limit=2&after={first['next']}")
    assert [one["name"] for one in second["items"]] == ["TOKYO"]
    assert second["next"] is None


def test_a_list_that_is_as_it_was_is_not_sent_again_and_its_head_can_be_asked_for(
    olga: Program, tokyo: Cluster
) -> None:
    def ask(method: str = "get", **headers: str) -> Any:
        return getattr(olga.client, method)("/api/v1/clusters", headers=olga.headers | headers)

    first = ask()
    same = ask(**{"if-none-match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    head = ask("head")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])
    making.cluster("OSAKA", 2)
    changed = ask(**{"if-none-match": first["ETag"]})
    assert (changed.status_code, len(changed.json()["items"])) == (200, 2)
    assert olga.client.head("/api/v1/clusters/tokyo/plans", headers=olga.headers).status_code == 405


def test_a_field_that_is_wrong_is_named_once(olga: Program) -> None:
    told = olga.post("clusters/tokyo/plans", {"kind": "fly"}, 422)
    assert [one["about"] for one in told["reasons"]] == ["body.kind"]


@pytest.mark.parametrize(
    ("sent", "remedy"),
    [
        ({}, "Send it too."),
        ({"kind": "failover", "colour": "red"}, "Leave it out; /api/v1/openapi.json lists the fields that there are."),
        ({"kind": 7}, "Send a text."),
        ({"kind": "failover", "target": "a\tb"}, "Send one line without control characters."),
        ({"kind": "failover", "target": "x" * 999}, "Send no more characters than 200."),
    ],
)
def test_about_each_field_that_is_wrong_it_says_what_to_do(olga: Program, sent: object, remedy: str) -> None:
    assert [one["remedy"] for one in olga.post("clusters/tokyo/plans", sent, 422)["reasons"]] == [remedy]


def test_who_lacks_a_right_is_told_how_to_come_by_it(rita: Program, tokyo: Cluster) -> None:
    moves = rita.get("clusters/tokyo/moves")["items"]
    lacking = [one for move in moves for one in move["reasons"] if one["key"] == "right"]
    assert lacking
    assert {one["remedy"] for one in lacking} == {"Use another token, or ask for the right."}


def test_a_cluster_nobody_has_observed_is_unknown_and_never_good(olga: Program) -> None:
    told = olga.get("clusters/tokyo")
    assert (told["mail"], told["tone"], told["stale"], told["observed_at"]) == ("unknown", "unknown", True, None)
    assert [node["active"] for node in told["nodes"]] == [None, None]


def test_a_cluster_tells_what_was_read_of_it(olga: Program, tokyo: Cluster) -> None:
    world.observed(tokyo, ago=5)
    operation = world.running(tokyo)
    told = olga.get("clusters/TOKYO")
    assert (told["mail"], told["stale"], told["active_node"]) == ("up", False, "TOK-EX1")
    assert [node["active"] for node in told["nodes"]] == [True, False]
    assert told["operation"] == operation.pk
    assert {"group", "directory", "greeting.smtp", "reach"} <= {fact["key"] for fact in told["facts"]}
    world.observed(tokyo, ago=1000)
    assert olga.get("clusters/TOKYO")["stale"] is True


def test_a_failover_from_asking_for_a_plan_to_the_last_line(olga: Program) -> None:
    told = olga.post("clusters/tokyo/plans", {"kind": "failover"})
    assert told["state"] == "preparing"
    plans.make(told["id"], making.planner())
    plan = olga.get(f"plans/{told['id']}")
    assert plan["state"] == "ready"
    assert [step["key"] for step in plan["steps"]] == ["stop", "move", "greet"]
    assert plan["confirm"] == {"typed": "", "sentence": "", "accept": [], "reason_length": 0, "tickets": []}

    begun = olga.post(f"plans/{plan['id']}/confirm", {"hash": plan["hash"], "reason": "maintenance"})
    assert (begun["status"], begun["requested_by"]) == ("queued", "olga by token program")
    operation = Operation.objects.get(pk=begun["id"])
    world.filled(operation, 5)
    first = olga.get(f"operations/{operation.pk}/journal?limit=3")
    rest = olga.get(f"operations/{operation.pk}/journal?after={first['next']}")
    assert [line["text"] for line in first["items"] + rest["items"]] == [f"line number {n}" for n in range(1, 6)]
    assert rest["over"] is False
    Operation.objects.filter(pk=operation.pk).update(status="succeeded", ended_at=database_now())
    assert olga.get(f"operations/{operation.pk}/journal?after=5")["over"] is True
    assert olga.get(f"plans/{plan['id']}")["operation"] == operation.pk


def test_the_audit_tells_who_decided_by_which_token(olga: Program) -> None:
    plan = ready(olga)
    olga.post(f"plans/{plan.pk}/confirm", {"hash": plan.hash, "reason": "maintenance"})
    found = AuditRecord.objects.filter(origin="api").order_by("seq")
    assert [one.action for one in found] == ["operation:plan:asked", "operation:failover:confirmed"]
    assert {(one.actor_name, one.actor_id) for one in found} == {("olga by token program", olga.row.owner_id)}


def test_operations_are_listed_newest_first(olga: Program, tokyo: Cluster) -> None:
    made = [world.ended(tokyo, "succeeded").pk for _ in range(3)]
    first = olga.get("operations?limit=2")
    assert [one["id"] for one in first["items"]] == made[:0:-1]
    assert [one["id"] for one in olga.get(f"operations?before={first['next']}")["items"]] == made[:1]
    assert olga.get("operations?status=failed")["items"] == []
    assert len(olga.get("operations?cluster=tokyo&status=succeeded")["items"]) == 3


def test_the_same_key_gives_the_same_plan_and_no_second_one(olga: Program) -> None:
    told = [olga.post("clusters/tokyo/plans", {"kind": "failover"}, key="my-own-key") for _ in range(3)]
    assert len({one["id"] for one in told}) == 1
    assert PlanRecord.objects.count() == 1
    again = olga.post("clusters/tokyo/plans", {"kind": "failback"}, 409, key="my-own-key")
    assert again["reasons"][0]["key"] == "idempotency.key"


def test_a_plan_starts_one_operation_however_often_it_is_confirmed(olga: Program) -> None:
    plan = ready(olga)
    word = {"hash": plan.hash, "reason": "maintenance"}
    told = [olga.post(f"plans/{plan.pk}/confirm", word, key=key) for key in ("first-key", "first-key", "other-key")]
    assert len({one["id"] for one in told}) == 1
    assert Operation.objects.count() == 1


def test_a_refusal_leaves_its_key_free_and_is_in_the_audit(olga: Program) -> None:
    plan = ready(olga, checks=(making.unknown(),))
    word: dict[str, Any] = {"hash": plan.hash, "reason": "maintenance"}
    refused = olga.post(f"plans/{plan.pk}/confirm", word, 409, key="one-key-only")
    assert {reason["key"] for reason in refused["reasons"]} == {"confirm.typed", "partition.free"}
    assert AuditRecord.objects.filter(action="operation:request:refused").count() == 1
    assert not ApiOnce.objects.filter(key="one-key-only").exists()
    asked = olga.get(f"plans/{plan.pk}")["confirm"]
    word |= {"typed": asked["typed"], "sentence": asked["sentence"], "accepted": asked["accept"]}
    assert olga.post(f"plans/{plan.pk}/confirm", word, key="one-key-only")["status"] == "queued"


def test_keys_are_forgotten_after_a_day(olga: Program) -> None:
    ready(olga)
    assert api_once.purge() == 0
    ApiOnce.objects.update(at=database_now() - timedelta(hours=25))
    assert api_once.purge() == 1


def test_a_plan_that_was_not_looked_at_is_not_started(olga: Program) -> None:
    plan = ready(olga)
    refused = olga.post(f"plans/{plan.pk}/confirm", {"hash": "0" * 64, "reason": "maintenance"}, 409)
    assert refused["reasons"][0]["key"] == "confirm.hash"
    assert not Operation.objects.exists()


def test_who_only_sees_starts_nothing(rita: Program, tokyo: Cluster) -> None:
    plan = making.ready(tokyo)
    for path, body in (
        ("clusters/tokyo/plans", {"kind": "failover"}),
        (f"plans/{plan.pk}/confirm", {"hash": plan.hash, "reason": "maintenance"}),
    ):
        assert "rita may not" in rita.post(path, body, 403)["detail"]
    assert PlanRecord.objects.count() == 1
    assert rita.get(f"plans/{plan.pk}")["state"] == "ready"


def test_a_token_for_one_kind_starts_no_other(tokyo: Cluster) -> None:
    program = Program(personas.olga(), right="operate", kinds=["failback"])
    assert "not for failover" in program.post("clusters/tokyo/plans", {"kind": "failover"}, 403)["detail"]
    plan = making.ready(tokyo)
    program.post(f"plans/{plan.pk}/confirm", {"hash": plan.hash, "reason": "maintenance"}, 403)
    assert not Operation.objects.exists()


def test_beyond_its_bounds_is_the_same_as_not_there(tokyo: Cluster) -> None:
    kyoto = making.cluster("KYOTO", 2)
    program = Program(personas.olga(), right="operate", clusters=[kyoto])
    operation = world.running(tokyo)
    assert [one["name"] for one in program.get("clusters")["items"]] == ["KYOTO"]
    assert program.get("operations")["items"] == []
    for there, not_there in (
        ("clusters/tokyo", "clusters/nagoya"),
        (f"plans/{operation.plan_id}", "plans/4711"),
        (f"operations/{operation.pk}", "operations/4711"),
        (f"operations/{operation.pk}/journal", "operations/4711/journal"),
    ):
        assert program.get(there, 404) == program.get(not_there, 404)
    plan = {"kind": "failover"}
    assert program.post("clusters/tokyo/plans", plan, 404) == program.post("clusters/nagoya/plans", plan, 404)


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer cho_nobody", "Basic b2xnYTpwYXNzd29yZA==", "Bearer \xff"])
def test_without_a_good_token_there_is_nothing_and_a_way_on(header: str | None, tokyo: Cluster) -> None:
    headers = {"authorization": header} if header else {}
    for path in ("clusters", "clusters/tokyo", "openapi.json", "operations/1"):
        answer = Client().get(f"/api/v1/{path}", headers=headers)
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["remedy"]
        assert "TOKYO" not in answer.content.decode()


def test_a_session_opens_nothing_here(tokyo: Cluster) -> None:
    browser = Client()
    browser.force_login(personas.ada())
    assert browser.get("/api/v1/clusters").status_code == 401
    assert browser.post("/api/v1/clusters/TOKYO/plans", {"kind": "failover"}).status_code == 401


def test_failures_are_counted_throttled_and_audited_and_good_tokens_never_wait(
    olga: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "tally", refusals.Tally())
    now = database_now()  # they are counted by the minute
    monkeypatch.setattr(refusals, "database_now", lambda: now)
    answers = [Client().get("/api/v1/clusters", headers={"authorization": "Bearer cho_x"}) for _ in range(32)]
    assert [one.status_code for one in answers] == [401] * 30 + [429] * 2
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert olga.get("clusters")["items"]
    HookRefusals.objects.update(minute=database_now() - timedelta(minutes=2))
    assert refusals.settle() == 1
    record = AuditRecord.objects.get(action="account:token:refused")
    assert (record.origin, record.after["count"]) == ("api", 32)


def test_a_revoked_token_is_worth_nothing_at_once(olga: Program) -> None:
    tokens.revoke(olga.row, personas.at_page(olga.row.owner))
    assert "revoked by olga" in olga.get("clusters", 401)["detail"]


def test_its_use_is_noted(olga: Program) -> None:
    olga.get("clusters")
    row = ApiToken.objects.get()
    assert row.last_used_from == "127.0.0.1"
    assert row.last_used_at is not None


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("clusters/tokyo/plans", {"kind": "undo"}, 422),
        ("clusters/tokyo/plans", {"kind": "failover", "more": 1}, 422),
        ("clusters/tokyo/plans", {"kind": "failover", "target": "a\x00b"}, 422),
        ("clusters/tokyo/plans", {"kind": "failover", "target": "NOBODY"}, 409),
        ("clusters/tokyo/plans", {"kind": "takeover"}, 409),
        ("clusters/tokyo/plans", "{not json", 400),
        ("clusters/tokyo/plans", {"kind": "failover", "target": "x" * 70_000}, 413),
        ("plans/0/confirm", {"hash": "0" * 64, "reason": "why"}, 422),
        (f"plans/{2**70}/confirm", {"hash": "0" * 64, "reason": "why"}, 422),
        ("plans/4711/confirm", {"hash": "0" * 64, "reason": "why"}, 404),
        ("plans/4711/confirm", {"hash": "short", "reason": ""}, 422),
        ("nothing", {}, 404),
        ("clusters", {}, 405),
    ],
)
def test_bad_input_is_told_with_what_to_do(olga: Program, path: str, body: Any, status: int) -> None:
    olga.post(path, body, status)
    assert not Operation.objects.exists()
    assert not PlanRecord.objects.exists()


def test_what_starts_something_asks_for_a_key(olga: Program) -> None:
    answer = olga.client.post(
        "/api/v1/clusters/tokyo/plans", {"kind": "failover"}, content_type="application/json", headers=olga.headers
    )
    assert answer.status_code == 422
    assert "idempotency" in answer.content.decode().casefold()


def test_every_address_outside_is_a_problem_too(olga: Program) -> None:
    for address in ("/api/", "/api/v2/clusters", "/api/v1/", "/api/v1/clusters/"):
        answer = Client().get(address)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), address


def test_a_mistake_of_the_console_is_a_problem_without_its_details(
    olga: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("a detail for nobody")

    monkeypatch.setattr(tokens, "visible_clusters", fault)
    assert "detail for nobody" not in str(olga.get("clusters", 500))


def test_a_token_does_not_get_around_the_second_person(olga: Program, tokyo: Cluster) -> None:
    ApprovalRule.objects.create(cluster=tokyo, kind="failover", needed=1)
    plan = ready(olga)
    word = {"hash": plan.hash, "reason": "maintenance"}
    refused = olga.post(f"plans/{plan.pk}/confirm", word, 409)
    assert any("approv" in reason["text"] for reason in refused["reasons"]), refused
    assert not Operation.objects.exists()
    pat = personas.person("pat", "approver")
    approvals.approve(
        approvals.ask(plan, personas.at_page(olga.row.owner), "a drill"), personas.at_page(pat), plan.hash
    )
    approval = olga.get(f"plans/{plan.pk}")["approval"]
    assert (approval["state"], approval["needed"], approval["approved_by"]) == ("approved", 1, ["pat"])
    assert olga.post(f"plans/{plan.pk}/confirm", word)["status"] == "queued"
