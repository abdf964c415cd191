"""The judge sees what was done twice, what is missing and what came in another order."""

from typing import Any

import pytest

from tests.chaos.judge import judge, told

STOP = {"node": "A", "kind": "service", "subject": "MSExchangeIS", "before": "RUNNING", "after": "STOPPED"}
START = {"node": "B", "kind": "service", "subject": "MSExchangeIS", "before": "STOPPED", "after": "RUNNING"}
MOVE = {"node": "B", "kind": "group", "subject": "EXCHANGE", "before": "Offline", "after": "Online"}
WRITE = {"node": "directory", "kind": "directory.homeMDB", "subject": "CN=user", "before": "A", "after": "B"}


def test_the_same_again_is_clean() -> None:
    effects = told([STOP, MOVE, WRITE, START])
    assert judge(effects, effects).clean


@pytest.mark.parametrize("extra", [STOP, START, MOVE, WRITE])
def test_what_happens_once_more_is_named(extra: dict[str, str]) -> None:
    found = judge(told([STOP, MOVE, WRITE, START]), told([STOP, MOVE, WRITE, START, extra]))
    assert found.twice == tuple(told([extra]))
    assert not found.missing


@pytest.mark.parametrize("left_out", [STOP, START, MOVE, WRITE])
def test_what_does_not_happen_is_named(left_out: dict[str, str]) -> None:
    found = judge(told([STOP, MOVE, WRITE, START]), told([e for e in (STOP, MOVE, WRITE, START) if e is not left_out]))
    assert found.missing == tuple(told([left_out]))
    assert not found.twice


def test_another_order_on_one_node_is_named() -> None:
    found = judge(told([MOVE, START]), told([START, MOVE]))
    assert not found.clean
    assert "another order on B" in found.sentences()[0]


def test_the_order_between_two_nodes_and_of_writes_does_not_count() -> None:
    other = WRITE | {"subject": "CN=other"}
    assert judge(told([STOP, START, WRITE, other]), told([START, STOP, other, WRITE])).clean


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("task", "co-12-0a1b2c3d-move-group", "co-7-99aabbcc-move-group"),
        ("task", "co-12-0a1b2c3d-move-group", "co-7-99aabbcc-move-group-2"),
        (
            "script",
            "START.BAT FAILOVER 11111111-2222-3333-4444-555555555555",
            "START.BAT START 99999999-2222-3333-4444-555555555555",
        ),
    ],
)
def test_numbers_that_are_new_each_time_do_not_count(kind: str, one: str, other: str) -> None:
    def effect(subject: str) -> dict[str, Any]:
        return {"node": "B", "kind": kind, "subject": subject, "before": "", "after": "running"}

    assert judge(told([effect(one)]), told([effect(other)])).clean


@pytest.mark.parametrize("kind", ["fault", "hook", "folder", "file", "log"])
def test_what_changes_nothing_of_the_operation_does_not_count(kind: str) -> None:
    assert told([STOP | {"kind": kind}]) == []
