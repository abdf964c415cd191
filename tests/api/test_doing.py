"""What programs do about plans and operations: by the same services, once under one key, within the token's right."""

import pytest

from console.models import ApprovalRule, AuditRecord, Cluster, Operation, PlanRecord
from tests import personas
from tests.api.calling import Program
from tests.services import making
from tests.web import diagnosis_world, setup_world, world

pytestmark = pytest.mark.django_db
WHY = {"reason": "the window is closing"}


@pytest.fixture
def tokyo() -> Cluster:
    return making.cluster()


@pytest.fixture
def olga(tokyo: Cluster) -> Program:
    return Program(personas.olga(), right="operate")


@pytest.fixture
def pat(tokyo: Cluster) -> Program:
    """May see and approve."""
    return Program(personas.person("pat", "approver"), right="approve")


def test_an_operation_is_stopped_once_under_one_key(olga: Program, tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    for _ in range(2):
        olga.post(f"operations/{operation.pk}/stop", WHY, 200, key="stop-it-now")
    operation.refresh_from_db()
    assert operation.stop_requested_by == "olga by token program"
    assert AuditRecord.objects.filter(action="operation:request:stop-asked").count() <= 1
    assert [line.text for line in operation.journal.filter(text__contains="asked to stop")] == [
        "olga by token program asked to stop at the next safe point (the window is closing)."
    ]
    again = olga.post(f"operations/{operation.pk}/stop", {"reason": "another one"}, 409, key="stop-it-now")
    assert again["reasons"][0]["key"] == "idempotency.key"


def test_what_ended_uncertain_is_acknowledged_by_its_rules(olga: Program, tokyo: Cluster) -> None:
    operation = world.ended(tokyo, "uncertain")
    path, note = f"operations/{operation.pk}/acknowledge", {"note": "the group runs on TOK-EX2"}
    refused = olga.post(path, note, 409)
    assert refused["remedy"]
    world.observed(tokyo, ago=-1)
    assert olga.post(path, note, 200)["needs_acknowledgement"] is False


def test_the_ways_on_are_told_and_taken(olga: Program, tokyo: Cluster) -> None:
    operation = world.ended(tokyo, "failed")
    told = olga.get(f"operations/{operation.pk}/offers")["items"]
    assert [one["choice"] for one in told] in (["retry"], ["retry", "skip"])
    answer = olga.post(f"operations/{operation.pk}/carry-on", {"choice": "skip"}, 409)
    assert all(reason["text"] for reason in answer["reasons"])


def test_an_undo_is_planned_only_where_something_was_changed(olga: Program, tokyo: Cluster) -> None:
    operation = world.ended(tokyo, "succeeded")
    assert olga.post(f"operations/{operation.pk}/undo", {}, 409)["reasons"][0]["key"] == "undo.nothing"


def test_a_diagnosis_and_the_repair_of_what_it_found(olga: Program) -> None:
    kyoto = diagnosis_world.kyoto()
    begun = olga.post(f"clusters/{kyoto.name}/diagnoses", WHY)
    assert (begun["kind"], begun["status"]) == ("diagnose", "queued")
    assert olga.post(f"clusters/{kyoto.name}/diagnoses", WHY)["id"] == begun["id"]
    Operation.objects.filter(pk=begun["id"]).delete()
    found = diagnosis_world.found(kyoto)
    assert olga.get(f"operations/{found.pk}/diagnosis")["diagnosis"]["findings"] == []
    wrong = olga.post(f"clusters/{kyoto.name}/repairs", {"codes": ["no.such"]}, 409)
    assert "no finding" in wrong["reasons"][0]["text"]
    assert olga.post(f"clusters/{kyoto.name}/repairs", {})["kind"] == "repair"


def test_a_procedure_is_planned_paused_and_resumed(olga: Program, tokyo: Cluster) -> None:
    told = olga.get("clusters/tokyo/procedures")["items"]
    assert told[0]["kind"] in ("setup-2003", "setup-2007")
    assert olga.post("clusters/tokyo/plans", {"kind": told[0]["kind"]})["state"] == "preparing"
    PlanRecord.objects.all().delete()
    operation = setup_world.at_rest(tokyo)
    path = f"operations/{operation.pk}"
    assert olga.get(f"{path}/board")["next"]
    assert olga.post(f"{path}/pause", WHY, 200)["status"] == "paused"
    assert olga.post(f"{path}/resume", {}, 200)["status"] in ("queued", "waiting")
    assert olga.post(f"{path}/give-up", WHY, 200)["status"] in ("stopped", "queued")
    moved = world.ended(making.cluster("OSAKA", 2), "succeeded")
    olga.post(f"operations/{moved.pk}/pause", WHY, 404)


def test_an_approval_is_asked_given_and_used_by_two_tokens(olga: Program, pat: Program, tokyo: Cluster) -> None:
    ApprovalRule.objects.create(cluster=tokyo, kind="failover", needed=1)
    plan = making.ready(tokyo)
    path = f"plans/{plan.pk}"
    assert olga.post(f"{path}/ask", WHY, 200)["approval"]["state"] == "pending"
    assert [one["plan"] for one in pat.get("approvals")["waiting"]] == [plan.pk]
    assert [one["plan"] for one in olga.get("approvals")["mine"]] == [plan.pk]
    assert "may not approve" in olga.post(f"{path}/approve", {"hash": plan.hash}, 403)["detail"]
    assert pat.post(f"{path}/approve", {"hash": "0" * 64}, 409)["reasons"][0]["key"] == "approval.hash"
    assert pat.post(f"{path}/approve", {"hash": plan.hash}, 200)["approval"]["approved_by"] == ["pat by token program"]
    assert pat.post(f"{path}/confirm", WHY | {"hash": plan.hash}, 403)
    assert olga.post(f"{path}/confirm", WHY | {"hash": plan.hash})["status"] == "queued"


def test_nobody_approves_their_own_request_by_another_token(tokyo: Cluster) -> None:
    ApprovalRule.objects.create(cluster=tokyo, kind="failover", needed=1)
    personas.person("pat", "approver")
    ada, plan = Program(personas.ada(), right="all"), making.ready(tokyo)
    ada.post(f"plans/{plan.pk}/ask", WHY, 200)
    other = Program(ada.row.owner, right="approve", name="other")
    refused = other.post(f"plans/{plan.pk}/approve", {"hash": plan.hash}, 409)
    assert refused["reasons"][0]["key"] == "approval.own"
    assert other.post(f"plans/{plan.pk}/deny", WHY, 200)["approval"]["state"] == "denied"


def test_an_emergency_takes_a_token_that_was_made_for_everything(tokyo: Cluster) -> None:
    rule = {"needed": 1, "override_roles": ["administrator"]}
    ApprovalRule.objects.create(cluster=tokyo, kind="failover", **rule)
    ada, plan = personas.ada(), making.ready(tokyo)
    word = WHY | {"hash": plan.hash, "typed": "TOKYO", "emergency": "TOKYO cannot wait for an approval"}
    narrow = Program(ada, right="operate", name="narrow")
    assert "declares no emergency" in narrow.post(f"plans/{plan.pk}/override", word, 403)["detail"]
    wide = Program(ada, right="all", name="wide")
    wide.post(f"plans/{plan.pk}/override", word | {"emergency": "now"}, 409)
    assert wide.post(f"plans/{plan.pk}/override", word)["status"] == "queued"
    alarm = wide.get("alarms")["items"][0]
    assert alarm["key"] == "override"
    wide.post(f"alarms/{alarm['id']}/acknowledge", {"note": "it was me"}, 409)


def test_operations_are_found_by_filters_and_paged_by_links(olga: Program, tokyo: Cluster) -> None:
    made = [world.ended(tokyo, status) for status in ("succeeded", "failed", "succeeded")]
    assert [one["id"] for one in olga.get("operations?status=succeeded&kind=failover")["items"]] == [
        made[2].pk,
        made[0].pk,
    ]
    assert olga.get("operations?until=2001-01-01T00:00:00Z")["items"] == []
    assert olga.get("operations?who=nobody")["items"] == []
    seen, address = [], "/api/v1/operations?limit=2"
    while address:
        answer = olga.client.get(address, headers=olga.headers)
        seen += [one["id"] for one in answer.json()["items"]]
        address = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert seen == [one.pk for one in reversed(made)]


def test_the_journal_is_searched_and_read_from_its_end(olga: Program, tokyo: Cluster) -> None:
    operation = world.ended(tokyo, "succeeded")
    world.filled(operation, 12)
    path = f"operations/{operation.pk}/journal"
    told = olga.get(f"{path}?text=NUMBER 1")
    assert [line["text"] for line in told["items"]] == [f"line number {n}" for n in (1, 10, 11, 12)]
    assert told["over"] is True
    last = olga.get(f"{path}?tail=true&limit=2")
    assert [line["text"] for line in last["items"]] == ["line number 11", "line number 12"]
    part = olga.get(f"{path}?after=2&before=6&limit=2")
    assert ([line["seq"] for line in part["items"]], part["over"]) == ([3, 4], False)
