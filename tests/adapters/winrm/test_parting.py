"""Saying goodbye to a command without waiting for the answer: two round trips a line, and whatever the answer does."""

import contextlib
import select
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from console.adapters.winrm import WinrmSession, channel
from console.adapters.winrm.direct import Direct
from console.adapters.winrm.line import Line, Reply
from console.adapters.winrm.messages import CommandProtocol
from console.lab.presets import PASSWORD
from console.lab.server import Lab
from console.lab.wsman import server
from tests.adapters.winrm.conftest import Open
from tests.adapters.winrm.inventory import make_node

ONE = "TYO-EX1"
USER_LOG = r"C:\Program Files\EXPRESSCLUSTER\log\userlog.00.log"


class Wire:
    """What is done with the connections that are signed in, in order."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.before_parting: list[Any] = []
        self.after_parting: list[Any] = []

    @property
    def connections(self) -> int:
        """How many there were."""
        return self.seen.count("signed in")


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Notes what is said over connections; what is to happen around a goodbye is put into it."""
    noted = Wire()
    real_init, real_ask, real_part, real_settle = Direct.__init__, Line.ask, Line.part, Line.settle

    def init(direct: Direct, *rest: Any) -> None:
        noted.seen.append("signed in")
        real_init(direct, *rest)

    def ask(line: Line, *rest: Any, **bounds: float) -> Reply:
        noted.seen.append("ask")
        return real_ask(line, *rest, **bounds)

    def part(line: Line, *rest: Any, **bounds: float) -> None:
        noted.seen.append("part")
        for act in noted.before_parting:
            act()
        real_part(line, *rest, **bounds)
        for act in noted.after_parting:
            act(line)

    def settle(line: Line, within: float) -> Reply:
        noted.seen.append("settle")
        return real_settle(line, within)

    monkeypatch.setattr(Direct, "__init__", init)
    for name, method in (("ask", ask), ("part", part), ("settle", settle)):
        monkeypatch.setattr(Line, name, method)
    return noted


def say(session: WinrmSession, word: str, within: float = 20) -> str:
    """What the node echoes."""
    return session.batch([("echo", word)], within=within)[0].stdout.strip()


def change(session: WinrmSession, word: str, within: float = 20) -> bool:
    """Have the node write a word into its log; whether it did."""
    return session.run(("clplogcmd", "-m", word, "-l", "INFO"), within=within).ok


def written(lab: Lab, word: str) -> int:
    """How often the word was written into the node's log."""
    return lab.world.node(ONE).disk.read(USER_LOG).decode("cp932").count(f"] {word}")


def answer_is_here(line: Line) -> None:
    """Wait until the answer to a goodbye has come, or the connection's end."""
    assert select.select([line._connection.sock], [], [], 10)[0]


@pytest.mark.parametrize("way", ["sealed", "tls", "basic"])
def test_a_line_waits_for_two_round_trips(lab: Lab, open_session: Open, wire: Wire, way: str) -> None:
    node = make_node(lab, ONE, PASSWORD, tls=way != "sealed")
    auth = "basic" if way == "basic" else "ntlm"
    with open_session(**{**vars(replace(node, auth=auth)), "name": ONE}) as session:
        assert [say(session, word) for word in ("a", "b", "c")] == ["a", "b", "c"]
    line = ["ask", "ask", "part"]  # Command and Receive, which are waited for, and Signal
    assert wire.seen == ["signed in", *line, "settle", *line, "settle", *line, "settle", "ask"]


def test_seals_stay_in_step_over_many_lines(lab: Lab, session: WinrmSession, wire: Wire) -> None:
    words = [str(number) for number in range(30)]
    assert [say(session, word) for word in words] == words
    assert wire.connections == 1
    assert len(lab.servers[ONE].shells) == 1


