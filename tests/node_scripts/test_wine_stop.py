"""STOP.BAT under Wine: the services go down and are seen to be down, and no console holds that up."""

from collections.abc import Callable
from math import inf

import pytest

from console.domain.node_scripts.branches import CODES
from tests.node_scripts import answers
from tests.node_scripts.answers import events
from tests.node_scripts.between import Between
from tests.node_scripts.machine import Node

pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.timeout(300)]
Make = Callable[..., Node]
NOWHERE = "http://127.0.0.1:9"


def up(node: Node) -> Node:
    """That node with every service under its watch."""
    for watch, name in zip(node.watches, node.names, strict=True):
        (node.stubs / f"watch-{watch}").write_text(f'set "WATCHED={name}"\n', encoding="ascii")
        node.start_by_hand(name)
    return node


@pytest.mark.parametrize("event", ["START", "FAILOVER", "RECOVER"])
def test_it_stops_in_reverse_order_with_the_watches_of_the_start_and_tells_once(node: Make, event: str) -> None:
    here = up(node())
    ran = here.run("STOP.BAT", CLP_EVENT=event)
    assert (ran.code, ran.acts) == (CODES.done, here.take_down)
    assert here.running() == set()
    assert [path.name for path in here.stubs.glob("watch-*")] == []
    assert events() == [("stopped", event)]
    assert here.left == set()


def test_a_service_that_no_watch_knows_of_is_stopped_by_itself(node: Make) -> None:
    here = node()
    here.start_by_hand("MSExchangeIS")
    ran = here.run("STOP.BAT")
    assert ran.code == CODES.done
    assert ran.of("sc") == ['stop "MSExchangeIS"']
    assert here.running() == set()


def test_a_service_that_does_not_stop_is_named_after_the_others_have_stopped(node: Make) -> None:
    here = up(node())
    here.make("stuck", "MSExchangeIS")
    ran = here.run("STOP.BAT")
    assert ran.code == CODES.services
    assert ran.of("armkill") == here.watches[::-1]
    assert here.running() == {"MSExchangeIS"}
    assert events() == [("stopped", "START")]
    assert answers.told[-1].body.detail == "not stopped: MSExchangeIS"


@pytest.mark.parametrize("text", [None, b""])
def test_without_its_settings_it_stops_just_the_same(node: Make, text: bytes | None) -> None:
    here = up(node())
    (here.scripts / "W#EXCHG.BAT").unlink()
    if text is not None:
        (here.scripts / "W#EXCHG.BAT").write_bytes(text)
    ran = here.run("STOP.BAT")
    assert (ran.code, ran.acts) == (CODES.done, here.take_down)
    assert here.running() == set()
    assert events() == []


def test_without_partition_and_console_it_stops_just_the_same(node: Make) -> None:
    here = up(node(url=NOWHERE))
    ran = here.run("STOP.BAT", CLP_DISK="FAILURE")
    said = '"The partition of Exchange of TOKYO is not connected"'
    assert (ran.code, ran.acts) == (CODES.done, [*here.take_down, f"armbcast /MSG {said} /A"])
    assert here.running() == set()
    assert "The console has not heard: stopped" in ran.log


@pytest.mark.parametrize("drips", [False, True], ids=["never", "drop by drop"])
def test_a_console_that_does_not_get_round_to_answering_is_told_once_after_everything_is_down(
    node: Make, between: Between, drips: bool
) -> None:
    here = up(node(url=between.url))
    seen: list[set[str]] = []
    between.on_request = lambda: seen.append(here.running())
    between.drips = drips
    between.delay = 0.0 if drips else inf
    ran = here.run("STOP.BAT")
    assert (ran.code, ran.acts) == (CODES.done, here.take_down)
    assert seen == [set()]
    assert "The console has not heard: stopped" in ran.log
