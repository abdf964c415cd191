"""A connection that is kept is used again, believed no more than a new one, and made anew when it broke."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import KeptNodes, pool
from console.adapters.winrm.patience import Patience
from console.domain.errors import AccessDenied, ConnectionLost, ReachError, TimedOut, WrongNode
from console.domain.ports import Argv
from console.domain.secrets import Secret
from console.domain.topology import Credential, Node
from console.lab.presets import PASSWORD
from console.lab.server import Lab
from tests.adapters.winrm.inventory import make_node

NAME: Argv = ("hostname",)
ONE, TWO = "TYO-EX1", "TYO-EX2"
HANGS = 0.8
"""Seconds after which a node that says nothing is given up here."""


def ask(nodes: KeptNodes, node: Node, within: float = 10.0) -> str:
    """The name that the node gives in one batch; a session of its own each time, as observations have."""
    with nodes.open(node) as session:
        return session.batch((NAME,), within=within)[0].stdout.strip()


def actions(lab: Lab, name: str) -> list[str]:
    """What the node was sent, in order."""
    return [served.action for served in lab.servers[name].requests]


def test_after_the_first_round_a_node_is_sent_three_messages(lab: Lab, nodes: KeptNodes) -> None:
    node = make_node(lab, ONE, PASSWORD)
    assert [ask(nodes, node) for _ in range(3)] == [ONE, ONE, ONE]
    assert len(lab.servers[ONE].shells) == 1
    nodes.close()
    assert len(lab.servers[ONE].shells) == 0
    assert actions(lab, ONE)[:10] == ["Create", *("Command", "Receive", "Signal") * 3]


def test_a_node_that_was_started_anew_between_two_rounds_answers_in_the_next(lab: Lab, nodes: KeptNodes) -> None:
    """Its connection is gone, and so is the shell: each is made anew once, within the same question."""
    node = make_node(lab, ONE, PASSWORD)
    ask(nodes, node)
    lab.servers[ONE].http.stop()
    lab.servers[ONE].shells.clear()
    lab.servers[ONE].http.start()
    assert ask(nodes, node) == ONE
    assert len(nodes) == 1


def test_a_connection_that_breaks_again_is_not_made_anew_for_ever(lab: Lab, nodes: KeptNodes) -> None:
    node = make_node(lab, ONE, PASSWORD)
    ask(nodes, node)
    lab.fault(ONE, "drop", action="Receive")
    with pytest.raises(ConnectionLost):
        ask(nodes, node)
    assert actions(lab, ONE).count("Receive") == 1, "half an answer is none, and was not counted as served"
    assert len(nodes) == 0


def test_what_half_an_answer_said_is_not_believed_and_the_next_round_begins_anew(lab: Lab, nodes: KeptNodes) -> None:
    node = make_node(lab, ONE, PASSWORD)
    lab.fault(ONE, "drop", action="Receive")
    with pytest.raises(ConnectionLost):
        ask(nodes, node)
    lab.fault(ONE, "drop", on=False)
    assert ask(nodes.pressing(), node) == ONE


def test_a_shell_that_hangs_is_given_up(lab: Lab, nodes: KeptNodes) -> None:
    node = make_node(lab, ONE, PASSWORD)
    ask(nodes, node)
    lab.fault(ONE, "hang", action="Receive")
    with pytest.raises(TimedOut):
        ask(nodes, node, within=1.5)
    lab.fault(ONE, "hang", on=False)
    assert len(nodes) == 0
    assert ask(nodes.pressing(), node) == ONE
    assert actions(lab, ONE).count("Create") == 2


def test_a_refused_credential_is_tried_once_in_a_while_and_never_kept(lab: Lab, nodes: KeptNodes) -> None:
    wrong = Credential("lab", "LAB\\svc-changeover", Secret("not-the-password"))
    node = make_node(lab, ONE, PASSWORD, credential=wrong)
    for _ in range(3):
        with pytest.raises(AccessDenied, match="refused the credential"):
            ask(nodes, node)
    assert len(nodes) == 0
    assert ask(nodes, make_node(lab, ONE, PASSWORD)) == ONE, "the right password is another channel"


def test_another_machine_at_the_other_end_is_not_believed_and_its_connection_is_not_kept(
    lab: Lab, nodes: KeptNodes
) -> None:
    node = make_node(lab, ONE, PASSWORD)
    assert ask(nodes, node) == ONE
    lab.fault(ONE, "other-name", computer="STRANGER")
    with pytest.raises(WrongNode, match="STRANGER"):
        ask(nodes, node)
    assert len(nodes) == 0
    lab.fault(ONE, "other-name", on=False)
    assert ask(nodes, node) == ONE


def test_two_nodes_that_have_changed_places_are_noticed(lab: Lab, nodes: KeptNodes) -> None:
    """The address of one leads to the other now, which does not know the shell and has another name."""
    first, second = make_node(lab, ONE, PASSWORD), make_node(lab, TWO, PASSWORD)
    assert (ask(nodes, first), ask(nodes, second)) == (ONE, TWO)
    with pytest.raises(WrongNode):
        ask(nodes, replace(first, address=second.address, port=second.port))
    assert (ask(nodes, first), ask(nodes, second)) == (ONE, TWO)


def test_sessions_at_the_same_moment_never_share_a_channel(lab: Lab, nodes: KeptNodes) -> None:
    """Each thread gets the answer to its own question; one channel for the node is kept in the end."""
    node = make_node(lab, ONE, PASSWORD)
    together = threading.Barrier(4)
    wrong: list[str] = []

    def work(number: int) -> None:
        together.wait()
        for turn in range(5):
            word = f"{number}-{turn}"
            with nodes.open(node) as session:
                told = session.batch((("echo", word),), within=20)[0].stdout.strip()
            if told != word:
                wrong.append(f"{word}: {told}")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert wrong == []
    assert len(nodes) == 1
    assert len(lab.servers[ONE].shells) == 1


def test_no_more_channels_are_kept_than_were_agreed(lab: Lab) -> None:
    few = KeptNodes(SystemClock(), most=1)
    ask(few, make_node(lab, ONE, PASSWORD))
    ask(few, make_node(lab, TWO, PASSWORD))
    assert len(few) == 1
    assert ask(few, make_node(lab, TWO, PASSWORD)) == TWO
    assert actions(lab, TWO).count("Create") == 1, "the one that was used last is kept"
    few.close()


def test_what_nobody_has_used_for_long_is_given_up(lab: Lab, nodes: KeptNodes, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(nodes, make_node(lab, ONE, PASSWORD))
    monkeypatch.setattr(pool, "KEEP", 0.0)
    ask(nodes, make_node(lab, TWO, PASSWORD))
    assert len(nodes) == 0


def test_what_an_operation_sends_goes_over_connections_of_its_own(lab: Lab, nodes: KeptNodes) -> None:
    node = make_node(lab, ONE, PASSWORD)
    with nodes.open(node, lambda: pytest.fail("nothing was changed")) as session:
        assert session.batch((NAME,), within=10)[0].ok
    assert len(nodes) == 0


def test_a_node_that_does_not_answer_is_left_alone_for_a_while_and_asked_when_somebody_waits(
    lab: Lab, nodes: KeptNodes
) -> None:
    node = make_node(lab, ONE, PASSWORD)
    lab.fault(ONE, "refuse")
    with pytest.raises(ReachError, match="Connection refused"):
        ask(nodes, node)
    lab.fault(ONE, "refuse", on=False)
    with pytest.raises(ReachError, match=r"Connection refused.*failure 1 in a row; it is tried again from"):
        ask(nodes, node)
    assert actions(lab, ONE) == []
    assert ask(nodes.pressing(), node) == ONE
    assert ask(nodes, node) == ONE, "who answered is asked like any other"


class Watch:
    """A clock whose monotonic time is set."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> object:
        return SystemClock().now()

    def monotonic(self) -> float:
        return self.seconds