def test_an_answer_that_has_come_is_not_taken_for_a_close(lab: Lab, session: WinrmSession, wire: Wire) -> None:
    wire.after_parting.append(answer_is_here)
    assert [change(session, word) for word in ("here-1", "here-2")] == [True, True]
    assert wire.connections == 1
    assert [written(lab, word) for word in ("here-1", "here-2")] == [1, 1]


def test_an_answer_that_comes_late_is_waited_for(lab: Lab, session: WinrmSession, wire: Wire) -> None:
    lab.fault(ONE, "slow", ms="200")
    assert [change(session, word) for word in ("late-1", "late-2")] == [True, True]
    assert wire.connections == 1


def test_an_answer_that_is_overdue_costs_the_connection_and_nothing_else(
    lab: Lab, session: WinrmSession, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert change(session, "overdue-1")
    monkeypatch.setattr(channel, "CLEANUP_SECONDS", 0.2)
    lab.fault(ONE, "slow", ms="900")
    assert [say(session, "a"), change(session, "overdue-2"), say(session, "b")] == ["a", True, "b"]
    assert wire.connections > 1
    assert len(lab.servers[ONE].shells) == 1
    assert [written(lab, word) for word in ("overdue-1", "overdue-2")] == [1, 1]


def test_an_answer_that_never_comes_costs_the_connection_and_nothing_else(
    lab: Lab, session: WinrmSession, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "CLEANUP_SECONDS", 0.3)
    lab.fault(ONE, "hang", action="Signal")
    assert [change(session, word) for word in ("never-1", "never-2")] == [True, True]
    assert say(session, "a") == "a"
    lab.fault(ONE, "hang", action="Signal", on=False)
    assert wire.connections > 1
    assert len(lab.servers[ONE].shells) == 1
    assert [written(lab, word) for word in ("never-1", "never-2")] == [1, 1]


def test_the_next_line_has_time_left_when_the_answer_never_comes(lab: Lab, session: WinrmSession) -> None:
    say(session, "a")
    lab.fault(ONE, "hang", action="Signal")
    say(session, "b")
    began = time.monotonic()
    assert say(session, "c", within=2.4) == "c"
    assert time.monotonic() - began < 2.4
    lab.fault(ONE, "hang", action="Signal", on=False)


def test_closing_does_not_hang_on_an_answer_that_never_comes(
    lab: Lab, open_session: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "CLEANUP_SECONDS", 0.3)
    with open_session() as session:
        lab.fault(ONE, "hang", action="Signal")
        say(session, "a")
        transport = session._channel._transport
        assert transport._direct is not None
        assert transport._direct.owed
        began = time.monotonic()
        transport.close_session()
        assert time.monotonic() - began < 0.3
        say(session, "b")
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert len(lab.servers[ONE].shells) == 0, "the shell was closed over a new connection"
    lab.fault(ONE, "hang", action="Signal", on=False)


def test_a_connection_that_broke_after_the_goodbye_is_made_anew(lab: Lab, session: WinrmSession, wire: Wire) -> None:
    def restart(line: Line) -> None:
        answer_is_here(line)
        wire.after_parting.clear()
        lab.servers[ONE].http.stop()
        lab.servers[ONE].http.start()

    wire.after_parting.append(restart)
    assert [change(session, word) for word in ("broken-1", "broken-2")] == [True, True]
    assert wire.connections == 2
    assert [written(lab, word) for word in ("broken-1", "broken-2")] == [1, 1]


@pytest.mark.parametrize(
    ("fault", "arguments"), [("wrong-password", {}), ("garbage", {}), ("drop", {"action": "Signal"})]
)
def test_an_answer_that_is_none_costs_the_connection_and_nothing_else(
    lab: Lab, session: WinrmSession, wire: Wire, fault: str, arguments: dict[str, str]
) -> None:
    """Refused, in clear where it was to be sealed, or half of it."""

    def over(line: Line) -> None:
        answer_is_here(line)
        lab.fault(ONE, fault, on=False)

    wire.before_parting.append(lambda: lab.fault(ONE, fault, **arguments))
    wire.after_parting.append(over)
    assert [change(session, word) for word in ("none-1", "none-2")] == [True, True]
    assert wire.connections > 2, "each goodbye cost one: of the question for the name and of both changes"
    assert [written(lab, word) for word in ("none-1", "none-2")] == [1, 1]
    wire.before_parting.clear()
    wire.after_parting.clear()
    assert say(session, "a") == "a"


@pytest.mark.parametrize("status", [302, 400, 401, 403, 503])
def test_an_error_of_http_for_an_answer_costs_the_connection(
    lab: Lab, session: WinrmSession, wire: Wire, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    real = Line.settle
    monkeypatch.setattr(Line, "settle", lambda line, within: replace(real(line, within), status=status))
    assert [change(session, word) for word in ("http-1", "http-2")] == [True, True]
    assert wire.connections == 3
    assert [written(lab, word) for word in ("http-1", "http-2")] == [1, 1]


def test_a_fault_for_an_answer_changes_nothing(
    lab: Lab, session: WinrmSession, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = CommandProtocol.goodbye
    monkeypatch.setattr(CommandProtocol, "goodbye", lambda self, shell, command: real(self, shell, "no-such-command"))
    assert [say(session, word) for word in ("a", "b", "c")] == ["a", "b", "c"]
    assert wire.connections == 1
    assert [served.status for served in lab.servers[ONE].requests if served.action == "Signal"][:2] == [500, 500]


def test_an_answer_that_ends_the_connection_is_taken_at_its_word(
    lab: Lab, session: WinrmSession, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_perform, real_header = server._Handler._perform, server._Handler.send_header

    def perform(handler: Any, body: bytes, *, plain: bool) -> tuple[str, int, bytes]:
        told = real_perform(handler, body, plain=plain)
        handler.parts = told[0] == "Signal"
        return told

    def header(handler: Any, name: str, value: str) -> None:
        if name == "Content-Length" and getattr(handler, "parts", False):
            real_header(handler, "Connection", "close")
        real_header(handler, name, value)

    monkeypatch.setattr(server._Handler, "_perform", perform)
    monkeypatch.setattr(server._Handler, "send_header", header)
    assert [change(session, word) for word in ("close-1", "close-2")] == [True, True]
    assert wire.connections == 3
    assert [written(lab, word) for word in ("close-1", "close-2")] == [1, 1]


def test_a_command_that_has_not_ended_is_ended_with_an_answer(lab: Lab, session: WinrmSession, wire: Wire) -> None:
    """Who listens breaks off: the connection is sound, but the command runs, and is to be over when we go on."""

    def hear(stream: str, text: str) -> None:
        raise InterruptedError(text)

    assert change(session, "before")
    parted = wire.seen.count("part")
    with pytest.raises(InterruptedError):
        session.run(("ping", "-n", "60", "127.0.0.1"), within=20, on_line=hear)
    (shell,) = lab.servers[ONE].shells._shells.values()
    assert not shell.commands
    assert (wire.seen.count("part"), wire.connections) == (parted, 1)


def test_threads_that_take_turns_never_have_two_messages_with_a_node(
    lab: Lab, session: WinrmSession, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each gets the answer to its own question, and the node's quota of operations at a time needs to be one only."""
    busy, most, wrong = set[int](), list[int](), list[str]()

    @contextlib.contextmanager
    def counted() -> Iterator[None]:
        busy.add(threading.get_ident())
        most.append(len(busy))
        time.sleep(0.005)
        yield
        busy.discard(threading.get_ident())

    real = server.perform

    def perform(*rest: Any) -> str:
        with counted():
            return real(*rest)

    def work(number: int) -> None:
        for turn in range(4):
            word = f"{number}-{turn}"
            if say(session, word, within=60) != word:
                wrong.append(word)

    monkeypatch.setattr(server, "perform", perform)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert wrong == []
    assert (wire.connections, max(most)) == (1, 1)
