"""Whatever happens in whatever order: one go at a time, no switch away from an active node, an answer for all."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from console.domain.events.facts import RunAnswer
from tests.domain.events.world import GO_SECONDS, NODES, World, other

pytestmark = pytest.mark.slow

node = st.sampled_from(NODES)


class Nights(RuleBasedStateMachine):
    """Nodes that are always seen by the console while they have power."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(directory=st.sampled_from([*NODES, None]), active=st.sampled_from([*NODES, None]), linked=st.booleans())
    def a_night_begins(self, directory, active, linked):
        """The directory may name the wrong node, half of each, or the group may be nowhere."""
        self.world.directory, self.world.linked = directory, linked
        for name, machine in self.world.machines.items():
            machine.claims = machine.store = name == active

    @rule(steps=st.integers(1, 8))
    def everything_goes_on_for_a_while(self, steps):
        proceed(self.world, steps)

    @rule(of=node, then=st.integers(0, 8))
    def the_product_brings_the_group_up(self, of, then):
        self.world.bring_up(of)
        proceed(self.world, then)

    @rule(of=node)
    def somebody_moves_the_group_by_hand(self, of):
        self.world.hand_over(of)

    @rule(which=st.integers(0, 20), again=st.booleans())
    def a_report_arrives(self, which, again):
        if self.world.mail:
            at = which % len(self.world.mail)
            self.world.hear(self.world.mail[at])
            if not again:
                del self.world.mail[at]

    @rule(which=st.integers(0, 20))
    def the_console_decides(self, which):
        if self.world.undecided:
            self.world.decide(self.world.undecided.pop(which % len(self.world.undecided)))

    @rule(times=st.integers(1, 6))
    def the_worker_goes_on(self, times):
        for _ in range(times):
            self.world.work()

    @rule(of=node)
    def a_script_polls(self, of):
        self.world.poll(of)

    @rule(of=node, boots=st.booleans())
    def a_node_dies(self, of, boots):
        self.world.machines[of].die()
        self.world.machines[of].up = boots

    @rule(of=node)
    def a_node_boots(self, of):
        self.world.machines[of].up = True

    @rule()
    def the_heartbeat_is_lost(self):
        self.world.linked = False

    @rule()
    def the_heartbeat_is_back(self):
        self.world.join()

    @rule(seconds=st.floats(0.5, 2 * GO_SECONDS))
    def time_passes(self, seconds):
        self.world.now += timedelta(seconds=seconds)

    @rule(to=node)
    def a_person_starts_a_failover(self, to):
        busy = self.world.acting or self.world.waiting
        if not busy and self.world.machines[other(to)].claims and not self.world.machines[to].claims:
            self.world.begin("failover", to)

    @rule()
    def the_operation_becomes_uncertain(self):
        doing = self.world.acting
        if doing:
            self.world.end()
            self.world.waiting = doing

    @invariant()
    def at_most_one_go_is_unexpired(self):
        assert len(self.world.runs.goes()) <= 1

    @invariant()
    def the_directory_is_never_switched_away_from_an_active_node(self):
        assert self.world.wrong == []

    @invariant()
    def never_two_stores_run(self):
        assert sum(machine.store for machine in self.world.machines.values()) <= 1

    def teardown(self):
        """When everything has arrived and the worker has had its time, every run has its answer."""
        for event in list(self.world.mail):
            self.world.hear(event)
        for run in self.world.undecided:
            self.world.decide(run)
        for _ in range(12):
            self.world.work()
            self.world.now += timedelta(seconds=GO_SECONDS)
        self.world.end()
        waiting = [run for run, row in self.world.runs.rows.items() if row.answer is RunAnswer.WAIT]
        assert waiting == []


class DarkNights(Nights):
    """As before, but the console loses sight of nodes that are alive: then only the goes are bounded."""

    @rule(of=node, seen=st.booleans())
    def the_console_loses_sight(self, of, seen):
        self.world.machines[of].seen = seen

    @invariant()
    def never_two_stores_run(self):
        """Nobody could tell; see the warnings that a plan and a journal carry then."""


Nights.TestCase.settings = settings(max_examples=250, stateful_step_count=30, deadline=None)
DarkNights.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestNights = Nights.TestCase
TestDarkNights = DarkNights.TestCase


