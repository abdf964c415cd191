"""Keys of nodes: shown once, kept encrypted, two at most, retired for good, every decision audited."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from console.domain.secrets import Secret
from console.models import AuditRecord, Cluster, Node, NodeKey, OsAccount
from console.services.access import os_user
from console.services.audit_actions import Action
from console.services.hooks.keys import KeysRefused, find, issue_key, retire
from tests import personas
from tests.hooks.wire import EVENT, Wire, client
from tests.services import making


@pytest.fixture
def node(tokyo: Cluster) -> Node:
    """TOK-EX1."""
    return tokyo.nodes.get(role="primary")


def test_a_key_is_random_and_found_again_but_not_in_the_database(node: Node) -> None:
    key_id, key = issue_key(node, making.actor())
    assert re.fullmatch("[0-9a-f]{64}", key.reveal())
    assert find(key_id)[1] == key
    row = NodeKey.objects.get(key_id=key_id)
    assert key.reveal() not in json.dumps(NodeKey.objects.filter(pk=row.pk).values()[0], default=str)
    assert issue_key(node, making.actor())[1] != key


def test_two_keys_work_side_by_side_and_a_third_is_refused(node: Node) -> None:
    first, second = issue_key(node, making.actor()), issue_key(node, making.actor())
    for key in (first, second):
        assert client(key, Wire()).event("starting", EVENT).kind == "wait"
    with pytest.raises(KeysRefused, match="two active keys") as refused:
        issue_key(node, making.actor())
    assert "nodekey retire" in refused.value.remedy
    retire(first[0], making.actor())
    issue_key(node, making.actor())
    assert client(first, Wire()).event("starting", EVENT).kind == "silent"
    assert client(second, Wire()).event("starting", EVENT).kind == "wait"


def test_the_database_itself_holds_no_third_active_key(node: Node) -> None:
    issue_key(node, making.actor())
    issue_key(node, making.actor())
    row = NodeKey.objects.filter(node=node).first()
    assert row is not None
    row.pk, row.key_id = None, "key-third"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize(
    ("key_id", "key", "said"),
    [
        ("a b c", "0" * 64, "id is malformed"),
        ("abc", "0" * 64, "id is malformed"),
        ("key-1", "0" * 63, "The key is malformed"),
        ("key-1", "A" * 64, "The key is malformed"),
    ],
)
def test_a_malformed_key_is_refused_without_showing_it(node: Node, key_id: str, key: str, said: str) -> None:
    with pytest.raises(KeysRefused, match=said) as refused:
        issue_key(node, making.actor(), key_id=key_id, key=Secret(key))
    assert key not in f"{refused.value} {refused.value.remedy}"
    assert not NodeKey.objects.exists()


def test_an_id_is_not_used_again(node: Node) -> None:
    issue_key(node, making.actor(), key_id="key-1")
    retire("key-1", making.actor())
    with pytest.raises(KeysRefused, match="taken"):
        issue_key(node, making.actor(), key_id="key-1")
    with pytest.raises(KeysRefused, match="no active key key-1"):
        retire("key-1", making.actor())


def test_issuing_and_retiring_are_audited_without_the_key(node: Node) -> None:
    key_id, key = issue_key(node, making.actor(), reason="new node")
    retire(key_id, making.actor(), reason="stolen")
    issued = AuditRecord.objects.get(action=Action.NODE_KEY_ISSUED)
    retired = AuditRecord.objects.get(action=Action.NODE_KEY_RETIRED)
    assert (issued.subject_name, issued.cluster_name, issued.reason) == ("TOK-EX1", "TOKYO", "new node")
    assert (issued.after, retired.before, retired.reason) == ({"key_id": key_id}, {"key_id": key_id}, "stolen")
    assert key.reveal() not in issued.body + retired.body


def test_a_key_that_cannot_be_decrypted_is_no_key(node: Node, settings: Any) -> None:
    key = issue_key(node, making.actor())
    settings.CREDENTIAL_KEYS = ["A" * 43 + "="]
    wire = Wire()
    assert client(key, wire).event("starting", EVENT).kind == "silent"
    assert (wire.responses[0].status, wire.responses[0].body) == (403, b"answer=refused\n")


def run(*args: str) -> tuple[int, Any]:
    """A command's exit code, and what it said in JSON."""
    out, code = StringIO(), 0
    try:
        call_command("nodekey", *args, "--json", stdout=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue())


@pytest.fixture
def ada(db: None) -> None:
    """Whoever runs the tests acts as an administrator."""
    OsAccount.objects.create(os_user=os_user(), user=personas.ada())


def test_the_command_issues_lists_and_retires(ada: None, node: Node) -> None:
    code, issued = run("issue", "tok-ex1")
    assert code == 0
    key = (issued["key_id"], Secret(issued["key"]))
    assert client(key, Wire()).event("starting", EVENT).kind == "wait"
    _, listed = run("list")
    assert [row["key_id"] for row in listed["keys"]] == [issued["key_id"]]
    assert listed["keys"][0]["last_used"]
    assert issued["key"] not in json.dumps(listed)
    assert run("retire", issued["key_id"])[0] == 0
    assert client(key, Wire()).event("starting", EVENT).kind == "silent"


def test_the_command_takes_a_key_from_standard_input_and_does_not_show_it(
    ada: None, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("ab" * 32 + "\n"))
    code, issued = run("issue", "TOK-EX1", "--key-id", "key-lab", "--key-stdin")
    assert (code, issued) == (0, {"result": "issued", "node": "TOK-EX1", "key_id": "key-lab"})
    assert client(("key-lab", Secret("ab" * 32)), Wire()).event("starting", EVENT).kind == "wait"


def test_the_command_refuses_an_unknown_node_by_naming_those_it_knows(ada: None, node: Node) -> None:
    code, said = run("issue", "SERVER9")
    assert code == 2
    assert said["remedy"] == "Name one of these: TOK-EX1, TOK-EX2."


def test_the_command_is_for_those_who_may_change_the_inventory(node: Node) -> None:
    OsAccount.objects.create(os_user=os_user(), user=personas.olga())
    assert run("issue", "TOK-EX1")[0] == 2
    assert not NodeKey.objects.exists()
