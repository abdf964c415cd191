"""The event logs of the lab's nodes: a move's own noise is folded away, and what is wrong is not."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import WinrmNodes
from console.catalog import generation
from console.domain.event_log import Judged, LogReading, judge, read_logs
from console.lab.presets import PASSWORD, fast_definition, tokyo
from console.lab.server import Lab
from tests.adapters.winrm.inventory import make_node

ACTIVE, OTHER = "TYO-EX1", "TYO-EX2"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(fast_definition(tokyo()), tmp_path / "lab") as running:
        yield running


def read(lab: Lab, node: str, *, ago: float = 60) -> LogReading:
    clock = SystemClock()
    with WinrmNodes(clock).open(make_node(lab, node, PASSWORD)) as session:
        return read_logs(session, clock, clock.now() - timedelta(seconds=ago), within=10)


def started(lab: Lab, service: str) -> None:
    """Start a service on the node that is not active, and wait for the event that it leaves."""
    before, deadline = len(lab.world.node(OTHER).events), time.monotonic() + 10
    assert lab.type(OTHER, f"sc start {service}").told(10)["ended"]
    while len(lab.world.node(OTHER).events) == before:
        assert time.monotonic() < deadline, "the service left no event"
        time.sleep(0.02)


def judged(reading: LogReading, *, away: bool) -> dict[str, list[Judged]]:
    """`folded` and `shown`."""
    found = judge(reading.occurrences, generation("2003").event_rules, lambda _: away)
    return {"folded": [j for j in found if j.benign], "shown": [j for j in found if not j.benign]}


def test_a_node_where_nothing_happened_has_nothing(lab: Lab) -> None:
    assert read(lab, ACTIVE) == LogReading(ACTIVE)


def test_missing_counters_are_folded_away_on_the_node_without_the_partition(lab: Lab) -> None:
    lab.fault(OTHER, "counters-read")
    reading = read(lab, OTHER)
    assert {o.code for o in reading.occurrences} == {1008}
    found = judged(reading, away=True)
    assert found["folded"]
    assert not found["shown"]


def test_the_same_events_are_shown_where_the_group_is(lab: Lab) -> None:
    lab.fault(OTHER, "counters-read")
    assert not judged(read(lab, OTHER), away=False)["folded"]
    lab.fault(ACTIVE, "counters-read")
    assert read(lab, ACTIVE).occurrences == ()


def test_a_move_leaves_the_attendants_discrepancy_and_it_is_folded_away(lab: Lab) -> None:
    lab.world.cluster("Tokyo").keys_of = ACTIVE
    started(lab, "MSExchangeSA")
    (only,) = judged(read(lab, OTHER), away=False)["folded"]
    assert only.rule is not None
    assert only.rule.key == "security-data-discrepancy"


def test_a_service_that_dies_is_shown_with_what_to_do(lab: Lab) -> None:
    lab.fault(OTHER, "service-does-not-start", service="MSExchangeMGMT")
    started(lab, "MSExchangeMGMT")
    (only,) = judged(read(lab, OTHER), away=True)["shown"]
    assert (only.occurrence.source, only.occurrence.code) == ("Service Control Manager", 7024)
    assert only.rule is not None
    assert only.rule.key == "service-failed"


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        ("MSExchangeIS 1087", "store-not-overwritable"),
        ("MSExchangeSA 9149", "attendant-keys"),
        ("MSExchangeSA 9317", "names-not-registered"),
        ("Perflib 1008", ""),
        ("Disk 51", ""),
    ],
)
def test_an_error_is_never_folded_for_its_number_alone(lab: Lab, event: str, rule: str) -> None:
    lab.fault(OTHER, "event-logged", event=event)
    (only,) = judged(read(lab, OTHER), away=True)["shown"]
    assert (only.rule.key if only.rule else "") == rule


def test_information_and_what_was_before_are_left_out(lab: Lab) -> None:
    started(lab, "MSExchangeMGMT")
    lab.fault(OTHER, "event-logged")
    assert len(lab.world.node(OTHER).events) == 2
    assert [o.code for o in read(lab, OTHER).occurrences] == [1087]
    assert read(lab, OTHER, ago=-5).occurrences == ()


def test_equal_events_are_one_with_their_count(lab: Lab) -> None:
    for _ in range(3):
        lab.fault(OTHER, "event-logged", on=False)
        lab.fault(OTHER, "event-logged")
    (only,) = read(lab, OTHER).occurrences
    assert only.count == 3


@pytest.mark.parametrize("seconds", ["4000", "-4000"])
def test_a_clock_that_is_off_neither_hides_nor_moves_an_event(lab: Lab, seconds: str) -> None:
    lab.fault(OTHER, "clock-off", seconds=seconds)
    lab.fault(OTHER, "event-logged")
    (only,) = read(lab, OTHER).occurrences
    assert abs(datetime.fromisoformat(only.last) - datetime.now(UTC)) < timedelta(seconds=30)


def test_a_node_that_does_not_answer_is_unknown_with_a_remedy(lab: Lab) -> None:
    lab.fault(OTHER, "winrm-down")
    reading = read(lab, OTHER)
    assert "refused. Check that the machine is up" in reading.unknown, "two sentences"
    assert reading.occurrences == ()
