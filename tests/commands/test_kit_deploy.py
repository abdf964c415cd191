"""A kit is put on each node in a folder for SYSTEM and Administrators alone, as a whole, and only when it changed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import ldap3
import pytest

from console.domain.kit.manifest import read_manifest, verify
from console.domain.node_scripts.settings import FOLDER
from console.domain.secrets import Secret
from console.lab.cmd.rights_commands import rights_of
from console.lab.server import Lab
from console.models import AuditRecord, KitMailbox, NodeKit, NodeScripts
from console.services import key_rotation
from console.services.kits import deploying
from console.services.kits.checks import kit_checks
from console.services.node_scripts import kit_runner
from tasks.kits import refresh_kit
from tests.commands.conftest import one_object
from tests.commands.test_kit import Manage, cluster, directory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
__all__ = ["directory"]
NODES = ("TYO-EX1", "TYO-EX2")


@pytest.fixture
def keys(tokyo: Lab, manage: Manage) -> Iterator[dict[str, str]]:
    """Both nodes with their key, and node scripts that are set up; the disks are put back."""
    secrets = {}
    NodeScripts.objects.create(cluster=cluster(), url="http://127.0.0.1:8000", folder=FOLDER)
    for name in NODES:
        made = one_object(manage("nodekey", "issue", name, "--json"))
        secrets[name] = str(made["key"])
        disk = tokyo.world.node(name).disk
        disk.mkdir(FOLDER)
        disk.write(rf"{FOLDER}\node.key", f"id={made['key_id']}\r\nkey={made['key']}\r\n".encode("ascii"))
    yield secrets
    for name in NODES:
        tokyo.world.node(name).disk.remove(FOLDER)


def kit_on(lab: Lab, node: str) -> dict[str, bytes]:
    disk = lab.world.node(node).disk
    return {item.path.rpartition("\\")[2]: item.data or b"" for item in disk.listing(rf"{FOLDER}\kit")}


def written(manage: Manage) -> dict[str, bool]:
    code, out, err = manage("kit", "deploy", "tokyo", "--json")
    assert code == 0, err
    return {one["node"]: one["written"] for one in one_object((code, out, err))["nodes"]}


def test_each_node_gets_its_own_kit_whole_and_for_nobody_else(keys: dict[str, str], tokyo: Lab, manage: Manage) -> None:
    assert written(manage) == dict.fromkeys(NODES, True)
    for name in NODES:
        found = kit_on(tokyo, name)
        assert set(found) == {"KIT.VBS", "kit.ldf", "kit.txt"}
        assert verify(found["kit.txt"], found["kit.ldf"], Secret(keys[name])).node == name
        assert found["KIT.VBS"] == kit_runner()
        rights = rights_of(tokyo.world.node(name).disk, rf"{FOLDER}\kit")
        assert {who.rpartition("\\")[2] for who in rights} == {"Administrators", "SYSTEM"}
    assert [
        record.subject_name for record in AuditRecord.objects.filter(action="kit:kit:deployed").order_by("seq")
    ] == [*NODES]
    assert {c.verdict for c in kit_checks(cluster()) if c.key == "kit.node"} == {"pass"}


def test_what_is_there_is_not_written_again_until_something_changes_or_it_is_gone(
    keys: dict[str, str], tokyo: Lab, manage: Manage, directory: Any
) -> None:
    written(manage)
    assert written(manage) == dict.fromkeys(NODES, False)
    tokyo.world.node("TYO-EX1").disk.remove(rf"{FOLDER}\kit")
    assert written(manage) == {"TYO-EX1": True, "TYO-EX2": False}
    away = KitMailbox.objects.order_by("dn").values_list("dn", "home_mdb")[0]
    assert directory.modify(away[0], {"homeMDB": [(ldap3.MODIFY_DELETE, [])]}), directory.result
    try:
        assert written(manage) == dict.fromkeys(NODES, True)
        assert read_manifest(kit_on(tokyo, "TYO-EX2")["kit.txt"]).counts["mailboxes"] == 19
    finally:
        assert directory.modify(away[0], {"homeMDB": [(ldap3.MODIFY_ADD, [away[1]])]}), directory.result
    written(manage)
    NodeKit.objects.update(made_at=NodeKit.objects.first().made_at - timedelta(days=1, seconds=1))  # type: ignore[union-attr,operator]
    assert written(manage) == dict.fromkeys(NODES, True)


def test_a_node_that_does_not_answer_or_has_no_key_is_told_and_keeps_nothing_from_the_other(
    keys: dict[str, str], tokyo: Lab, manage: Manage
) -> None:
    tokyo.world.node("TYO-EX1").disk.remove(rf"{FOLDER}\node.key")
    code, out, _ = manage("kit", "deploy", "tokyo")
    assert code == 1
    assert "There is no key in C:\\Changeover\\node.key" in out
    assert set(kit_on(tokyo, "TYO-EX2")) == {"KIT.VBS", "kit.ldf", "kit.txt"}
    verdicts = {c.about: (c.verdict, c.remedy) for c in kit_checks(cluster()) if c.key == "kit.node"}
    assert verdicts["TYO-EX1"][0] == "unknown"
    assert "manage.py kit deploy Tokyo" in verdicts["TYO-EX1"][1]


def test_while_something_acts_on_the_cluster_nothing_is_put_there(
    keys: dict[str, str], tokyo: Lab, manage: Manage
) -> None:
    manage("stop", "on", "--reason", "A test.")
    code, _, err = manage("kit", "deploy", "tokyo")
    assert code == 2
    assert "has stopped everything" in err
    deploying.deploy_in_turn(cluster())
    assert NodeKit.objects.count() == 0
    manage("stop", "off", "--reason", "It is over.")
    refresh_kit(cluster().pk)  # what a worker does on schedule
    assert NodeKit.objects.exclude(made_at=None).count() == 2
    record = AuditRecord.objects.filter(action="kit:kit:deployed").latest("seq")
    assert record.actor_name == "changeover"


def test_a_break_in_the_middle_leaves_the_old_kit_and_the_next_time_puts_it_right(
    keys: dict[str, str], tokyo: Lab, manage: Manage
) -> None:
    written(manage)
    disk = tokyo.world.node("TYO-EX1").disk
    before = kit_on(tokyo, "TYO-EX1")
    disk.mkdir(rf"{FOLDER}\kit.new")
    disk.write(rf"{FOLDER}\kit.new\kit.ldf", b"half of i")
    disk.mkdir(rf"{FOLDER}\kit.old")
    assert kit_on(tokyo, "TYO-EX1") == before
    NodeKit.objects.update(manifest_hash="")
    assert written(manage) == dict.fromkeys(NODES, True)
    assert [disk.item(rf"{FOLDER}\{name}") for name in ("kit.new", "kit.old")] == [None, None]
    assert kit_on(tokyo, "TYO-EX1")["kit.ldf"] == before["kit.ldf"]


def test_a_node_without_ldifde_is_warned_of_with_what_to_install(
    keys: dict[str, str], tokyo: Lab, manage: Manage
) -> None:
    def programs() -> dict[str, tuple[str, str]]:
        return {c.about: (c.verdict.value, c.remedy) for c in kit_checks(cluster()) if c.key == "kit.program"}

    assert programs() == {}, "it is looked for when a kit is to be put there"
    missing = tokyo.world.node("TYO-EX2").remoting.missing
    missing.add("ldifde")
    try:
        written(manage)
    finally:
        missing.discard("ldifde")
    assert programs()["TYO-EX1"] == ("pass", "")
    verdict, remedy = programs()["TYO-EX2"]
    assert (verdict, "part of Windows Server 2003" in remedy) == ("warn", True)


def test_a_change_of_the_key_signs_the_kit_anew_at_once(keys: dict[str, str], tokyo: Lab, manage: Manage) -> None:
    written(manage)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(key_rotation, "PROOF_SECONDS", 0.1)
        told = manage("nodekey", "rotate", "TYO-EX2", "--reason", "every year")
    assert "Its kit is signed with it." in told[1]
    lies = tokyo.world.node("TYO-EX2").disk.read(rf"{FOLDER}\node.key").decode("ascii")
    said = dict(line.split("=", 1) for line in lies.split())
    found = kit_on(tokyo, "TYO-EX2")
    assert verify(found["kit.txt"], found["kit.ldf"], Secret(said["key"])).key_id == said["id"]
    assert written(manage) == dict.fromkeys(NODES, False), "there is nothing left for the schedule"


def test_a_kit_that_was_signed_with_a_key_of_before_is_warned_of_and_signed_anew(
    keys: dict[str, str], tokyo: Lab, manage: Manage
) -> None:
    written(manage)
    old = NodeKit.objects.get(node__name="TYO-EX2").key_id
    made = one_object(manage("nodekey", "issue", "TYO-EX2", "--json"))
    key_file = f"id={made['key_id']}\r\nkey={made['key']}\r\n".encode("ascii")
    tokyo.world.node("TYO-EX2").disk.write(rf"{FOLDER}\node.key", key_file)
    manage("nodekey", "retire", old)
    (check,) = (c for c in kit_checks(cluster()) if c.key == "kit.node" and c.about == "TYO-EX2")
    assert (check.verdict, f"{old}, which is retired" in check.reason) == ("warn", True)
    assert written(manage) == {"TYO-EX1": False, "TYO-EX2": True}
    found = kit_on(tokyo, "TYO-EX2")
    assert verify(found["kit.txt"], found["kit.ldf"], Secret(str(made["key"]))).key_id == made["key_id"]
