"""A node asks at night: over real HTTP, through a real queue, with a real worker, and what happens when parts die."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.lab import presets
from console.lab.definition import Script
from tests.tasks.conftest import Installation, installed, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TYO1, TYO2 = "TYO-EX1", "TYO-EX2"
ISSUE = """
from console.domain.secrets import Secret
from console.models import Cluster, Node
from console.services.audit import SYSTEM
from console.services.hooks.keys import issue_key
for name, (key_id, key) in {keys!r}.items():
    issue_key(Node.objects.get(name=name), SYSTEM, key_id=key_id, key=Secret(key))
Cluster.objects.update(timing={timing!r})
"""
TIMING = {"stop_service": 5, "start_service": 10, "move_group": 15, "mount_stores": 5, "greeting": 10, "go": 20}
RUNS = (
    "SELECT n.name, r.last_event, r.decision, r.answer FROM console_noderun r JOIN console_node n ON n.id = r.node_id "
    "WHERE r.first_event = 'starting' ORDER BY r.id"
)
OPERATIONS = "SELECT kind, target, status FROM console_operation ORDER BY id"
GOES = (
    "SELECT n.name, g.ended_how FROM console_go g JOIN console_noderun r ON r.id = g.run_id "
    "JOIN console_node n ON n.id = r.node_id ORDER BY g.id"
)
ALARMS = "SELECT key FROM console_alarm ORDER BY id"
RESUMED = "SELECT takeovers FROM console_operation"


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Installation]:
    """An installation whose nodes run the console's scripts and ask its pages; no queue and no worker yet."""
    scripted = replace(presets.tokyo(base="127.0.33"), scripts="console", script=Script(retry=0.2, silence_after=60.0))
    with installed(tmp_path, scripted) as made:
        keys = {name: (f"key-{name.lower()}", secrets.token_hex(32)) for name in (TYO1, TYO2)}
        made.shell(ISSUE.format(keys=keys, timing=TIMING))
        made.lab.webhook(made.pages(), keys)
        yield made


def dies(night: Installation, node: str = TYO1) -> None:
    night.lab.fault(node, "powered-off", True)


def reported(night: Installation, node: str, what: str) -> bool:
    """Whether the console has taken that report of the node."""
    return any(at == node and subject.startswith(f"{what} ") for at, subject, _ in night.effects("hook"))


def test_a_question_becomes_an_operation_and_a_go_and_mail_is_up_without_a_click(night: Installation) -> None:
    night.redis()
    night.worker()
    dies(night)
    wait_for(lambda: night.rows(OPERATIONS) == [("takeover", TYO2, "succeeded")], 60)
    assert night.rows(RUNS) == [(TYO2, "started", "open", "go")]
    assert night.rows(GOES) == [(TYO2, "started")]
    assert night.rows(ALARMS) == [("second-opinion",)], "the dead node could not be asked, and that is said loudly"
    answers = [after for node, _, after in night.effects("hook") if node == TYO2]
    assert answers == ["wait", "go", "noted"]


def test_a_question_that_comes_while_queue_and_worker_are_down_is_answered_when_they_are_back(
    night: Installation,
) -> None:
    dies(night)
    wait_for(lambda: reported(night, TYO2, "starting"))
    assert night.rows(RUNS) == [(TYO2, "starting", "", "wait")]
    night.redis()
    night.worker()
    wait_for(lambda: reported(night, TYO2, "started"), 60)
    assert night.rows(GOES) == [(TYO2, "started")]


def test_a_worker_that_dies_before_the_go_is_followed_by_one_that_gives_it_once(night: Installation) -> None:
    night.redis()
    worker = night.worker()
    assert night.lab.directory is not None
    night.lab.directory.fault("slow", True, ms=50)
    dies(night)
    wait_for(lambda: night.rows(OPERATIONS) == [("takeover", TYO2, "running")], 60)
    night.stop(worker)
    night.lab.directory.fault("slow", False)
    assert night.rows(GOES) == []
    night.worker()
    wait_for(lambda: night.rows(OPERATIONS) == [("takeover", TYO2, "succeeded")], 90)
    assert night.rows(GOES) == [(TYO2, "started")]
    assert night.rows(RESUMED) == [(1,)]


def test_two_workers_and_a_node_that_asks_give_one_operation_and_one_go(night: Installation) -> None:
    night.redis()
    night.worker()
    night.worker()
    dies(night)
    wait_for(lambda: night.rows(OPERATIONS) == [("takeover", TYO2, "succeeded")], 60)
    assert night.rows(GOES) == [(TYO2, "started")]
