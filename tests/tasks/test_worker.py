"""The whole way: a command, a real queue, a real worker, real WinRM and LDAP, and what happens when parts die."""

import os
import signal

import pytest

from tests.tasks.conftest import Installation, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def owner(installation: Installation) -> str:
    group = installation.lab.world.clusters[0].groups[0]
    return group.owner.name if group.owner else ""


def running(installation: Installation) -> bool:
    """Whether a worker has begun to stop services on the lab's nodes."""
    return any(effect.kind == "service" for effect in installation.lab.world.log.since(0))


def test_a_failover_and_a_failback_go_all_the_way(installation: Installation) -> None:
    installation.redis()
    installation.worker()
    code, out, err = installation.manage("run", "TOKYO", "failover", "--yes", "--reason", "a test", "--wait")
    assert code == 0, out + err
    assert owner(installation) == "TYO-EX2"
    assert "Mail is up on TYO-EX2" in out
    code, told = installation.json("run", "TOKYO", "failback", "--yes", "--wait")
    assert (code, told["result"]) == (0, "succeeded")
    assert owner(installation) == "TYO-EX1"
    assert told["operation"]["outage_seconds"] > 0


def test_a_queue_that_comes_late_and_empty_loses_nothing(installation: Installation) -> None:
    code, told = installation.json("run", "TOKYO", "failover", "--yes")
    assert (code, told["result"]) == (0, "accepted")
    installation.redis()
    installation.worker()
    wait_for(lambda: owner(installation) == "TYO-EX2", 60)


def test_a_worker_that_dies_half_way_is_followed_by_another_that_carries_its_operation_on(
    installation: Installation,
) -> None:
    installation.redis()
    installation.lab.fault("TYO-EX1", "slow", ms="300")
    worker = installation.worker("first")
    assert installation.json("run", "TOKYO", "failover", "--yes")[0] == 0
    wait_for(lambda: running(installation), 60)
    installation.stop(worker)
    installation.lab.fault("TYO-EX1", "slow", on=False)
    installation.worker("second")
    wait_for(lambda: "operation ended" in installation.told("second"), 90)
    assert [row[1:] for row in installation.rows(TAKEN_OVER)] == [("succeeded", 1)]
    assert owner(installation) == "TYO-EX2"


def test_a_worker_that_is_asked_to_stop_takes_nothing_new_and_carries_on_what_it_has(
    installation: Installation,
) -> None:
    installation.redis()
    installation.lab.fault("TYO-EX1", "slow", ms="200")
    worker = installation.worker()
    number = installation.json("run", "TOKYO", "failover", "--yes")[1]["operation"]["id"]
    wait_for(lambda: running(installation), 60)
    os.kill(worker.pid, signal.SIGTERM)  # as systemd's KillMode=mixed does
    code, told = installation.json("plan", "TOKYO", "failback")
    assert (code, told["reasons"][0]["key"]) == (2, "reservation.acting")
    installation.lab.fault("TYO-EX1", "slow", on=False)
    assert worker.wait(90) == 0
    assert installation.rows(TAKEN_OVER) == [(number, "succeeded", 0)]


def test_wrong_usage_is_told_in_json_too(installation: Installation) -> None:
    code, told = installation.json("run")
    assert (code, told["result"]) == (2, "refused")
    assert "CLUSTER" in told["reasons"][0]["text"]


def test_a_site_that_is_added_while_the_worker_runs_is_served_too(installation: Installation) -> None:
    installation.redis()
    installation.worker()
    path = installation.folder / "inventory.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("sites:\n", "sites:\n  - name: second\n").replace("site: lab", "site: second")
    path.write_text(text, encoding="utf-8")
    assert installation.json("inventory", "apply", str(path))[0] == 0
    code, told = installation.json("run", "TOKYO", "failover", "--yes", "--wait")
    assert (code, told["result"]) == (0, "succeeded")


def test_a_stop_that_is_asked_for_before_the_first_change_leaves_everything_as_it_was(
    installation: Installation,
) -> None:
    installation.redis()
    installation.lab.fault("TYO-EX1", "slow", ms="1500")
    installation.worker()
    number = installation.json("run", "TOKYO", "failover", "--yes")[1]["operation"]["id"]
    code, out, err = installation.manage("shell", "-c", STOP.format(number=number))
    assert code == 0, out + err
    wait_for(lambda: "operation ended" in installation.told("worker"), 90)
    installation.lab.fault("TYO-EX1", "slow", on=False)
    code, out, err = installation.manage("shell", "-c", f"print(Operation.objects.get(pk={number}).ending_summary)")
    assert "Stopped at ops's request" in out, out + err
    assert owner(installation) == "TYO-EX1"
    assert not running(installation)


TAKEN_OVER = "SELECT id, status, takeovers FROM console_operation"
STOP = """
import time
from console.services.audit import Actor
from console.services.operations import request_stop
operation = Operation.objects.get(pk={number})
while operation.status == "queued":
    time.sleep(0.02)
    operation.refresh_from_db()
request_stop(operation, Actor.of(operation.requested_by, "page"))
"""
