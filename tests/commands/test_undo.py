"""An operation taken back from the command line, in a lab, through the rows that its worker left."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from console.lab import presets
from console.lab.assemble import assemble
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.models import Operation, ReceiptRecord
from console.services.execute import execute
from console.services.inventory_export import dump
from tests.commands.conftest import Told, command, one_object
from tests.directory.backends import Backend
from tests.directory.snapshot import Snapshot, difference, snapshot

pytestmark = pytest.mark.django_db(transaction=True)

Manage = Callable[..., Told]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """One of its own: this is moved for good."""
    world = presets.fast_definition(presets.tokyo(base="127.0.33"))
    world.directory = {"mailboxes": 20}
    with assemble(world, tmp_path / "lab") as running:
        yield running


@pytest.fixture
def tokyo(lab: Lab, person: User, tmp_path: Path) -> Lab:
    path = tmp_path / "inventory.yaml"
    path.write_text(dump(lab_inventory(lab)), encoding="utf-8")
    assert command()("inventory", "apply", str(path))[0] == 0
    return lab


def picture(lab: Lab) -> Snapshot:
    """The directory as an independent client sees it."""
    server = lab.directory
    assert server is not None
    backend = Backend("lab", server.forest, server.address, lab.authority.certificate_path, server)
    with backend.connect("administrator") as connection:
        return snapshot(connection)


def started(manage: Manage, *words: str) -> Operation:
    """An operation that was confirmed and carried out."""
    told = one_object(manage("run", "Tokyo", *words, "--yes", "--json"))
    assert told["result"] == "accepted", told
    assert execute(told["operation"]["id"], "worker")
    return Operation.objects.get(pk=told["operation"]["id"])


def owner(lab: Lab) -> str:
    held = lab.world.clusters[0].groups[0].owner
    return held.name if held else ""


@pytest.mark.slow
def test_a_failed_failover_is_taken_back_and_its_receipts_are_written(
    tokyo: Lab, manage: Manage, tmp_path: Path
) -> None:
    before = picture(tokyo)
    tokyo.fault("TYO-EX2", "service-does-not-start", True, service="SMTPSVC")
    failed = started(manage, "failover")
    assert (failed.status, owner(tokyo)) == ("failed", "TYO-EX2")
    assert ReceiptRecord.objects.filter(operation=failed, kind="directory.mailboxes", count=20).exists()
    target = tmp_path / "receipt.ldif"
    assert manage("receipt", str(failed.pk), "--output", str(target))[0] == 0
    assert manage("receipt", str(failed.pk))[1] == target.read_text(encoding="ascii")
    assert target.read_text().count("changetype: modify") > 20

    tokyo.fault("TYO-EX2", "service-does-not-start", False)
    code, out, _ = manage("plan", "Tokyo", "undo")
    assert code == 0
    for words in (f"Takes back operation {failed.pk}", "undo of Tokyo", "Take back “", "- msExchPatchMDB: TRUE"):
        assert words in out
    undo = started(manage, "undo", "--operation", str(failed.pk), "--reason", "not today")
    assert (undo.status, undo.kind, undo.plan.undoes_id) == ("succeeded", "undo", failed.pk), undo.ending_summary
    assert (owner(tokyo), difference(before, picture(tokyo))) == ("TYO-EX1", {})
    told = one_object(manage("plan", "Tokyo", "undo", "--operation", str(failed.pk), "--json"))
    assert [reason["key"] for reason in told["reasons"]] == ["undo.nothing"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("plan", "Tokyo", "undo"), "no operation that changed anything"),
        (("plan", "Tokyo", "undo", "--operation", "4711"), "no operation 4711"),
        (("plan", "Tokyo", "undo", "--to", "TYO-EX1"), "leads where its operation came from"),
        (("run", "Tokyo", "failover", "--yes", "--operation", "1"), "belong to an undo"),
        (("plan", "Tokyo", "failover", "--from", "mailboxes"), "belong to an undo"),
        (("receipt", "4711"), "no operation 4711"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy(
    tokyo: Lab, manage: Manage, words: tuple[str, ...], told: str
) -> None:
    code, out, err = manage(*words)
    assert (code, out, told in err, "What to do:" in err) == (2, "", True, True)
