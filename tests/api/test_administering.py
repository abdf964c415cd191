"""People, roles, rules of approvals and notices by programs: by a token that was made to administer, and no other."""

import pytest
from django.contrib.auth.models import Group, User

from console.models import AuditRecord, Channel, Cluster, Grant, NoticeRule
from console.services import sign_in_failures
from tests import personas
from tests.api.calling import Program
from tests.services import making

pytestmark = pytest.mark.django_db
WHY = {"reason": "the night shift is new"}
HOOK = {"name": "on-call", "kind": "webhook", "address": "https://hook.invalid/t0p-secret"}


@pytest.fixture
def tokyo() -> Cluster:
    return making.cluster()


@pytest.fixture
def ada(tokyo: Cluster, settings: object) -> Program:
    settings.OUTBOUND = ["hook.invalid:443"]  # type: ignore[attr-defined]
    return Program(personas.ada(), right="administer")


@pytest.mark.parametrize("right", ["all", "operate", "inventory", "view"])
def test_no_other_token_administers(tokyo: Cluster, right: str) -> None:
    other = Program(personas.ada(), right=right)
    assert "may not manage accounts" in other.get("people", 403)["detail"]
    other.post("clusters/tokyo/approval-rules", WHY | {"rules": [{"kind": "failover"}]}, 403)


def test_a_token_that_administers_does_nothing_else(ada: Program) -> None:
    ada.post("clusters/tokyo/plans", {"kind": "failover"}, 403)
    ada.get("audit", 403)
    ada.get("discoveries", 403)


def test_a_token_for_some_clusters_administers_those(tokyo: Cluster) -> None:
    bound = Program(personas.ada(), right="administer", clusters=[tokyo])
    rule = {"kind": "failover", "needed": 0, "valid_minutes": 60}
    told = bound.post("clusters/tokyo/approval-rules", WHY | {"rules": [rule]}, 200)
    assert next(one for one in told["items"] if one["kind"] == "failover")["valid_minutes"] == 60
    olga = personas.olga()
    bound.post(f"people/{olga.pk}/roles", WHY | {"cluster": "tokyo", "roles": {"approver": []}}, 200)
    bound.post(f"people/{olga.pk}/roles", WHY | {"roles": {"approver": []}}, 403)
    bound.get("people", 403)


def test_an_address_that_is_locked_is_listed_and_may_try_again(ada: Program, settings: object) -> None:
    settings.SIGN_IN_FAILURES = {"account": 100, "address": 1}  # type: ignore[attr-defined]
    sign_in_failures.attempt("olga", "192.0.2.7")
    (lock,) = ada.get("sign-in-locks")["items"]
    assert (lock["what"], lock["key"], lock["failures"]) == ("address", "192.0.2.7", 1)
    asked = WHY | {"what": "address", "key": "192.0.2.7"}
    assert ada.post("sign-in-locks/unlock", asked, 200)["items"] == []
    assert sign_in_failures.locked() == []
    record = AuditRecord.objects.latest("seq")
    assert (record.action, record.reason) == ("account:session:unlocked", WHY["reason"])
    ada.post("sign-in-locks/unlock", WHY | {"what": "anything", "key": "192.0.2.7"}, 422)


def test_an_account_is_added_given_roles_and_switched_off(ada: Program, tokyo: Cluster) -> None:
    made = ada.post("people", {"name": "kenji"}, 201)
    number = made["id"]
    assert (made["roles"], User.objects.get(pk=number).has_usable_password()) == ([], False)
    roles = {"operator": ["failover", "failback"], "viewer": []}
    told = ada.post(f"people/{number}/roles", WHY | {"cluster": "TOKYO", "roles": roles}, 200)
    assert {(one["role"], one["cluster"]) for one in told["roles"]} == {("operator", "TOKYO"), ("viewer", "TOKYO")}
    assert Grant.objects.get(user=number, role="operator").kinds == ["failover", "failback"]
    assert "is not a role" in ada.post(f"people/{number}/roles", WHY | {"roles": {"king": []}}, 422)["detail"]
    assert ada.post(f"people/{number}/switch", WHY | {"active": False}, 200)["active"] is False
    assert "already" in ada.post("people", {"name": "KENJI"}, 422)["detail"]
    assert AuditRecord.objects.filter(actor_name="ada by token program", subject_name="kenji").count() == 3