def settle(world: World) -> None:
    """Until nothing moves."""
    proceed(world, 30)


def proceed(world: World, steps: int) -> None:
    """Everything arrives, is decided, worked through and polled."""
    for _ in range(steps):
        while world.mail:
            world.hear(world.mail.pop(0))
        while world.undecided:
            world.decide(world.undecided.pop(0))
        world.work()
        for name in NODES:
            world.poll(name)


def test_two_nodes_that_start_at_the_same_time_get_exactly_one_go_in_either_order():
    for first in NODES:
        world = World()
        for machine in world.machines.values():
            machine.die()
            machine.up = True
        world.linked = False
        world.bring_up(first)
        world.bring_up(other(first))
        settle(world)
        goes = [row for row in world.runs.rows.values() if row.answer is RunAnswer.GO]
        refused = [row for row in world.runs.rows.values() if row.answer is RunAnswer.NO]
        assert (len(goes), len(refused)) == (1, 1), world.decisions
        assert world.machines[goes[0].node].store
        assert world.directory == goes[0].node


def given(fetched: bool) -> World:
    """NODE1 is dead; NODE2 has its go, perhaps fetched, and dies; NODE1 boots and asks."""
    world = World()
    world.machines["NODE1"].die()
    world.bring_up("NODE2")
    world.hear(world.mail.pop(0))
    world.decide(world.undecided.pop(0))
    for _ in range(4):
        world.work()
    assert len(world.runs.goes()) == 1
    if fetched:
        world.poll("NODE2")
    world.machines["NODE2"].die()
    world.mail.clear()
    world.machines["NODE1"].up = True
    world.bring_up("NODE1")
    return world


def test_a_dead_nodes_go_that_it_had_fetched_is_waited_for():
    world = given(fetched=True)
    settle(world)
    assert not world.machines["NODE1"].store
    world.now += timedelta(seconds=GO_SECONDS)
    settle(world)
    assert world.machines["NODE1"].store


def test_a_go_that_was_not_fetched_is_taken_back_when_the_group_comes_up_elsewhere():
    world = given(fetched=False)
    settle(world)
    assert world.machines["NODE1"].store


def both_ask() -> World:
    """Both nodes have booted without hearing each other; both bring the group up, and both have asked."""
    world = World()
    for machine in world.machines.values():
        machine.die()
        machine.up = True
    world.linked = False
    for name in NODES:
        world.bring_up(name)
        world.hear(world.mail.pop(0))
    return world


def test_a_node_that_asked_and_hears_the_console_no_more_keeps_the_other_waiting_until_it_shows_its_hand():
    world = both_ask()
    world.machines["NODE1"].deaf = True
    world.decide(world.undecided.pop(1))
    settle(world)
    assert not world.machines["NODE2"].store, "NODE1 was told no and has not heard it"
    world.silence_passes("NODE1")
    settle(world)
    assert [name for name in NODES if world.machines[name].store] == ["NODE1"]
    assert world.runs.rows[world.runs.starting("NODE2", world.now - timedelta(hours=1)).run].answer is RunAnswer.NO


def test_a_script_that_began_after_its_nodes_last_question_was_told_no_keeps_the_other_waiting():
    world = both_ask()
    world.decide(world.undecided.pop(0))
    world.poll("NODE2")
    assert world.machines["NODE2"].script == "", "it was told no, and has ended"
    world.machines["NODE2"].claims, world.machines["NODE2"].deaf = False, True
    world.bring_up("NODE2")
    world.mail.clear()
    settle(world)
    assert not world.machines["NODE1"].store, "what runs on NODE2 has not asked"
    world.silence_passes("NODE2")
    settle(world)
    assert [name for name in NODES if world.machines[name].store] == ["NODE2"]


def test_a_second_question_of_a_node_that_was_told_no_does_not_overtake_the_first_that_was_chosen():
    world = both_ask()
    world.decide(world.undecided.pop(0))
    for _ in range(3):
        world.poll("NODE2")
        world.machines["NODE2"].claims = False
        world.bring_up("NODE2")
        proceed(world, 1)
    settle(world)
    assert [name for name in NODES if world.machines[name].store] == ["NODE1"]