def test_who_fails_again_and_again_is_asked_rarer_and_once_in_five_minutes_at_least() -> None:
    clock, failed = Watch(), ReachError("TYO-EX1 says nothing.")
    patience, node = Patience(clock), Node("N", "127.0.0.1", 1, "http", "ntlm", Credential("c", "u", Secret("p")))  # type: ignore[arg-type]
    waited: list[float] = []
    for _ in range(6):
        began = clock.seconds
        while not _tried(patience, node, failed):
            clock.seconds += 1.0
        waited.append(clock.seconds - began)
        clock.seconds += 0.5
    assert waited[0] == 0
    assert all(0.79 * most <= wait <= most + 1 for wait, most in zip(waited[1:], (45, 90, 180, 300, 300), strict=True))


def _tried(patience: Patience, node: Node, failed: ReachError) -> bool:
    """Whether the node was asked, which fails."""
    asked = False
    try:
        with patience.trying(node):
            asked = True
            raise failed
    except ReachError:
        return asked


def test_those_that_did_not_answer_are_tried_a_few_at_a_time() -> None:
    clock = Watch()
    patience = Patience(clock, at_a_time=1)  # type: ignore[arg-type]
    first, second, sound = (
        Node(name, "127.0.0.1", 1, "http", "ntlm", Credential("c", "u", Secret("p"))) for name in ("A", "B", "C")
    )
    for node in (first, second):
        _tried(patience, node, ReachError("It says nothing."))
    clock.seconds += 1000
    with patience.trying(first):
        assert not _tried(patience, second, ReachError("It says nothing."))
        with patience.trying(sound):
            pass
    assert _tried(patience, second, ReachError("It says nothing."))


def test_nodes_that_hang_delay_the_living_in_no_round_but_the_first(lab: Lab, nodes: KeptNodes) -> None:
    """Eight nodes take a connection and say nothing; two threads observe them and a living one."""
    living = make_node(lab, ONE, PASSWORD)
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_server(("127.0.38.1", 0))) for _ in range(8)]
        dead = [replace(living, address="127.0.38.1", port=one.getsockname()[1]) for one in silent]

        def round_of_all() -> float:
            began = time.monotonic()
            with ThreadPoolExecutor(2) as threads:
                for told in threads.map(lambda node: _told(nodes, node), [*dead, living]):
                    assert told
            return time.monotonic() - began

        assert round_of_all() >= 8 * HANGS / 2
        assert round_of_all() < HANGS
        assert _told(nodes, living) == ONE


def _told(nodes: KeptNodes, node: Node) -> str:
    """The node's name, or why there is none."""
    try:
        return ask(nodes, node, within=HANGS)
    except ReachError as error:
        return error.message
