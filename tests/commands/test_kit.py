"""`manage.py kit`, the list of mailboxes that kits are made of, and how ready they are, on a lab's directory."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import ldap3
import pytest

from console.domain.kit.manifest import digest, read_manifest
from console.domain.kit.runner import Sent, apply_records, split
from console.domain.kit.spool import Spool, change_of, conflicts_file, signed_spool
from console.domain.secrets import Secret
from console.domain.switch.values import at_target
from console.lab.server import Lab
from console.models import Alarm, AuditRecord, Cluster, KitList, KitMailbox, NodeKey
from console.services import turns
from console.services.fields import open_field
from console.services.kits.checks import kit_checks
from console.services.kits.listing import refresh, refresh_in_turn
from tests.commands.conftest import Told, one_object
from tests.directory.backends import Backend
from tests.moves.trapped import all_of_it, put_right

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

Manage = Callable[..., Told]


@pytest.fixture
def directory(tokyo: Lab) -> Iterator[Any]:
    """An independent client's connection to the lab's directory, with every right."""
    server: Any = tokyo.directory
    backend = Backend("lab", server.forest, server.address, tokyo.authority.certificate_path, server)
    with backend.connect("administrator") as connection:
        yield connection


@pytest.fixture
def keyed(tokyo: Lab, manage: Manage) -> str:
    """The secret of the standby's key."""
    return str(one_object(manage("nodekey", "issue", "TYO-EX2", "--json"))["key"])


def cluster() -> Cluster:
    return Cluster.objects.select_related("site", "directory").get(name="Tokyo")


def read(*, whole: bool = False) -> KitList:
    with open_field(cluster()) as field:
        return refresh(cluster(), field, whole=whole)[0]


def names() -> set[str]:
    return {dn.split(",")[0] for dn in KitMailbox.objects.values_list("dn", flat=True)}


def test_a_kit_is_made_and_found_whole(keyed: str, manage: Manage, tmp_path: Path) -> None:
    made = one_object(manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path / "kit"), "--json"))
    assert (made["result"], made["source"], made["target"]) == ("made", "TYO-EX1", "TYO-EX2")
    assert made["counts"]["mailboxes"] == 20
    records = (tmp_path / "kit" / "kit.ldf").read_bytes()
    assert b"\n" not in records.replace(b"\r\n", b"")
    assert len(list(split(records.decode("ascii")))) == sum(made["counts"].values())
    found = one_object(manage("kit", "verify", str(tmp_path / "kit"), "--json"))
    assert found == {**made, "result": "whole"}
    assert sorted(path.name for path in (tmp_path / "kit").iterdir()) == ["kit.ldf", "kit.txt"]
    record = AuditRecord.objects.get(action="kit:kit:made")
    assert (record.actor_name, record.after["mailboxes"]) == ("ops", 20)
    assert all(keyed.encode() not in path.read_bytes() for path in (tmp_path / "kit").iterdir())


@pytest.mark.parametrize("name", ["kit.ldf", "kit.txt"])
def test_a_kit_that_was_changed_is_refused(keyed: str, manage: Manage, tmp_path: Path, name: str) -> None:
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data.replace(b"TYO-EX1", b"TYO-EX3", 1))
    code, _, err = manage("kit", "verify", str(tmp_path))
    assert code == 1
    assert "Make it anew" in err


def test_a_kit_whose_key_was_retired_or_whose_manifest_is_not_there_is_refused(
    keyed: str, manage: Manage, tmp_path: Path
) -> None:
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    manage("nodekey", "retire", NodeKey.objects.get().key_id)
    code, _, err = manage("kit", "verify", str(tmp_path))
    assert (code, "is not an active key of the node TYO-EX2" in err) == (1, True)
    (tmp_path / "kit.txt").unlink()
    code, _, err = manage("kit", "verify", str(tmp_path))
    assert (code, "Name the folder of a kit" in err) == (2, True)


