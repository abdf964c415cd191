"""Every case of the decision about a report, a row each."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from console.domain.events.decide import TABLE, decide, row_for
from console.domain.events.decisions import Join, LogOnly, No, Open, Supersede
from console.domain.events.facts import Event, EventKind, OpenOperation
from console.domain.events.opinion import Opinion, Script
from console.domain.observation import Seen
from tests.domain import worlds

AT = datetime(2008, 10, 15, 3, 0, tzinfo=UTC)
FREE = Opinion("NODE2", "NODE1", Seen("NODE2"), Seen("NODE2"), Seen(False), Seen(False))
DARK = replace(FREE, other_says=Seen.nothing("no answer"), other_store_runs=Seen.nothing("no answer"))
HELD = replace(FREE, other_says=Seen("NODE1"), other_store_runs=Seen(True))
BOTH = replace(FREE, other_says=Seen("NODE1"), other_script=Script.ASKS)
HERE, THERE, MIXED = Seen("NODE2"), Seen("NODE1"), Seen.nothing("half of it names NODE1")
TO_HERE, TO_THERE = OpenOperation(7, "failover", "NODE2"), OpenOperation(7, "failback", "NODE1")
PAST_GO = replace(TO_HERE, gives_go=False)
WAITING = OpenOperation(5, "failover", "NODE2")


def event(kind=EventKind.STARTING, clp_event="FAILOVER", node="node2"):
    return Event(kind, node, "0123456789abcdef", clp_event, AT)


@pytest.mark.parametrize(
    ("opinion", "acting", "waiting", "names", "decision"),
    [
        (FREE, None, None, HERE, Open("start", "NODE2")),
        (FREE, None, None, THERE, Open("takeover", "NODE2")),
        (FREE, None, None, MIXED, Open("takeover", "NODE2")),
        (DARK, None, None, HERE, Open("start", "NODE2")),
        (DARK, None, None, THERE, Open("takeover", "NODE2")),
        (FREE, TO_HERE, None, THERE, Join(7)),
        (DARK, TO_HERE, None, THERE, Join(7)),
        (FREE, OpenOperation(7, "takeover", "node2"), None, THERE, Join(7)),
        (FREE, OpenOperation(7, "start", "NODE2"), None, HERE, Join(7)),
        (FREE, None, WAITING, THERE, Open("takeover", "NODE2", superseding=5)),
        (FREE, None, WAITING, HERE, Open("start", "NODE2", superseding=5)),
        (FREE, None, replace(WAITING, target="NODE1"), THERE, Open("takeover", "NODE2", superseding=5)),
    ],
)
def test_a_node_that_asks(opinion, acting, waiting, names, decision):
    assert decide(event(), worlds.cluster(), opinion, acting, waiting, names) == decision


@pytest.mark.parametrize("acting", [TO_THERE, PAST_GO, OpenOperation(7, "directory-switch", "NODE2", gives_go=False)])
@pytest.mark.parametrize("waiting", [None, WAITING])
def test_an_operation_that_cannot_give_this_go_ends_and_a_takeover_begins(acting, waiting):
    decision = decide(event(), worlds.cluster(), FREE, acting, waiting, THERE)
    assert isinstance(decision, Supersede)
    assert decision.operation == 7
    assert "The cluster product brought the group up on NODE2" in decision.ending
    assert decision.open == Open("takeover", "NODE2", superseding=5 if waiting else None)


@pytest.mark.parametrize("acting", [None, TO_HERE, TO_THERE, PAST_GO])
@pytest.mark.parametrize("waiting", [None, WAITING])
@pytest.mark.parametrize("names", [HERE, THERE, MIXED])
def test_a_node_is_told_no_while_the_other_holds_the_group_whatever_else_stands(acting, waiting, names):
    decision = decide(event(), worlds.cluster(), HELD, acting, waiting, names)
    assert isinstance(decision, No)
    assert "NODE1 itself says" in decision.reason
    assert "NODE2" in decision.alarm


def test_of_two_nodes_that_ask_the_first_that_is_decided_about_is_brought_up():
    assert decide(event(), worlds.cluster(), BOTH, None, None, THERE) == Open("takeover", "NODE2")
    assert decide(event(), worlds.cluster(), BOTH, TO_HERE, None, THERE) == Join(7)


@pytest.mark.parametrize("gives_go", [True, False])
def test_of_two_nodes_that_ask_the_second_is_told_no_and_ends_nothing(gives_go):
    first = replace(TO_THERE, gives_go=gives_go)
    decision = decide(event(), worlds.cluster(), BOTH, first, None, THERE)
    assert isinstance(decision, No)
    assert "NODE1 itself says that it has the group" in decision.reason


def test_a_script_that_may_be_under_way_where_no_engine_tells_does_not_keep_the_console_from_following():
    unread = replace(BOTH, other_says=Seen.nothing("engine down"))
    assert isinstance(decide(event(), worlds.cluster(), unread, TO_THERE, None, THERE), Supersede)


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind is not EventKind.STARTING])
@pytest.mark.parametrize("opinion", [FREE, HELD, DARK])
@pytest.mark.parametrize("acting", [None, TO_HERE, TO_THERE])
def test_a_report_that_asks_for_nothing_is_only_written_down(kind, opinion, acting):
    assert isinstance(decide(event(kind), worlds.cluster(), opinion, acting, None, THERE), LogOnly)


@pytest.mark.parametrize("kind", [EventKind.STARTING, EventKind.RECOVER])
def test_recover_is_only_written_down_even_when_it_asks(kind):
    decision = decide(event(kind, clp_event="RECOVER"), worlds.cluster(), FREE, None, None, THERE)
    assert isinstance(decision, LogOnly)


def test_a_stranger_is_no_node_of_the_cluster():
    with pytest.raises(KeyError):
        decide(event(node="NODE9"), worlds.cluster(), FREE, None, None, HERE)


def test_every_row_of_the_table_decides_something():
    cases = [
        (event(EventKind.RECOVER), FREE, None, HERE),
        (event(EventKind.STOPPED), FREE, None, HERE),
        (event(), HELD, None, HERE),
        (event(), BOTH, TO_THERE, HERE),
        (event(), FREE, TO_HERE, HERE),
        (event(), FREE, TO_THERE, HERE),
        (event(), FREE, None, HERE),
        (event(), FREE, None, THERE),
    ]
    reached = [row_for(e, worlds.cluster(), o, acting, None, names)[0] for e, o, acting, names in cases]
    assert reached == list(TABLE)
