"""Changing commands under a lease: the node itself refuses what comes too late, and reading stays free."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import Exchanged, WinrmNodes, WinrmSession
from console.domain.errors import Fenced, Unavailable
from console.domain.lease import Fence, LeaseLost
from console.domain.ports import Guard
from console.lab.cmd.registry import COMMANDS
from console.lab.presets import PASSWORD
from console.lab.server import Lab
from tests.adapters.winrm.inventory import make_node

NODE = "TYO-EX1"
OLD, NEW = 1790000000, 1790000042
ONE, TWO, THREE = (("mkdir", rf"C:\{name}") for name in ("one", "two", "three"))


def holding(token: int, seconds: float = math.inf, cluster: int = 1) -> Guard:
    """A lease that holds for so long from each time that it is asked."""
    return lambda: Fence(cluster, token, time.monotonic() + seconds)


@contextmanager
def opened(lab: Lab, guard: Guard, name: str = NODE) -> Iterator[WinrmSession]:
    with WinrmNodes(SystemClock()).open(make_node(lab, name, PASSWORD), guard) as session:
        yield session


def effects(lab: Lab, *kinds: str) -> list[tuple[str, str]]:
    return [(e.kind, e.subject) for e in lab.world.log.since(0) if e.kind in kinds]


def commands(lab: Lab) -> int:
    return [served.action for served in lab.servers[NODE].requests].count("Command")


def test_after_a_later_token_has_acted_an_earlier_one_is_refused_by_the_node(lab: Lab) -> None:
    with opened(lab, holding(OLD)) as old, opened(lab, holding(NEW)) as new:
        assert old.run(ONE, within=10).ok
        assert new.run(TWO, within=10).ok
        before = effects(lab, "folder")
        with pytest.raises(Fenced, match=rf"{NODE} refused .* token {NEW}.* did not run") as caught:
            old.run(THREE, within=10)
        assert not caught.value.may_have_run
        assert caught.value.remedy
        assert effects(lab, "folder") == before == [("folder", r"C:\one"), ("folder", r"C:\two")]
        assert effects(lab, "fenced") == [("fenced", r"mkdir C:\three")]
        assert new.run(THREE, within=10).ok


def test_a_process_that_stood_still_between_check_and_send_changes_nothing(lab: Lab) -> None:
    """The lease was asked and held; then the sender stood still until another had taken over and acted."""
    asked, go_on = threading.Event(), threading.Event()

    def stands_still() -> Fence:
        fence = Fence(1, OLD, math.inf)
        asked.set()
        assert go_on.wait(20)
        return fence

    refused: list[Fenced] = []

    def late() -> None:
        with opened(lab, stands_still) as session:
            try:
                session.run(ONE, within=30)
            except Fenced as error:
                refused.append(error)

    sender = threading.Thread(target=late)
    sender.start()
    assert asked.wait(20)
    with opened(lab, holding(NEW)) as new:
        new.run(("sc", "query", "POP3Svc"), within=10)
    go_on.set()
    sender.join(30)
    assert refused
    assert effects(lab, "folder") == []


def test_every_line_of_a_launch_is_refused(lab: Lab) -> None:
    with opened(lab, holding(NEW)) as new, opened(lab, holding(OLD)) as old:
        new.run(TWO, within=10)
        with pytest.raises(Fenced):
            old.launch("co-1-log", ("clplogcmd", "-m", "once", "-l", "INFO"), within=10)
        assert old.launched("co-1-log", within=10).state == "absent"


def test_a_launch_that_lost_its_lease_on_the_way_goes_no_further(lab: Lab) -> None:
    turns = iter([OLD, OLD, OLD])

    def guard() -> Fence:
        token = next(turns, None)
        if token is None:
            raise LeaseLost("Operation 1 is no longer this worker's.")
        return Fence(1, token, math.inf)

    with opened(lab, guard) as session:
        with pytest.raises(LeaseLost):
            session.launch("co-1-log", ("clplogcmd", "-m", "once", "-l", "INFO"), within=10)
        assert session.launched("co-1-log", within=10).state == "prepared"
    assert lab.world.node(NODE).tasks.keys() == {"co-1-log"}


def test_a_launch_under_a_lease_runs_to_its_end(lab: Lab) -> None:
    with opened(lab, holding(OLD, 30)) as session:
        session.launch("co-1-fail", ("cmd", "/c", "exit", "3"), within=10)
        end = time.monotonic() + 20
        while (run := session.launched("co-1-fail", within=10)).state != "finished" and time.monotonic() < end:
            time.sleep(0.05)
    assert run.exit_code == 3


def test_a_lost_lease_sends_nothing(lab: Lab) -> None:
    def lost() -> Fence:
        raise LeaseLost("Operation 1 is no longer this worker's.")

    with opened(lab, lost) as session:
        session.batch([("hostname",)], within=10)
        with pytest.raises(LeaseLost):
            session.run(ONE, within=10)
        after_proof = commands(lab)
        with pytest.raises(LeaseLost):
            session.run(ONE, within=10)
        assert commands(lab) == after_proof
    assert effects(lab, "folder", "fence") == []


def test_reading_needs_no_lease_and_leaves_no_token(lab: Lab) -> None:
    def never() -> Fence:
        raise AssertionError("reading asked for the lease")

    with opened(lab, never) as session:
        assert session.batch([("hostname",)], within=10)[0].ok
        assert session.launched("co-1-move", within=10).state == "absent"
    assert effects(lab, "fence") == []


def test_a_command_under_a_lease_costs_three_requests_once_the_node_is_known(lab: Lab) -> None:
    with opened(lab, holding(OLD, 30)) as session:
        session.run(ONE, within=10)
        before = commands(lab)
        session.run(TWO, within=10)
        assert commands(lab) - before == 1


def test_output_and_exit_code_are_those_of_the_command(lab: Lab) -> None:
    told: list[str] = []
    with opened(lab, holding(OLD, 30)) as session:
        result = session.run(("sc", "stop", "POP3Svc"), within=10, on_line=lambda _, text: told.append(text))
        assert (result.exit_code, result.argv) == (0, ("sc", "stop", "POP3Svc"))
        assert "SERVICE_NAME: POP3Svc" in told
        assert session.run(("sc", "start", "Nothing"), within=10).exit_code == 1060


@pytest.mark.parametrize("seconds", ["600", "-600"])
def test_a_node_whose_clock_is_off_by_minutes_runs_commands(lab: Lab, seconds: str) -> None:
    lab.fault(NODE, "clock-off", seconds=seconds)
    with opened(lab, holding(OLD, 5)) as session:
        assert session.run(ONE, within=10).ok
    assert effects(lab, "fenced") == []


def test_a_clock_that_was_put_forward_costs_one_more_try(lab: Lab) -> None:
    with opened(lab, holding(OLD, 5)) as session:
        assert session.run(ONE, within=10).ok
        lab.fault(NODE, "clock-off", seconds="600")
        told: list[str] = []
        assert session.run(TWO, within=10, on_line=lambda _, text: told.append(text)).ok
    assert effects(lab, "fenced") == [("fenced", r"mkdir C:\two")]
    assert not [text for text in told if "changeover-fence" in text]


def test_a_command_that_comes_past_its_time_does_not_run(lab: Lab) -> None:
    """Nobody has taken over yet, so the node knows no later token: it goes by its clock."""
    leases = [10.0, 0.3]

    def guard() -> Fence:
        if not leases:
            raise LeaseLost("Operation 1 is no longer this worker's.")
        fence = Fence(1, OLD, time.monotonic() + leases[0])
        if leases.pop(0) < 1:
            time.sleep(0.5)
        return fence

    with opened(lab, guard) as session:
        assert session.run(ONE, within=10).ok
        with pytest.raises(LeaseLost):
            session.run(TWO, within=20)
    assert effects(lab, "folder", "fenced") == [("folder", r"C:\one"), ("fenced", r"mkdir C:\two")]


def test_a_node_that_is_always_late_is_given_up_with_a_remedy(lab: Lab) -> None:
    clock = Jumping(lab)
    with opened(lab, holding(OLD, 5)) as session:
        session.run(ONE, within=10)
        stop = clock.start()
        try:
            with pytest.raises(Unavailable, match="3 times in a row") as caught:
                session.run(TWO, within=20)
        finally:
            stop()
    assert "LEASE_SECONDS" in caught.value.remedy
    assert [kind for kind, _ in effects(lab, "fenced")] == ["fenced"] * 3


class Jumping:
    """A node's clock that is put forward by an hour whenever a command comes in."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._hours = 0

    def start(self) -> Callable[[], None]:
        shells = self._lab.servers[NODE].shells
        plain = shells.start

        def forward(shell: object, line: str) -> object:
            self._hours += 1
            self._lab.fault(NODE, "clock-off", seconds=str(3600 * self._hours))
            return plain(shell, line)  # type: ignore[arg-type]

        shells.start = forward  # type: ignore[assignment, method-assign]
        return lambda: setattr(shells, "start", plain)


def test_a_node_without_wmic_compares_tokens_all_the_same(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(COMMANDS, "wmic")
    with opened(lab, holding(OLD, 5)) as old, opened(lab, holding(NEW, 5)) as new:
        assert old.run(ONE, within=10).ok
        assert new.run(TWO, within=10).ok
        with pytest.raises(Fenced):
            old.run(ONE, within=10)


def test_a_node_that_cannot_keep_tokens_runs_nothing_and_says_where_to_look(lab: Lab) -> None:
    disk = lab.world.node(NODE).disk
    disk.mkdir(r"C:\changeover")
    disk.write(r"C:\changeover\fence", b"")
    with opened(lab, holding(OLD)) as session, pytest.raises(Unavailable, match="ran nothing") as caught:
        session.run(ONE, within=10)
    assert r"C:\changeover" in caught.value.remedy
    assert effects(lab, "folder") == []


def test_a_trace_shows_the_command_and_not_its_guard(lab: Lab) -> None:
    seen: list[Exchanged] = []
    with WinrmNodes(SystemClock(), seen.append).open(make_node(lab, NODE, PASSWORD), holding(OLD)) as session:
        session.run(ONE, within=10)
    assert [exchanged.line for exchanged in seen] == [r"mkdir C:\one"]
