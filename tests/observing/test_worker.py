"""A real worker of threads observes over connections that it keeps, and operations refuse to run in its threads."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tasks.conftest import Installation, installation, wait_for

__all__ = ["installation"]

pytestmark = pytest.mark.slow

THREADS = [sys.executable, "-m", "celery", "-A", "tasks", "worker", "--pool", "threads", "--concurrency", "4", "--beat"]
ROUNDS = 6
FEW = 2
"""A round that takes longer than the time to the next one overlaps with it, which needs a channel of its own."""


def test_rounds_go_over_one_shell_and_a_dead_node_is_left_alone(installation: Installation) -> None:
    """Every two seconds a round; the standby dies, and is asked less often than the living one."""
    env = {"CHANGEOVER_DUTIES": "observation", "CHANGEOVER_OBSERVE_EVERY": "2"}
    primary, standby = (installation.lab.servers[name] for name in ("TYO-EX1", "TYO-EX2"))
    installation.redis()
    installation.start("observer", [*THREADS, "--without-gossip", "--without-mingle"], **env)
    wait_for(lambda: sum(s.action == "Signal" for s in primary.requests) >= 2 * ROUNDS, 60)
    assert creates(primary) <= FEW
    assert creates(standby) <= FEW
    installation.lab.fault("TYO-EX2", "winrm-down")
    wait_for(lambda: "failure 1 in a row; it is tried again from" in told(installation), 30)
    asked = sum(s.action == "Command" for s in primary.requests)
    wait_for(lambda: sum(s.action == "Command" for s in primary.requests) >= asked + ROUNDS, 30)
    assert creates(primary) <= FEW
    assert "Mail is up" in told(installation), "what the living node and the greetings say is believed as before"


def creates(server: object) -> int:
    """How many shells the node was asked for."""
    return sum(served.action == "Create" for served in server.requests)  # type: ignore[attr-defined]


def told(installation: Installation) -> str:
    """What is known of the cluster."""
    rows = installation.rows("SELECT status FROM console_observationrecord")
    return str(rows[0][0]) if rows else ""


def test_operations_do_not_run_in_threads(installation: Installation) -> None:
    ended = subprocess.run(THREADS, env=installation.env, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert "operations need processes of their own" in ended.stdout + ended.stderr
    assert "CHANGEOVER_DUTIES=observation" in ended.stdout + ended.stderr


def test_the_unit_that_observes_works_in_threads() -> None:
    unit = (Path(__file__).parents[2] / "deploy/systemd/changeover-observation@.service").read_text(encoding="utf-8")
    assert "--pool threads" in unit
    assert "CHANGEOVER_DUTIES=observation" in unit
