"""Finding a cluster, trying a credential and node scripts by programs; and files that are sent as they are."""

from typing import Any

import pytest

from console.models import AuditRecord, Cluster, Discovery, NodeScripts, SetupLogRecord
from tests import personas
from tests.access.routes import LOG
from tests.api.calling import Program
from tests.discovery.test_clp_conf import file_of
from tests.services import making

pytestmark = pytest.mark.django_db
ASKED = {"address": "127.9.1.1", "credential": "service", "site": "main"}


@pytest.fixture
def tokyo() -> Cluster:
    return making.cluster()


@pytest.fixture
def ada(tokyo: Cluster) -> Program:
    return Program(personas.ada(), right="all")


def sent(program: Program, path: str, data: bytes, key: str = "a-key-of-mine") -> Any:
    """The answer to a file."""
    headers = program.headers | {"idempotency-key": key}
    return program.client.post(f"/api/v1/{path}", data, content_type="application/octet-stream", headers=headers)


def test_a_node_is_asked_what_cluster_it_is_part_of(ada: Program) -> None:
    told = ada.post("discoveries", ASKED | {"other_address": "127.9.1.2"})
    assert (told["open"], told["credential"], told["site"]) == (True, "service", "main")
    row = Discovery.objects.get()
    assert (row.address, row.way["port"], row.asked_by_name) == ("127.9.1.1", 5985, "ada by token program")
    assert ada.get(f"discoveries/{row.pk}")["address"] == "127.9.1.1"
    assert ada.post("discoveries", ASKED | {"credential": "nobody"}, 409)["remedy"] == "Name one of: service."
    clear = ada.post("discoveries", ASKED | {"auth": "basic"}, 422)
    assert "clear text" in clear["detail"]
    assert Discovery.objects.count() == 1


def test_a_configuration_is_read_and_what_it_proposes_is_saved(ada: Program) -> None:
    told = sent(ada, "discoveries/files?name=clp.conf", file_of()).json()
    assert (told["file"], told["cluster"]["name"]) == ("clp.conf", "Nagoya")
    again = ada.post(f"discoveries/{told['id']}/again", {"directory": "corp"})
    assert (again["directory"], again["cluster"]["directory"]) == ("corp", "corp")
    garbled = sent(ada, "discoveries/files", b"<root>", "another-key")
    assert garbled.status_code == 422
    assert garbled["Content-Type"] == "application/problem+json"
    assert garbled.json()["remedy"]


def test_one_file_is_read_once_under_one_key_and_another_one_refused(ada: Program) -> None:
    first, same = (sent(ada, "set-up-logs?name=x.log&cluster=tokyo", LOG).json() for _ in range(2))
    assert first["id"] == same["id"]
    other = sent(ada, "set-up-logs?name=x.log&cluster=tokyo", LOG + LOG)
    assert (other.status_code, other.json()["reasons"][0]["key"]) == (409, "idempotency.key")
    assert SetupLogRecord.objects.get().size == len(LOG)
    assert sent(ada, "set-up-logs", b"no log at all", "another-key").status_code == 422


def test_a_log_larger_than_other_bodies_is_read_while_it_comes_in(ada: Program) -> None:
    answer = sent(ada, "set-up-logs?name=long.log", LOG * 1000)
    assert (answer.status_code, answer.json()["size"]) == (201, len(LOG) * 1000)
    assert len(LOG) * 1000 > 64 * 1024


def test_a_credential_is_tried_where_it_is_used(ada: Program) -> None:
    assert ada.get("credentials/service/trials")["items"][0]["asked_at"] is None
    told = ada.post("credentials/service/trials", {"place": "node", "name": "TOK-EX1"})
    assert [one["name"] for one in told["items"] if one["open"]] == ["TOK-EX1"]
    assert AuditRecord.objects.filter(action="inventory:credential:tested").count() == 1
    ada.post("credentials/nobody/trials", {"place": "node", "name": "TOK-EX1"}, 404)


def test_node_scripts_are_set_and_deployed(ada: Program, tokyo: Cluster) -> None:
    assert ada.get("clusters/tokyo/scripts")["url"] == ""
    assert "manage.py scripts set" in ada.post("clusters/tokyo/scripts/ask", {"what": "compare"}, 409)["remedy"]
    told = ada.post("clusters/tokyo/scripts/settings", {"url": "http://127.0.0.1:8000", "reason": "moved"})
    assert (told["url"], told["asked"]) == ("http://127.0.0.1:8000", "compare")
    ada.post("clusters/tokyo/scripts/ask", {"what": "deploy"}, 409)
    told = ada.post("clusters/tokyo/scripts/ask", {"what": "deploy", "reason": "the first one"})
    assert told["asked"] == "deploy"
    assert NodeScripts.objects.get().asked_why == "the first one"
    unfit = ada.post("clusters/tokyo/scripts/settings", {"url": "ftp://elsewhere"}, 422)
    assert unfit["remedy"]


def test_a_nodes_key_is_changed_by_who_may_change_the_inventory(tokyo: Cluster) -> None:
    olga = Program(personas.olga(), right="all")
    olga.post("clusters/tokyo/scripts/settings", {"url": "http://127.0.0.1:8000"})
    olga.post("clusters/tokyo/scripts/ask", {"what": "key primary", "reason": "it leaked"}, 403)


def test_what_the_set_up_says_is_recognised_and_not_kept(ada: Program) -> None:
    before = AuditRecord.objects.count()
    body = {"node": "tok-ex1", "text": "nothing that is known"}
    assert ada.post("clusters/tokyo/set-up-errors", body, 200) == {"items": []}
    ada.post("clusters/tokyo/set-up-errors", body | {"node": "OSA-EX1"}, 409)
    assert AuditRecord.objects.count() == before


def test_every_cluster_is_looked_at(ada: Program, tokyo: Cluster) -> None:
    making.cluster("OSAKA", 2)
    assert ada.post("observations", {}) == {"clusters": 2}
    assert Program(personas.olga(), clusters=[tokyo]).post("observations", {}) == {"clusters": 1}
