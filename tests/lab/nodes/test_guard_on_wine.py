"""The guard was run by Wine's cmd as well: it is the text of today, it did what it shall, and the lab does the same."""

import json
from typing import Any

import pytest

from console.domain.node_guard import MARK, NOT_RUN
from console.lab import faults
from console.lab.cim import JAPAN
from console.lab.state import Node
from console.lab.world import World
from tests.lab.nodes.conftest import Shell
from tests.lab.nodes.on_wine import CASES, NOW, RECORDING, TOGETHER, Case

RECORDED: dict[str, list[dict[str, Any]]] = json.loads(RECORDING.read_text(encoding="utf-8"))
ONE_BY_ONE = list(zip(CASES, RECORDED["one by one"], strict=True))


def told(printed: str) -> str:
    """What was printed, without the time that a node gives."""
    return printed[: len(f"{MARK} late ") + 10] if printed.startswith(f"{MARK} late ") else printed


def test_the_recording_is_of_the_text_of_today() -> None:
    """When it is not: python -m tests.lab.nodes.on_wine"""
    recorded = [(each["title"], each["line"]) for part in ("one by one", "at once") for each in RECORDED[part]]
    assert recorded == [(case.title, case.line) for case in (*CASES, *TOGETHER)]


@pytest.mark.parametrize(("case", "seen"), ONE_BY_ONE, ids=lambda value: getattr(value, "title", ""))
def test_wines_cmd_ran_what_may_run_and_nothing_else(case: Case, seen: dict[str, Any]) -> None:
    if case.refused:
        assert seen["exit_code"] == NOT_RUN
        assert seen["printed"].startswith(f"{MARK} {case.refused}")
        assert "ran" not in seen["printed"].replace(MARK, "")
    elif case.command == "echo ran":
        assert (seen["exit_code"], seen["printed"]) == (0, "ran\n")
    else:
        assert seen["exit_code"] == (3 if case.command == "exit 3" else 0)


def test_wines_cmd_let_the_highest_of_several_at_once_through() -> None:
    for case, seen in zip(TOGETHER, RECORDED["at once"], strict=True):
        assert seen["printed"] == "ran\n" or (case is not TOGETHER[-1] and MARK in seen["printed"])


def test_the_labs_cmd_does_the_same(shell: Shell, world: World, first: Node) -> None:
    ahead = NOW - (world.clock.date() + JAPAN).replace(tzinfo=None)
    faults.switch(world, first, "clock-off", True, seconds=str(ahead.total_seconds()))
    for case, seen in ONE_BY_ONE:
        ran = shell("TYO-EX1", case.line)
        printed = ran.out.replace("\r\n", "\n")
        assert (case.title, ran.code, told(printed)) == (case.title, seen["exit_code"], told(seen["printed"]))
