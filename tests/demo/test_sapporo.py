"""The demo's pair that is not set up: its whole procedure, with nothing but what the demo prints and its pages ask."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from console.demo import children
from console.lab.assemble import assemble
from console.lab.definition import Webhook
from console.lab.hands import HANDS
from console.lab.presets import demo_definition
from console.management.lab_inventory import lab_inventory
from console.models import Cluster, NodeKey, Operation, OsAccount
from console.services import access, audit, setup
from console.services.inventory_apply import apply_inventory
from console.services.inventory_export import dump
from tests.commands.conftest import command
from tests.services import making
from tests.setup.journey import TIMING, Journey, fails_over_and_back

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
KEY = "exchange-2003-setup"


class Trial(Journey):
    """The demo's lab, ten times as fast, and whoever tries it: at the pages, and in a second terminal."""

    def __init__(self, folder: Path, url: str) -> None:
        world = demo_definition(speed=10.0, directory={"mailboxes": 6})
        self.pages_at = url
        world.webhook = Webhook(url, {})
        self.lab = assemble(world, folder)
        self.lab.start()
        apply_inventory(dump(lab_inventory(self.lab)), audit.SYSTEM)
        Cluster.objects.update(timing=TIMING)
        self.cluster = Cluster.objects.get(name="Sapporo")
        self.primary, self.standby = (node.name for node in self.lab.world.cluster("Sapporo").nodes)
        self.olga = making.actor("olga")
        OsAccount.objects.create(os_user=access.os_user(), user=self.olga.user)
        self.pages = Client()
        self.pages.force_login(self.olga.user)
        self.manage = command()
        self.dies_at = ""
        self.done = []

    def answer(self, operation: Operation) -> None:
        """Give a word, or do by the printed command what stands first under *What is next*; then have it look again."""
        if operation.waits_for in ("word", "move"):
            super().answer(operation)
            return
        step = setup.board(operation).next[0].step
        if step.key.partition(".")[0] in HANDS:
            told = self.manage("lab", "hand", "sapporo", step.at, "--state", str(self.lab.state))
            assert told[0] == 0, f"{told[2]}\n{self.story(operation)}"
        else:
            time.sleep(0.3)  # the group is coming up, and its script has yet to ask
        self.post(operation, "check-again")

    def owner(self) -> str:
        """The node that has Sapporo's group, by the lab's own word."""
        (group,) = self.lab.world.cluster("Sapporo").groups
        return group.owner.name if group.owner else ""


@pytest.fixture
def trial(transactional_db: None, live_server: Any, tmp_path: Path) -> Iterator[Trial]:
    made = Trial(tmp_path / "lab", live_server.url)
    yield made
    made.close()


def test_the_demos_new_pair_is_set_up_by_what_the_demo_prints_and_fails_over(trial: Trial) -> None:
    set_scripts = children.set_scripts("Sapporo", f"{trial.pages_at}/")[len(children.MANAGE) :]
    assert trial.manage(*set_scripts)[0] == 0
    assert not NodeKey.objects.exists()
    operation = trial.go_on(trial.start(KEY))
    assert operation.status == "succeeded", trial.story(operation)
    assert set(NodeKey.objects.values_list("node__name", flat=True)) == {trial.primary, trial.standby}
    assert trial.owner() == trial.primary
    fails_over_and_back(trial)
