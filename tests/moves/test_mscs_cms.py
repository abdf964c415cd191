"""Moves of Exchange 2007's clustered mailbox server, by Exchange's own cmdlets, on the lab and over the wire."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.checks import Refusal
from console.domain.outcome import Status
from console.lab import presets
from tests.moves.carried import CarriedGround
from tests.moves.test_resuming import Died, Mortal, carried_out, in_turns

N1, N2 = "FUK-N1", "FUK-N2"
SHELL = 'powershell -NoProfile -NonInteractive -Command "Add-PSSnapin Microsoft.Exchange.Management.PowerShell.Admin; '
MOVE = (
    "Move-ClusteredMailboxServer -Identity 'FUK-CMS1' -TargetMachine 'FUK-N2' "
    '-MoveComment ([Console]::In.ReadLine()){} -Confirm:$false"'
)
START = "Start-ClusteredMailboxServer -Identity 'FUK-CMS1' -Confirm:$false\""
STORE, DATABASE = "Mailbox Database 2", "Second Storage Group/Mailbox Database 2 (FUK-CMS1)"


@pytest.fixture(params=["2008", "2008r2"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CarriedGround]:
    """The server on either Windows, which are observed in different ways."""
    made = CarriedGround(tmp_path / "lab", presets.fukuoka(windows=request.param))
    yield made
    made.close()


@pytest.fixture
def fukuoka(tmp_path: Path) -> Iterator[CarriedGround]:
    """The clustered mailbox server FUK-CMS1."""
    made = CarriedGround(tmp_path / "lab", presets.fukuoka())
    yield made
    made.close()


def events(ground: CarriedGround, node: str) -> str:
    """The messages in the node's event log."""
    return "\n".join(event.message for event in ground.lab.world.node(node).events)


def test_a_planned_move_goes_by_the_cmdlet_with_who_and_why_in_the_event_log(either: CarriedGround) -> None:
    before, plan = either.picture(), either.plan("failover")
    (command,) = [command for step in plan.steps for command in step.commands]
    assert (command.node, command.detached) == (N1, False)
    assert command.line == SHELL + MOVE.format("")
    assert any("Move-ClusteredMailboxServer" in note and "cluster.exe" in note for note in plan.notes)
    assert any("Who asked for the move and why goes to" in note for note in plan.notes)
    ending = either.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert (either.owner(), either.picture()) == (N2, before)
    assert "olga: patch day" in events(either, N1)
    assert "olga" not in command.line


def test_without_a_second_hop_it_is_refused_with_what_to_do(fukuoka: CarriedGround) -> None:
    fukuoka.second_hop = "none"
    with pytest.raises(Refusal) as caught:
        fukuoka.plan("failover")
    (reason,) = caught.value.reasons
    assert (reason.key, reason.about) == ("group.second-hop", N1)
    assert "prepare-node" in reason.remedy


def test_what_its_dry_run_says_refuses_it(fukuoka: CarriedGround) -> None:
    fukuoka.lab.fault(N1, "store-unmounted", store=STORE)
    with pytest.raises(Refusal) as caught:
        fukuoka.plan("failover")
    told = {reason.key: reason.text for reason in caught.value.reasons}
    assert {"group.tool", "mail.stores"} <= set(told)
    assert DATABASE in told["group.tool"]


@pytest.mark.slow
def test_a_database_that_is_down_does_not_bar_a_forced_move_which_starts_it(fukuoka: CarriedGround) -> None:
    fukuoka.lab.fault(N1, "store-unmounted", store=STORE)
    plan = fukuoka.takeover(N2)
    lines = [command.line for step in plan.steps for command in step.commands]
    assert lines == [SHELL + MOVE.format(" -IgnoreDismounted"), SHELL + START]
    ending = fukuoka.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert fukuoka.owner() == N2


@pytest.mark.slow
def test_a_cmdlet_that_ended_well_is_no_proof_of_a_database_that_stayed_down(fukuoka: CarriedGround) -> None:
    fukuoka.lab.fault(N2, "group-fails", resource=DATABASE)
    ending = fukuoka.perform(fukuoka.plan("failover"))
    assert (ending.status, ending.step) == (Status.FAILED, "resources")
    assert f"{DATABASE} has failed on {N2}" in ending.summary
    assert fukuoka.journal.kinds("move-group")[-1] == "done"


def test_a_server_that_was_stopped_is_started_where_it_is(fukuoka: CarriedGround) -> None:
    stop = f"{SHELL}Stop-ClusteredMailboxServer -Identity 'FUK-CMS1' -StopReason 'by hand' -Confirm:$false\""
    assert fukuoka.lab.type(N1, stop).told(20)["code"] == 0
    plan = fukuoka.takeover(N1)
    assert [command.line for step in plan.steps for command in step.commands] == [SHELL + START]
    ending = fukuoka.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert fukuoka.owner() == N1


def test_a_move_whose_worker_dies_after_it_acted_is_not_moved_twice(fukuoka: CarriedGround) -> None:
    plan, journal = fukuoka.plan("failover"), Mortal(before=False, only=("done", "already"))
    ending = in_turns(fukuoka, plan, journal)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert fukuoka.effects("owner") == [(N2, "FUK-CMS1", N2)]


def test_a_move_of_which_nothing_tells_whether_it_began_is_left_to_a_person(fukuoka: CarriedGround) -> None:
    plan, journal = fukuoka.plan("failover"), Mortal(before=False, only=("acting",))
    ending = in_turns(fukuoka, plan, journal)
    assert (ending.status, ending.step) == (Status.UNCERTAIN, "move-group")
    assert fukuoka.effects("owner") == []


@pytest.mark.slow
def test_a_move_that_a_dead_worker_has_begun_is_awaited_and_not_begun_again(tmp_path: Path) -> None:
    made = presets.fukuoka(replace(presets.FAST, resource_stop=1.0))
    ground = CarriedGround(tmp_path / "lab", made)
    try:
        plan, journal = ground.plan("failover"), Mortal(before=False, only=("acting",))
        with pytest.raises(Died):
            carried_out(ground, plan, journal, journal.progress())
        typed = ground.lab.type(N1, SHELL + MOVE.format("").replace("([Console]::In.ReadLine())", "'what it had sent'"))
        typed.told(0.3)
        ending = carried_out(ground, plan, journal, journal.progress())
        assert ending.status is Status.SUCCEEDED, ending.summary
        assert ground.effects("owner") == [(N2, "FUK-CMS1", N2)]
        assert "olga" not in events(ground, N1)
    finally:
        ground.close()
