"""The refusals of a service pack's set-up that the guide names: recognised however they are copied, and only they."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from console.domain.procedures.refused_by_setup import SETUP_LOG, recognise
from console.lab.server import Lab
from tests.commands.conftest import Told, lab, manage, one_object, person, tokyo

__all__ = ["lab", "manage", "person", "tokyo"]

GROUP = "You must be a member of the Exchange Organization Administrators group"
FOLDER = SETUP_LOG.rpartition("\\")[0]
PACK = "to Exchange Server 2007 Service Pack 1."
HUB = f"{GROUP} to upgrade the first Hub Transport server role in your organization {PACK}"
CLIENT = f"{GROUP} to upgrade the first Client Access server role in your organization {PACK}"
MAILBOX = f"{GROUP} to upgrade the first Mailbox server role {PACK}"
BEGINNING = "[10/15/2008 10:00:00] [0] Starting Microsoft Exchange 2007 Setup"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (HUB, ["membership.hub-transport"]),
        (CLIENT, ["membership.client-access"]),
        (MAILBOX, ["membership.mailbox"]),
        (f"{MAILBOX}\n{HUB}\n{HUB}", ["membership.mailbox", "membership.hub-transport"]),
        (HUB.replace(" ", "\r\n   "), ["membership.hub-transport"]),
        (f"“{CLIENT}”", ["membership.client-access"]),
        (f"{BEGINNING}\n{HUB}\n{BEGINNING}\n[0] Setup completed", []),
        (f"{BEGINNING}\nfine\n{BEGINNING}\n{MAILBOX}", ["membership.mailbox"]),
        ("Setup has made changes to operating system settings that require a reboot.", []),
        ("", []),
    ],
)
def test_what_the_set_up_said_is_recognised(text: str, keys: list[str]) -> None:
    found = recognise(text, "EX1")
    assert [one.key for one in found] == keys
    assert all("Log off from EX1" in one.remedy for one in found)


@pytest.fixture
def log(tokyo: Lab) -> Iterator[Callable[[str], None]]:
    """Writes the set-up's log on the standby node."""
    disk = tokyo.world.clusters[0].nodes[1].disk
    if disk.item(FOLDER) is None:
        disk.mkdir(FOLDER)
    yield lambda text: disk.write(SETUP_LOG, text.replace("\n", "\r\n").encode())
    if disk.item(SETUP_LOG) is not None:
        disk.remove(SETUP_LOG)


@pytest.mark.django_db
def test_the_command_reads_the_nodes_own_log(
    person: User, tokyo: Lab, manage: Callable[..., Told], log: Callable[[str], None]
) -> None:
    code, _, err = manage("setuperrors", "tyo-ex2")
    assert (code, "has not run there" in err) == (2, True)
    log(f"{BEGINNING}\nReading\n{HUB}\n")
    code, out, _ = manage("setuperrors", "tyo-ex2")
    assert code == 1
    assert "Log off from TYO-EX2" in out
    log(f"{BEGINNING}\n{HUB}\n{BEGINNING}\nDone\n")
    assert one_object(manage("setuperrors", "tyo-ex2", "--json")) == {
        "result": "succeeded",
        "node": "TYO-EX2",
        "refusals": [],
    }


@pytest.mark.django_db
def test_the_command_takes_what_a_person_copied(
    person: User, tokyo: Lab, manage: Callable[..., Told], tmp_path: Path
) -> None:
    text = tmp_path / "said.txt"
    text.write_text(MAILBOX, encoding="utf-8")
    told = one_object(manage("setuperrors", "TYO-EX1", "--text", str(text), "--json"))
    assert [one["key"] for one in told["refusals"]] == ["membership.mailbox"]
    code, _, err = manage("setuperrors", "TYO-EX1", "--text", str(tmp_path / "none"))
    assert (code, "cannot be read" in err) == (2, True)
