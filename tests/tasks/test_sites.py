"""Two sites that do not feel each other, and a takeover that nothing delays: neither waiting operations nor a round."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from console.lab import presets
from tests.tasks.conftest import Installation, installed, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

WAITING = 50
LATER_AT_MOST = 5.0
"""Seconds that a takeover may begin later under load than without."""

WORLD = """
from console.models import Node
from tests.services import making
for number in range(6):
    making.cluster(f"T{number:02}", 100 + number)
for number in range(%(waiting)d):
    making.cluster(f"W{number:02}", number + 1)
Node.objects.filter(name__startswith="W").update(port=%(silent)d)
"""
LOAD = """
from console.domain.plan import Step
from console.models import Cluster
from console.services.confirm import confirm
from tests.services import making
steps = (Step("recheck", "recheck", "Look at nodes that take a connection and say nothing", "recheck"),)
for cluster in Cluster.objects.filter(name__startswith="W"):
    confirm(making.ready(cluster, steps=steps), making.actor(), "maintenance")
"""
LOADED = """
from console.models import ObservationTurn, Operation
from console.services.turns import OPEN
mine = Operation.objects.filter(cluster__name__startswith="W")
print(mine.filter(status="running").count(), mine.filter(status="queued").count(),
      ObservationTurn.objects.filter(OPEN).count())
"""
MEASURE = """
import json, time
from django.db.models import Q
from console.domain.outcome import Ending, Status
from console.models import Operation
from console.services import events
from console.services.endings import end
from tests.automatic.asking import report
took = []
for number in %(numbers)s:
    event = report("starting", f"T{number:02}-EX2", run=f"run-of-cluster-{number:04}")
    events.receive(event)
    deadline = time.monotonic() + 90
    while not (found := Operation.objects.filter(trigger__run_id=event.body.run, started_at__isnull=False).first()):
        assert time.monotonic() < deadline, "nobody began it"
        time.sleep(0.05)
    took.append((found.started_at - event.at).total_seconds())
    end(found.pk, Ending(Status.FAILED, "Measured."), only_if=Q())
    time.sleep(2)  # its worker finds out by its next heartbeat
print(json.dumps(took))
"""


@contextmanager
def silent_nodes() -> Iterator[int]:
    """The nodes of the clusters that wait: they take a connection and never say a word. Gives their port."""
    with ExitStack() as open_ones:
        addresses = [f"127.9.{number}.{node}" for number in range(1, WAITING + 1) for node in (1, 2)]
        first = open_ones.enter_context(socket.create_server((addresses[0], 0)))
        port = int(first.getsockname()[1])
        for address in addresses[1:]:
            open_ones.enter_context(socket.create_server((address, port)))
        yield port


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Installation]:
    """An installation with a cluster at each of two sites."""
    with installed(tmp_path, presets.tokyo(base="127.0.35"), presets.osaka(base="127.0.36")) as made:
        path = made.folder / "inventory.yaml"
        text = path.read_text(encoding="utf-8").replace("sites:\n", "sites:\n  - name: west\n")
        first, second = text.rsplit("site: lab", 1)
        path.write_text(f"{first}site: west{second}", encoding="utf-8")
        assert made.json("inventory", "apply", str(path))[0] == 0
        yield made


def test_cutting_the_worker_of_one_site_leaves_the_other_sites_operations_alone(two: Installation) -> None:
    two.redis()
    two.lab.fault("TYO-EX1", "slow", ms="400")
    east = two.worker("east", CHANGEOVER_SITES="lab")
    two.worker("west", CHANGEOVER_SITES="west")
    assert two.json("run", "TOKYO", "failover", "--yes")[0] == 0
    wait_for(lambda: "operation begins" in two.told("east"), 60)
    two.stop(east)
    code, told = two.json("run", "OSAKA", "failover", "--yes", "--wait")
    assert (code, told["result"]) == (0, "succeeded")
    assert two.told("west").count("operation begins") == 1
    assert two.rows(SUCCEEDED) == [("Osaka",)]
    two.lab.fault("TYO-EX1", "slow", on=False)
    two.worker("east", CHANGEOVER_SITES="lab")
    wait_for(lambda: ("Tokyo",) in two.rows(SUCCEEDED), 90)


SUCCEEDED = (
    "SELECT c.name FROM console_operation o JOIN console_cluster c ON c.id = o.cluster_id WHERE o.status = 'succeeded'"
)


def test_fifty_waiting_operations_and_a_full_round_of_observations_do_not_delay_a_takeover(
    installation: Installation, record_property: Callable[[str, object], None]
) -> None:
    """From the webhook's event to the worker that begins the takeover, by the database's clock, idle and loaded."""
    installation.env |= {"CHANGEOVER_TEST_PASSWORD": "never-used", "CHANGEOVER_OBSERVE_EVERY": "86400"}
    with silent_nodes() as port:
        installation.shell(WORLD % {"waiting": WAITING, "silent": port})
        installation.redis()
        installation.worker("operations", CHANGEOVER_DUTIES="operations")
        idle = json.loads(installation.shell(MEASURE % {"numbers": [0, 1, 2]}))
        installation.shell(LOAD)
        installation.worker("observation", CHANGEOVER_DUTIES="observation")
        wait_for(lambda: installation.shell(LOADED).split()[0] == "3", 60)
        running, queued, unseen = map(int, installation.shell(LOADED).split())
        loaded = json.loads(installation.shell(MEASURE % {"numbers": [3, 4, 5]}))
        still, _, _ = map(int, installation.shell(LOADED).split())
    record_property("seconds idle", idle)
    record_property("seconds loaded", loaded)
    assert (running, still) == (3, 3), "one of the four processes is kept free"
    assert queued >= WAITING - 5
    assert unseen >= WAITING - 10
    assert max(loaded) <= max(idle) + LATER_AT_MOST
