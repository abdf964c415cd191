"""The directory brought to the node that has the group, from the page's button and the command line, by a worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from console.lab import presets
from console.lab.assemble import assemble
from console.lab.server import Lab
from console.models import AuditRecord, JournalLine, Operation, PlanRecord
from console.services import plans
from console.services.execute import execute
from tests.commands.conftest import one_object
from tests.commands.test_kit import Manage, keyed, spooled
from tests.commands.test_undo import picture, tokyo
from tests.directory.snapshot import difference

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
__all__ = ["keyed", "tokyo"]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """One of its own: its directory is changed for good."""
    world = presets.fast_definition(presets.tokyo(base="127.0.34"))
    world.directory = {"mailboxes": 6}
    with assemble(world, tmp_path / "lab") as running:
        yield running


def run(manage: Manage, number: int) -> Operation:
    assert execute(number, "worker")
    return Operation.objects.get(pk=number)


def test_what_a_kit_left_behind_is_brought_home_and_mail_does_not_notice(
    keyed: str, tokyo: Lab, manage: Manage, tmp_path: Path, person: User, client: Client
) -> None:
    before = picture(tokyo)
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    spooled(keyed, tmp_path, "run-1", take=-2)
    told = one_object(manage("run", "tokyo", "directory-switch", "--yes", "--reason", "After the outage.", "--json"))
    marks = len(tokyo.world.log.since(0))
    done = run(manage, told["operation"]["id"])
    assert (done.status, done.source, done.target) == ("succeeded", "TYO-EX2", "TYO-EX1")
    assert {attribute for _, attribute in difference(before, picture(tokyo))} <= {"msExchPatchMDB"}
    assert {effect.kind.partition(".")[0] for effect in tokyo.world.log.since(marks)} == {"directory"}
    assert AuditRecord.objects.get(action="operation:directory-switch:confirmed").reason == "After the outage."
    verified = JournalLine.objects.filter(operation=done, step="verify-directory")
    assert any("nothing is left to change" in line.text for line in verified)
    client.force_login(person)
    page = client.get(reverse("operation", args=[done.pk])).content.decode()
    assert "Directory switch" in page
    assert "This operation did not take mail down." in page
    assert "Fail over" not in page
    code, _, err = manage("plan", "tokyo", "undo", "--operation", str(done.pk))
    assert (code, "Nothing needs to be taken back" in err) == (2, True)


def test_the_page_has_a_button_for_it_and_its_plan_says_what_it_does(
    keyed: str, tokyo: Lab, manage: Manage, tmp_path: Path, person: User, client: Client
) -> None:
    manage("kit", "make", "tokyo", "--node", "tyo-ex2", "--output", str(tmp_path))
    spooled(keyed, tmp_path, "run-1", take=-2)
    client.force_login(person)
    page = client.get(reverse("cluster", args=["Tokyo"])).content.decode()
    assert 'name="kind" value="directory-switch"' in page
    answer = client.post(reverse("prepare-plan", args=["Tokyo"]), {"kind": "directory-switch"})
    record = plans.make(PlanRecord.objects.get().pk)
    assert record.state == "ready"
    text = client.get(answer["Location"]).content.decode()
    assert "Brings the directory of Tokyo to TYO-EX1, which has the group" in strip_tags(text)
    assert "Does TYO-EX2 hold the group?" in strip_tags(text)
    assert "is not taken back: to bring everything to the other node" in text
    assert "Taken back:" not in text, "its undo is refused"
    assert not Operation.objects.exists()