def test_the_last_administrator_stays(ada: Program) -> None:
    number = personas.ada().pk
    ada.post(f"people/{number}/switch", WHY | {"active": False}, 422)
    assert User.objects.get(pk=number).is_active


def test_a_group_is_added_filled_and_taken_away(ada: Program) -> None:
    personas.olga()
    number = ada.post("groups", {"name": "night shift"}, 201)["id"]
    assert ada.post(f"groups/{number}/members", {"members": ["OLGA"]}, 200)["members"] == ["olga"]
    assert "no user of that name" in ada.post(f"groups/{number}/members", {"members": ["nobody"]}, 409)["detail"]
    ada.post(f"groups/{number}/roles", WHY | {"site": "main", "roles": {"operator": []}}, 200)
    assert ada.get("groups")["items"][0]["roles"][0]["site"] == "main"
    first, again = (ada.post(f"groups/{number}/remove", {}, 200, key="away-with-it") for _ in range(2))
    assert first == again == {"items": []}
    assert not Group.objects.exists()


def test_people_are_listed_page_by_page(ada: Program) -> None:
    personas.olga()
    first = ada.get("people?limit=1")
    assert (first["items"][0]["name"], first["next"]) == ("ada", "ada")
    assert [one["name"] for one in ada.get(f"people?after={first['next']}")["items"]] == ["olga"]


def test_the_secret_of_a_webhook_is_told_once(ada: Program) -> None:
    made, again = (ada.post("channels", HOOK, 201, key="make-on-call") for _ in range(2))
    assert (made["id"], made["shown"]) == (again["id"], "hook.invalid")
    assert made["secret"]
    assert again["secret"] is None
    assert "t0p-secret" not in str(ada.get(f"channels/{made['id']}"))
    renewed = ada.post(f"channels/{made['id']}/secret", {}, 200)["secret"]
    assert renewed not in (None, made["secret"])
    told = ada.post(f"channels/{made['id']}", {"name": "ops", "active": False}, 200)
    assert (told["name"], told["active"], told["secret"]) == ("ops", False, None)


def test_a_channel_is_tried_once_under_one_key(ada: Program) -> None:
    number = ada.post("channels", HOOK, 201)["id"]
    tried, again = (ada.post(f"channels/{number}/test", {}, 200, key="try-it-once") for _ in range(2))
    assert (tried["good"], again["good"]) == (False, None)
    (delivery,) = ada.get(f"channels/{number}")["deliveries"]
    assert (delivery["state"], delivery["next_at"]) == ("given-up", None)
    assert [one["said"] for one in delivery["attempts"]] == [tried["said"]]
    told = ada.post(f"deliveries/{delivery['id']}/again", {}, 200)
    assert told["deliveries"][0]["state"] == "waiting"


def test_a_rule_is_made_changed_and_taken_away(ada: Program, tokyo: Cluster) -> None:
    ada.post("channels", HOOK, 201)
    rule = {
        "channel": "ON-CALL",
        "cluster": "tokyo",
        "least": "critical",
        "quiet_from": "22:00",
        "quiet_until": "06:00",
    }
    made = ada.post("notice-rules", rule, 201)
    assert (made["cluster"], made["least"], made["quiet_from"]) == ("TOKYO", "critical", "22:00:00")
    assert "already" in ada.post("notice-rules", rule, 409)["reasons"][0]["text"]
    events = [one["event"] for one in ada.get("notice-events")["items"] if one["severity"] == "critical"]
    changed = ada.post(f"notice-rules/{made['id']}", {"channel": "on-call", "events": events[:1]}, 200)
    assert (changed["cluster"], changed["events"]) == ("", events[:1])
    assert ada.post(f"notice-rules/{made['id']}/remove", {}, 200) == {"items": []}
    assert not NoticeRule.objects.exists()
    assert ada.post(f"channels/{Channel.objects.get().pk}/remove", {}, 200) == {"items": []}
