"""A message is a hint: Redis killed and wiped, messages doubled, senseless, or read by a wrong clock change nothing."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.demo import children
from console.lab import presets
from tests.tasks.conftest import Installation, installed, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEND = """
from console.models import Operation
from console.services import queue
(number,) = Operation.objects.values_list("pk", flat=True)
site = queue.operations_queue("lab")
for _ in range(20):
    queue.send(queue.RUN_OPERATION, number, site)
queue.send(queue.RUN_OPERATION, 987654, site)
queue.send(queue.RUN_OPERATION, "seventeen", site)
queue.send(queue.PREPARE_PLAN, 987654, queue.observation_queue("lab"))
queue.send("upkeep.of-another-version", 1, site)
"""
TIMES = """
from console.models import JournalLine, Operation
from console.services.clock import database_now
times = list(JournalLine.objects.order_by("pk").values_list("at", flat=True))
o = Operation.objects.first()
print(times == sorted(times) and o.confirmed_at <= o.started_at <= times[0] <= times[-1] <= database_now(), o.takeovers)
"""


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Installation]:
    """An installation with two clusters."""
    with installed(tmp_path, presets.tokyo(base="127.0.33"), presets.osaka(base="127.0.34")) as made:
        yield made


def doubled(installation: Installation) -> dict[tuple[str, ...], int]:
    """The changes of services and groups that the lab has seen more than once."""
    seen = Counter(
        (effect.kind, effect.node, effect.subject, effect.after)
        for effect in installation.lab.world.log.since(0)
        if effect.kind in ("service", "group")
    )
    assert seen
    return {effect: count for effect, count in seen.items() if count > 1}


def ended(installation: Installation, name: str = "worker") -> int:
    return installation.told(name).count("operation ended")


def test_a_redis_that_is_killed_and_comes_back_empty_loses_nothing_and_doubles_nothing(two: Installation) -> None:
    redis = two.redis()
    two.lab.fault("TYO-EX1", "slow", ms="300")
    two.worker()
    assert two.json("run", "TOKYO", "failover", "--yes")[0] == 0
    wait_for(lambda: "operation begins" in two.told("worker"), 60)
    two.stop(redis)
    (two.folder / "redis.sock").unlink()
    assert two.json("run", "OSAKA", "failover", "--yes")[1]["result"] == "accepted"
    two.lab.fault("TYO-EX1", "slow", on=False)
    assert two.statuses() == ["running", "queued"]
    wait_for(lambda: ended(two) == 1, 90)  # what runs needs no queue
    assert two.statuses() == ["succeeded", "queued"]
    two.redis()
    wait_for(lambda: ended(two) == 2, 90)
    assert two.statuses() == ["succeeded", "succeeded"]
    assert doubled(two) == {}


def test_doubled_and_senseless_messages_are_harmless_and_told(installation: Installation) -> None:
    installation.redis()
    assert installation.json("run", "TOKYO", "failover", "--yes")[0] == 0
    installation.shell(SEND)
    installation.worker()
    wait_for(lambda: ended(installation) == 1, 90)
    installation.shell(SEND)
    assert installation.json("run", "TOKYO", "failback", "--yes", "--wait")[1]["result"] == "succeeded"
    told = installation.told("worker")
    assert told.count("operation begins") == 2
    for dropped in ("what=operation", "id=987654", "id=seventeen", "what='plan record'"):
        assert "a message names what there is not" in told
        assert dropped in told
    assert "raised unexpected" not in told
    stops = [count for (kind, node, _, after), count in everything(installation).items() if after == "STOPPED"]
    assert stops
    assert set(stops) == {1}


def everything(installation: Installation) -> Counter[tuple[str, ...]]:
    """Every change of a service that the lab has seen, counted."""
    effects = (effect for effect in installation.lab.world.log.since(0) if effect.kind == "service")
    return Counter((effect.kind, effect.node, effect.subject, effect.after) for effect in effects)


@pytest.mark.parametrize("skew", [-900, 900])
def test_a_worker_whose_clock_is_wrong_by_minutes_works_by_the_databases(installation: Installation, skew: int) -> None:
    installation.redis()
    assert installation.json("run", "TOKYO", "failover", "--yes")[0] == 0
    installation.worker("wrong", "tests.tasks.skewed", CHANGEOVER_TEST_SKEW=str(skew))
    wait_for(lambda: ended(installation, "wrong") == 1, 90)
    assert installation.statuses() == ["succeeded"]
    assert installation.shell(TIMES) == "True 0"


def test_schedulers_side_by_side_ask_once_and_need_no_queue_for_deadlines(installation: Installation) -> None:
    installation.env |= {"CHANGEOVER_OBSERVE_EVERY": "3600", "CHANGEOVER_CLAIM_WITHIN": "2"}
    assert installation.json("run", "TOKYO", "failover", "--yes")[0] == 0
    beat = [word for word in children.worker() if word not in ("--beat", "--concurrency", "4")]
    for number in range(3):
        installation.start(
            f"beat-{number}", [*beat[: beat.index("worker")], "beat", "--loglevel", "INFO", "--pidfile="]
        )
    wait_for(lambda: installation.statuses() == ["failed"], 60)

    def settled() -> int:
        return "".join(installation.told(f"beat-{number}") for number in range(3)).count("operation settled")

    wait_for(settled)  # it is said once the row is there
    assert settled() == 1
    asked = installation.rows(ASKED)
    assert len(asked) == 1
    installation.redis()
    installation.worker()
    wait_for(lambda: installation.rows(OBSERVED) == [(1,)], 60)
    assert installation.rows(ASKED) == asked


OBSERVED = "SELECT count(*) FROM console_observationrecord"
ASKED = "SELECT asked_at FROM console_observationturn"
