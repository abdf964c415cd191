"""What needs a person, by programs: brakes, alarms; and what is read of a cluster."""

import pytest
from django.utils import timezone

from console.models import Alarm, Cluster, Node, NodeKey
from tests import personas
from tests.api.calling import Program
from tests.services import making
from tests.web import world

pytestmark = pytest.mark.django_db
WHY = {"reason": "a storm is coming"}


@pytest.fixture
def tokyo() -> Cluster:
    return making.cluster()


@pytest.fixture
def olga(tokyo: Cluster) -> Program:
    return Program(personas.olga(), right="operate")


def test_everything_is_stopped_and_let_go_again(olga: Program) -> None:
    assert olga.get("stop")["stands"] is False
    olga.post("stop/lift", WHY, 409)
    told = olga.post("stop", WHY, 200)
    assert (told["stands"], told["set_by"], told["reason"]) == (True, "olga by token program", WHY["reason"])
    ready = {(one["kind"], one["target"]): one for one in olga.get("clusters/tokyo/moves")["items"]}
    assert ready["failover", "TOK-EX2"]["possible"] is False
    assert "stop" in [reason["key"] for reason in ready["failover", "TOK-EX2"]["reasons"]]
    assert olga.post("stop/lift", WHY, 200)["stands"] is False
    assert all(one["possible"] for one in olga.get("clusters/tokyo/moves")["items"])


@pytest.mark.parametrize("bounds", [{"clusters": True}, {"kinds": ["failover"]}, {"right": "view"}])
def test_a_bounded_token_stops_nothing_as_a_whole(tokyo: Cluster, bounds: dict[str, object]) -> None:
    given = {"right": "operate"} | bounds | ({"clusters": [tokyo]} if "clusters" in bounds else {})
    Program(personas.olga(), **given).post("stop", WHY, 403)


def test_an_alarm_is_acknowledged_with_what_was_found(olga: Program, tokyo: Cluster) -> None:
    row = Alarm.objects.create(cluster=tokyo, key="no-go", text="No go.", remedy="Look.", raised_at=timezone.now())
    assert [one["id"] for one in olga.get("alarms")["items"]] == [row.pk]
    told = olga.post(f"alarms/{row.pk}/acknowledge", {"note": "both looked at"}, 200)
    assert told["acknowledged_by"] == "olga by token program"
    assert olga.get("alarms")["items"] == []
    assert olga.get("alarms?acknowledged=true")["items"][0]["note"] == "both looked at"


def test_a_cluster_that_does_not_rest_has_nothing_to_lift(olga: Program) -> None:
    assert olga.post("clusters/tokyo/cooldown/lift", WHY, 409)["reasons"][0]["key"] == "cooldown.none"


def test_what_was_observed_is_told_with_its_age_and_looked_at_anew(olga: Program, tokyo: Cluster) -> None:
    assert olga.get("clusters/tokyo/observation")["at"] is None
    olga.post("clusters/tokyo/observation", {})
    tokyo.refresh_from_db()
    assert tokyo.observation_turn.pressing is True
    world.observed(tokyo)
    told = olga.get("clusters/tokyo/observation")
    assert (told["stale"], told["status"]["active"]) == (False, "TOK-EX1")
    assert isinstance(olga.get("clusters/tokyo/checks")["items"], list)


def test_nodes_and_their_keys_are_told_without_any_secret(olga: Program, tokyo: Cluster) -> None:
    node = Node.objects.filter(cluster=tokyo).order_by("role")[0]
    NodeKey.objects.create(
        node=node, key_id="k-1", slot=1, ciphertext="never-told", issued_at=timezone.now(), issued_by="ada"
    )
    assert [one["role"] for one in olga.get("clusters/tokyo/nodes")["items"]] == ["primary", "standby"]
    keys = olga.get("clusters/tokyo/keys")
    assert [one["key_id"] for one in keys["items"]] == ["k-1"]
    assert "never-told" not in str(keys)


def test_a_token_tells_what_it_is_for_and_revokes_itself(olga: Program) -> None:
    other = Program(olga.row.owner, name="other")
    assert olga.get("token")["name"] == "program"
    assert {one["name"] for one in olga.get("tokens")["items"]} == {"program", "other"}
    assert "none but itself" in olga.post(f"tokens/{other.row.pk}/revoke", {}, 403)["detail"]
    assert olga.post(f"tokens/{olga.row.pk}/revoke", {}, 200)["revoked_at"]
    olga.get("token", 401)
