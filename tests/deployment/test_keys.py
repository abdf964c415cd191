"""The key of a node: put on the node for nobody else's eyes, and changed without a moment in which it cannot sign."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from console.adapters.winrm.session import WinrmSession
from console.domain.checks import Refusal
from console.domain.deployment import NotPlaced
from console.domain.errors import ConnectionLost
from console.domain.key_file import is_private
from console.domain.ports import CommandResult
from console.lab.cmd.rights_commands import rights_of
from console.lab.definition import Webhook
from console.lab.server import Lab
from console.models import AuditRecord, Cluster, JournalLine, Node, NodeKey
from console.services import key_rotation
from console.services.audit import Actor
from console.services.deployment.deploying import deploy
from console.services.hooks.keys import find
from console.services.key_rotation import rotate
from tests.commands.conftest import Told
from tests.deployment.conftest import disks, on_disk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
FOLDER = r"C:\Changeover"
ONLY = {r"BUILTIN\Administrators": "F", r"NT AUTHORITY\SYSTEM": "F"}


def node(number: int = 1) -> Node:
    return Node.objects.select_related("cluster").get(name=f"NGO-EX{number}")


def active() -> list[str]:
    return list(NodeKey.objects.filter(retired_at__isnull=True).order_by("pk").values_list("key_id", flat=True))


def held(lab: Lab, number: int = 1) -> dict[str, str]:
    """What the key's file says."""
    data = on_disk(lab, f"NGO-EX{number}", "node.key", FOLDER) or b""
    return dict(line.partition("=")[::2] for line in data.decode().splitlines())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_rotation, "PROOF_SECONDS", 0.1)


@pytest.fixture
def listening(lab: Lab, nagoya: Cluster, actor: Actor, live_server: LiveServer, settings: Any) -> None:
    """The console answers the nodes, which carry its scripts."""
    settings.ALLOWED_HOSTS = ["*"]
    lab.world.hooks.use(Webhook(url=live_server.url))
    deploy(nagoya, actor, "first")


def test_the_first_key_lies_there_for_system_and_administrators_alone(
    lab: Lab, nagoya: Cluster, actor: Actor, quick: None
) -> None:
    done = rotate(node(), actor, "the first one")
    assert (done.proved, done.retired) == (False, ())
    assert held(lab) == {"id": done.key_id, "key": find(done.key_id)[1].reveal()}
    disk = lab.world.node("NGO-EX1").disk
    assert rights_of(disk, rf"{FOLDER}\node.key") == ONLY
    assert rights_of(disk, rf"{FOLDER}\backup") != ONLY
    assert disk.item(rf"{FOLDER}\node.key.new") is None
    assert AuditRecord.objects.get(action="webhook:key:deployed").after == {"key_id": done.key_id}