def test_without_a_key_or_for_another_node_no_kit_is_made(tokyo: Lab, manage: Manage, tmp_path: Path) -> None:
    code, _, err = manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path / "kit"))
    assert (code, "manage.py nodekey issue TYO-EX2" in err) == (2, True)
    code, _, err = manage("kit", "make", "tokyo", "--node", "OSA-EX1", "--output", str(tmp_path / "kit"))
    assert (code, "Name TYO-EX1 or TYO-EX2" in err) == (2, True)
    assert not (tmp_path / "kit").exists()


def test_the_list_follows_what_changes_and_forgets_the_deleted_at_night(tokyo: Lab, directory: Any) -> None:
    first = read()
    assert len(names()) == first.mailboxes.count() == 20
    before = names()
    away, base = KitMailbox.objects.order_by("dn").values_list("dn", flat=True)[0], str(tokyo.directory.forest.base_dn)
    (home,) = KitMailbox.objects.filter(dn=away).values_list("home_mdb", flat=True)
    assert directory.modify(away, {"homeMDB": [(ldap3.MODIFY_DELETE, [])]}), directory.result
    second = read()
    assert second.usn > first.usn
    assert second.whole_at == first.whole_at
    assert names() == before - {away.split(",")[0]}
    assert directory.modify(away, {"homeMDB": [(ldap3.MODIFY_ADD, [home])]}), directory.result
    assert directory.add(f"CN=Short Lived,CN=Users,{base}", "user", _like(home)), directory.result
    read()
    assert names() == before | {"CN=Short Lived"}
    assert directory.delete(f"CN=Short Lived,CN=Users,{base}"), directory.result
    assert read().mailboxes.count() == 21
    KitList.objects.update(whole_at=first.whole_at - timedelta(days=1))
    assert read().whole_at > first.whole_at
    assert names() == before


def _like(home: str) -> dict[str, str]:
    return {"sAMAccountName": "shortlived", "homeMDB": home, "legacyExchangeDN": "/o=x/cn=shortlived"}


@pytest.mark.parametrize("changes", [{"controller": "CN=NTDS Settings,CN=OTHER"}, {"usn": 10**12}, {"usn": 0}], ids=str)
def test_a_counter_that_says_nothing_here_leads_to_a_whole_reading(tokyo: Lab, changes: dict[str, Any]) -> None:
    first = read()
    KitMailbox.objects.first().delete()  # type: ignore[union-attr]
    KitList.objects.update(**changes)
    second = read()
    assert second.whole_at > first.whole_at
    assert second.mailboxes.count() == 20


def test_what_stands_in_the_way_is_kept_and_shown_and_goes_with_the_next_reading(tokyo: Lab) -> None:
    (check,) = (check for check in kit_checks(cluster()) if check.key == "kit.list")
    assert check.verdict == "unknown"
    read()
    tokyo.directory.fault("refuse", True)
    refresh_in_turn(cluster())
    tokyo.directory.fault("refuse", False)
    (check,) = (check for check in kit_checks(cluster()) if check.key == "kit.list")
    assert check.verdict == "warn"
    assert "20 mailboxes" in check.reason
    refresh_in_turn(cluster())
    (check,) = (check for check in kit_checks(cluster()) if check.key == "kit.list")
    assert (check.verdict, KitList.objects.get().failure) == ("pass", "")


def test_an_old_list_is_warned_of(tokyo: Lab) -> None:
    listed = read()
    KitList.objects.update(read_at=listed.read_at - timedelta(minutes=31))
    assert next(check.verdict for check in kit_checks(cluster()) if check.key == "kit.list") == "warn"
    KitList.objects.update(read_at=listed.read_at, whole_at=listed.whole_at - timedelta(hours=27))
    assert next(check.verdict for check in kit_checks(cluster()) if check.key == "kit.list") == "warn"


def test_a_node_without_a_key_is_warned_of(keyed: str) -> None:
    verdicts = {check.about: check.verdict for check in kit_checks(cluster()) if check.key == "kit.key"}
    assert verdicts == {"TYO-EX1": "warn", "TYO-EX2": "pass"}


def test_a_clusters_list_has_one_turn_in_a_quarter_of_an_hour(tokyo: Lab) -> None:
    name = f"kit list {cluster().pk}"
    assert [turns.mine(name, 900.0) for _ in range(3)] == [True, False, False]


