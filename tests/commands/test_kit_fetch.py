"""What nodes left while the console was silent is fetched by itself, once; what is left is closed by a switch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.lab.server import Lab
from console.models import Alarm, AuditRecord
from console.services.fields import open_field
from console.services.kits.fetching import fetch
from console.services.observe import observe
from tests.commands.conftest import one_object
from tests.commands.test_kit import Manage, as_before, cluster, keyed, spooled

pytestmark = pytest.mark.django_db
__all__ = ["as_before", "keyed"]

RUN = "run-start-1-22-333-4444"
SPOOL = r"C:\Changeover\spool"


@pytest.fixture
def disk(tokyo: Lab) -> Iterator[Any]:
    """The disk of the standby, with an empty spool; it is put back."""
    disk = tokyo.world.node("TYO-EX2").disk
    for folder in (r"C:\Changeover", SPOOL):
        if disk.item(folder) is None:
            disk.mkdir(folder)
    yield disk
    disk.remove(r"C:\Changeover")


def left(disk: Any, folder: Path, run: str = RUN) -> None:
    """Put what a kit's run left into the node's spool."""
    disk.mkdir(rf"{SPOOL}\{run}")
    for name in ("spool.txt", "conflicts.ldf"):
        disk.write(rf"{SPOOL}\{run}\{name}", (folder / name).read_bytes())


def fetched() -> None:
    with open_field(cluster()) as field:
        fetch(cluster(), field)


def told(action: str) -> list[AuditRecord]:
    return list(AuditRecord.objects.filter(action=action))


def test_what_a_kit_did_is_taken_in_by_an_observation_once(
    keyed: str, as_before: None, disk: Any, manage: Manage, tmp_path: Path
) -> None:
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    spooled(keyed, tmp_path, RUN)
    left(disk, tmp_path)
    observe(cluster())
    fetched()
    (record,) = told("kit:run:collected")
    assert (record.actor_name, record.subject_name, record.after["node"]) == ("changeover", RUN, "TYO-EX2")
    assert not Alarm.objects.exists()


def test_what_it_left_can_be_closed_by_a_switch_that_the_alarm_names(
    keyed: str, as_before: None, disk: Any, manage: Manage, tmp_path: Path
) -> None:
    code, _, err = manage("plan", "tokyo", "directory-switch")
    assert (code, "there is nothing to change" in err) == (2, True)
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    spooled(keyed, tmp_path, RUN, take=-3)
    left(disk, tmp_path)
    fetched()
    alarm = Alarm.objects.get()
    assert "manage.py run Tokyo directory-switch" in alarm.remedy
    plan = one_object(manage("plan", "tokyo", "directory-switch", "--json"))["plan"]["body"]
    assert (plan["kind"], plan["target"]) == ("directory-switch", "TYO-EX1")  # which has the group all the same


def test_what_was_signed_by_another_hand_is_told_once_and_not_taken_in(
    keyed: str, as_before: None, disk: Any, manage: Manage, tmp_path: Path
) -> None:
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    spooled("ab" * 32, tmp_path, RUN)
    left(disk, tmp_path)
    fetched()
    Alarm.objects.update(acknowledged_at=AuditRecord.objects.latest("seq").at)
    fetched()
    assert Alarm.objects.count() == 1
    assert "is not believed" in Alarm.objects.get().text
    assert len(told("kit:run:not-believed")) == 1
    assert told("kit:run:collected") == []


def test_a_run_that_is_not_over_waits_and_a_name_that_is_no_run_is_left_alone(tokyo: Lab, disk: Any) -> None:
    disk.mkdir(rf"{SPOOL}\{RUN}")
    disk.write(rf"{SPOOL}\{RUN}\conflicts.ldf", b"")
    disk.mkdir(rf"{SPOOL}\run & del C:")
    disk.write(rf"{SPOOL}\notes.txt", b"event=started\r\n")
    fetched()
    assert not Alarm.objects.exists()
    assert told("kit:run:spooled") == told("kit:run:not-believed") == []


def test_a_start_without_the_console_is_told_and_raises_an_alarm_once(tokyo: Lab, disk: Any) -> None:
    lines = "event=started\r\nnode=TYO-EX2\r\nat=20260131T235959Z\r\nconsole=silent\r\n"
    disk.write(rf"{SPOOL}\{RUN}.txt", lines.encode("ascii"))
    fetched()
    fetched()
    (record,) = told("kit:run:spooled")
    assert (record.after["event"], record.after["node"]) == ("started", "TYO-EX2")
    assert "TYO-EX2 ran its START.BAT while the console was silent" in Alarm.objects.get().text


def test_a_node_that_does_not_answer_keeps_nothing_from_the_other(tokyo: Lab, disk: Any) -> None:
    disk.write(rf"{SPOOL}\{RUN}.txt", b"event=started\r\n")
    tokyo.fault("TYO-EX1", "winrm-down")
    try:
        fetched()
    finally:
        tokyo.fault("TYO-EX1", "winrm-down", False)
    assert len(told("kit:run:spooled")) == 1
