"""The inventory by programs: its own rules, nothing written over unseen, nobody else's password."""

from typing import Any

import pytest

from console.models import AuditRecord, Cluster, ExchangeServer, Site
from tests import personas
from tests.api.calling import Program
from tests.services import making

pytestmark = pytest.mark.django_db
ENTRY = "clusters/TOKYO/inventory"


@pytest.fixture
def tokyo() -> Cluster:
    made = making.cluster()
    ExchangeServer.objects.update(service_pack=2)
    return made


@pytest.fixture
def ada(tokyo: Cluster) -> Program:
    return Program(personas.ada(), right="inventory")


def read(program: Program, path: str = ENTRY) -> tuple[Any, str]:
    """The entry with its ETag."""
    answer = program.client.get(f"/api/v1/{path}", headers=program.headers)
    return answer.json(), answer.headers["ETag"]


def test_a_cluster_is_changed_only_as_it_was_read(ada: Program, tokyo: Cluster) -> None:
    entry, etag = read(ada)
    assert ada.put(ENTRY, entry | {"cooldown_seconds": 60}, if_match=etag)["cooldown_seconds"] == 60
    record = AuditRecord.objects.order_by("-seq")[0]
    assert (record.actor_name, record.after) == ("ada by token program", {"cooldown_seconds": 60})
    assert "somebody has changed it" in ada.put(ENTRY, entry, 412, if_match=etag)["detail"]
    assert "ETag" in ada.put(ENTRY, entry, 428)["remedy"]
    ada.put(ENTRY, entry, 412, if_none_match="*")
    assert Cluster.objects.get().cooldown_seconds == 60


def test_what_is_read_is_sent_back_without_a_change(ada: Program) -> None:
    entry, etag = read(ada)
    before = AuditRecord.objects.count()
    assert ada.put(ENTRY, entry, if_match=etag) == entry
    assert read(ada) == (entry, etag)
    assert AuditRecord.objects.count() == before


def test_every_mistake_is_told_with_what_to_do(ada: Program) -> None:
    entry, _ = read(ada)
    wrong = entry | {"site": "Atlantis", "nodes": entry["nodes"][:1]}
    reasons = ada.put(ENTRY, wrong, 422, if_match="*")["reasons"]
    assert len(reasons) >= 2
    assert all(reason["remedy"] for reason in reasons)
    ada.put(ENTRY, entry | {"flotaing_ip": "192.0.2.1"}, 422, if_match="*")


def test_a_cluster_is_added_by_the_same_rules(ada: Program) -> None:
    entry, _ = read(ada)
    ada.put("clusters/KYOTO/inventory", entry, 404, if_match="*")
    refused = ada.put("clusters/KYOTO/inventory", entry, 422, if_none_match="*")
    assert "name in the body" in refused["reasons"][0]["text"]
    clash = ada.put("clusters/KYOTO/inventory", entry | {"name": "KYOTO"}, 422, if_none_match="*")
    assert any("TOKYO" in reason["text"] + reason["remedy"] for reason in clash["reasons"])


def test_who_may_change_one_cluster_points_it_at_nothing_else(tokyo: Cluster) -> None:
    making.cluster("OSAKA", 2)
    Site.objects.create(name="elsewhere")
    lena = Program(personas.person("lena", "administrator", on=tokyo), right="inventory")
    entry, etag = read(lena)
    refused = lena.put(ENTRY, entry | {"site": "elsewhere"}, 422, if_match=etag)
    assert "cannot be used here" in refused["reasons"][0]["text"]
    assert lena.put(ENTRY, entry | {"membership_tolerance": 3}, if_match=etag)["membership_tolerance"] == 3
    lena.put("sites/north", None, 403)
    lena.put("clusters/NAGOYA/inventory", entry, 404, if_none_match="*")


def test_a_token_for_something_else_changes_nothing(tokyo: Cluster) -> None:
    program = Program(personas.ada(), right="operate")
    entry, etag = read(program)
    assert "may not change the inventory" in program.put(ENTRY, entry, 403, if_match=etag)["detail"]


def test_the_whole_inventory_comes_and_goes_as_its_file(ada: Program) -> None:
    told, etag = read(ada, "inventory")
    body = {"text": told["text"]}
    assert ada.put("inventory", body, if_match=etag)["result"] == "unchanged"
    more = {"text": "sites:\n  - name: north\n"}
    assert ada.put("inventory", more | {"dry_run": True}, if_match=etag)["changes"] == [
        {"kind": "site", "name": "north", "done": "created"}
    ]
    assert not Site.objects.filter(name="north").exists()
    assert ada.put("inventory", more, if_match=etag)["result"] == "applied"
    ada.put("inventory", more, 412, if_match=etag)
    wrong = ada.put("inventory", {"text": "sites:\n  - nmae: x\n"}, 422, if_match="*")
    assert wrong["reasons"][0]["text"].startswith("line 2: ")
    assert [one["name"] for one in ada.get("sites")["items"]].count("north") == 1
    assert ada.put("sites/south", None)["name"] == "south"


def test_a_file_as_long_as_its_page_takes_is_taken_here_too(ada: Program) -> None:
    text = "# a line of a long file\n" * 5000 + "sites:\n  - name: north\n"
    assert len(text) > 64 * 1024
    told = ada.put("inventory", {"text": text, "dry_run": True}, if_match="*")
    assert [one["name"] for one in told["changes"]] == ["north"]