def spooled(key: str, folder: Path, run: str, take: int | None = None) -> None:
    """What the node leaves after it applied the kit in `folder`: refused are what the lab's directory refuses."""
    manifest = read_manifest((folder / "kit.txt").read_bytes())
    records = tuple(split((folder / "kit.ldf").read_text(encoding="ascii")))
    with open_field(cluster()) as field:
        session = field.directory()

        def send(batch: Sequence[str]) -> Sent:
            for passed, record in enumerate(batch):
                change = change_of(record)
                entry = session.read(change.dn, [part.attribute for part in change.changes])
                whole = "replace: " in record
                if entry is not None and at_target(entry, change):
                    if whole:
                        continue
                    return Sent(16, passed)
                before = entry.all(change.changes[0].attribute) if whole and entry else change.changes[0].before
                first = replace(change.changes[0], before=before)
                if session.modify(replace(change, changes=(first, *change.changes[1:]))).outcome != "applied":
                    return Sent(16, passed)
            return Sent(0)

        done = apply_records(records[:take], send, batch=9)
    conflicts = conflicts_file(done)
    texts = (manifest.cluster, manifest.node, manifest.key_id, run, manifest.records_hash, digest(conflicts))
    left = len(records) - len(records[:take])
    times = (manifest.made, manifest.made)
    spool = Spool(*texts, *times, len(records), len(done.conflicts), left)
    (folder / "spool.txt").write_bytes(signed_spool(spool, Secret(key)).replace(b"\n", b"\r\n"))
    (folder / "conflicts.ldf").write_bytes(conflicts)


@pytest.fixture
def as_before(tokyo: Lab) -> Iterator[None]:
    """Whatever the test changes in the directory is put back."""
    server: Any = tokyo.directory
    backend = Backend("lab", server.forest, server.address, tokyo.authority.certificate_path, server)
    with put_right(backend, all_of_it(backend)):
        yield


def test_what_a_kit_did_is_taken_in_once_and_audited(
    keyed: str, as_before: None, manage: Manage, tmp_path: Path
) -> None:
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    spooled(keyed, tmp_path, "run-1")
    told = one_object(manage("kit", "collect", str(tmp_path), "--json"))
    assert (told["complete"], told["todo"]) == (True, [])
    assert "Everything in the directory names the target." in told["summary"]
    record = AuditRecord.objects.get(action="kit:run:collected")
    assert (record.actor_name, record.subject_name, record.after["left_count"]) == ("ops", "run-1", 0)
    assert not Alarm.objects.exists()
    code, _, err = manage("kit", "collect", str(tmp_path))
    assert (code, "has been taken in" in err) == (2, True)
    spooled(keyed, tmp_path, "run-2")
    again = one_object(manage("kit", "collect", str(tmp_path), "--json"))
    refused, right = re.findall(r"(\d+) refused \((\d+) of them", again["summary"])[0]
    assert (again["complete"], int(refused) > 20, refused) == (True, True, right)


def test_what_a_kit_left_is_named_and_raises_an_alarm(
    keyed: str, directory: Any, as_before: None, manage: Manage, tmp_path: Path
) -> None:
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    meddled = KitMailbox.objects.order_by("dn").values_list("dn", flat=True)[0]
    assert directory.modify(meddled, {"homeMTA": [(ldap3.MODIFY_DELETE, [])]}), directory.result
    spooled(keyed, tmp_path, "run-1", take=-1)
    told = one_object(manage("kit", "collect", str(tmp_path), "--json"))
    assert told["complete"] is False
    assert [item["what"] for item in told["todo"]] == [meddled]
    assert "1 refused (0 of them were right already), 1 not tried" in told["summary"]
    assert Alarm.objects.get().text == told["summary"]


def test_a_spool_of_another_hand_is_refused_and_nothing_is_kept(
    keyed: str, as_before: None, manage: Manage, tmp_path: Path
) -> None:
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    spooled("ab" * 32, tmp_path, "run-1")
    code, _, err = manage("kit", "collect", str(tmp_path))
    assert (code, "The signature of spool.txt" in err) == (1, True)
    assert not AuditRecord.objects.filter(action="kit:run:collected").exists()