def test_at_no_moment_can_anybody_else_read_it(
    lab: Lab, nagoya: Cluster, actor: Actor, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, seen = WinrmSession.put, []

    def watched(session: WinrmSession, path: str, data: bytes, **how: Any) -> None:
        if b"key=" in data:
            seen.append(rights_of(lab.world.node("NGO-EX1").disk, path))
        put(session, path, data, **how)

    monkeypatch.setattr(WinrmSession, "put", watched)
    rotate(node(), actor, "the first one")
    assert seen == [ONLY]


def test_it_is_nowhere_but_in_its_file(lab: Lab, nagoya: Cluster, actor: Actor, quick: None) -> None:
    secret = find(rotate(node(), actor, "the first one").key_id)[1].reveal()
    found = [path for path, data in disks(lab).items() if data and secret.encode() in data]
    assert found == [("NGO-EX1", rf"{FOLDER}\node.key".casefold())]
    rows = [*AuditRecord.objects.values_list("body", flat=True), *JournalLine.objects.values_list("text", flat=True)]
    assert not [row for row in rows if secret in str(row)]
    assert not [effect for effect in lab.world.log.since(0) if secret in str(effect)]


def test_a_key_is_changed_and_proved_and_the_old_one_goes(
    lab: Lab, listening: None, actor: Actor, manage: Callable[..., Told]
) -> None:
    first = rotate(node(), actor, "the first one")
    assert (first.proved, first.retired, active()) == (True, (), [first.key_id])
    told = manage("nodekey", "rotate", "ngo-ex1", "--reason", "every year")
    assert told[0] == 0, told
    (second,) = active()
    assert second != first.key_id
    assert held(lab)["id"] == second
    assert f"{first.key_id} is worth nothing any more" in told[1]


def test_while_it_is_not_proved_both_are_accepted_and_asking_again_goes_on(
    lab: Lab, listening: None, actor: Actor, quick: None
) -> None:
    first = rotate(node(), actor, "the first one")
    lab.fault("NGO-EX1", "webhook-unreachable")
    second = rotate(node(), actor, "every year")
    assert (second.proved, active()) == (False, [first.key_id, second.key_id])
    assert "still accepted" in second.sentence
    lab.fault("NGO-EX1", "webhook-unreachable", False)
    third = rotate(node(), actor, "go on")
    assert (third.key_id, third.proved, third.retired) == (second.key_id, True, (first.key_id,))


@pytest.mark.parametrize("places", [1, 3, 4, 5])
def test_broken_off_anywhere_the_node_can_sign_and_asking_again_ends_it(
    lab: Lab, listening: None, actor: Actor, quick: None, places: int
) -> None:
    first = rotate(node(), actor, "the first one")
    with pytest.MonkeyPatch.context() as patched:
        change, left = WinrmSession._execute, [places]

        def cut(session: WinrmSession, line: str, *words: Any, **how: Any) -> Any:
            if how.get("changing"):
                left[0] -= 1
                if left[0] < 0:
                    raise ConnectionLost("The line was cut.", may_have_run=True)
            return change(session, line, *words, **how)

        patched.setattr(WinrmSession, "_execute", cut)
        try:
            rotate(node(), actor, "every year")
        except ConnectionLost:
            assert places < 5
    assert held(lab)["id"] in active()
    last = rotate(node(), actor, "go on")
    assert last.proved
    assert active() == [last.key_id] == [held(lab)["id"]]
    assert last.key_id != first.key_id


def test_a_channel_in_clear_text_gets_no_key(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    Node.objects.filter(name="NGO-EX1").update(auth="basic", allow_clear_text=True)
    with pytest.raises(NotPlaced, match="in clear text"):
        rotate(node(), actor, "the first one")
    assert active() == []


def test_a_reason_is_asked_for_and_a_silent_node_gets_none(lab: Lab, nagoya: Cluster, actor: Actor) -> None:
    with pytest.raises(Refusal, match="No reason"):
        rotate(node(), actor, "")
    lab.fault("NGO-EX1", "winrm-down")
    with pytest.raises(Refusal, match="Which key lies on NGO-EX1 is not known"):
        rotate(node(), actor, "the first one")
    assert active() == []


NAMES = {"S-1-5-18": "SYSTEM", "S-1-5-32-544": "Administrators"}


@pytest.mark.parametrize(
    ("shown", "private"),
    [
        ("C:\\a NT AUTHORITY\\SYSTEM:F \r\n     BUILTIN\\Administrators:F \r\n\r\n", True),
        ("C:\\a NT AUTHORITY\\SYSTEM:(ID)F\r\n     BUILTIN\\Administrators:F\r\n", True),
        ("C:\\a NT AUTHORITY\\SYSTEM:F\r\n", False),
        ("C:\\a NT AUTHORITY\\SYSTEM:F\r\n     BUILTIN\\Administrators:F\r\n     BUILTIN\\Users:R\r\n", False),
        ("C:\\a NT AUTHORITY\\SYSTEM:F\r\n     BUILTIN\\Administrators:C\r\n", False),
        (
            "C:\\a NT AUTHORITY\\SYSTEM:F\r\n  BUILTIN\\Administrators:F\r\n  A\\b:(special access:)\r\n  READ\r\n",
            False,
        ),
        (
            "C:\\a Everyone:(DENY)(special access:)\r\n  NT AUTHORITY\\SYSTEM:F\r\n  BUILTIN\\Administrators:F\r\n",
            False,
        ),
    ],
)
def test_rights_are_read_as_cacls_shows_them(shown: str, private: bool) -> None:
    assert is_private(CommandResult(("cacls", "C:\\a"), 0, shown), "C:\\a", NAMES) is private
