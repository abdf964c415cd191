"""One locked channel to one node: a connection, a kept shell, and one command at a time within a deadline."""

import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from winrm.exceptions import WinRMOperationTimeoutError

from console.adapters.winrm.errors import ShellLost, translate
from console.adapters.winrm.gate import TOO_LATE_TRIES, Gate
from console.adapters.winrm.output import Answer, Stream
from console.adapters.winrm.transport import OPERATION_TIMEOUT, RECEIVE_TIMEOUT, make_protocol
from console.domain.errors import (
    AccessDenied,
    ConnectionLost,
    ProtocolFault,
    ReachError,
    TimedOut,
    TrustFailed,
    Unreachable,
    WrongNode,
)
from console.domain.node_guard import clock_line
from console.domain.ports import Clock, CommandResult, Guard, OnLine
from console.domain.readings import read_hostname
from console.domain.topology import Node

T = TypeVar("T")

HOSTNAME = ("hostname",)

IDLE_LIMIT = 60.0
"""Seconds after which the connection is made anew, since the node may have dropped it without our noticing."""

KEPT_IDLE_LIMIT = 110.0
"""The same for a channel that is kept between observations: below the 120 s after which Windows drops a connection. It
reads only, so that a connection that was dropped all the same costs no more than asking again."""

SHELL_AGE = 120.0
"""Seconds without use after which the shell is made anew, before the node does away with it."""

SHELL_IDLE = 180
"""Seconds without use after which the node does away with a shell of ours: as old servers do by themselves. Others keep
it for two hours, and the shells of workers that were killed would use up what a user may have at a time (30, or 5)."""

SHELL_COMMANDS = 500
"""Commands after which the shell is made anew, below the node's quota of operations."""

CLOCK_SECONDS = 10.0
"""What a node may take to tell its time; one that takes longer is not asked to watch it."""

PIECE = 65536
"""Bytes of a command's input that go in one message: well below the 150 kB that an envelope may have."""

CLEANUP_SECONDS = 3.0
"""What saying goodbye to a command or a shell may take, and for how long the answer to a goodbye is due."""


class Channel:
    """A connection and a shell, opened when first needed. Use by several threads is one after the other.

    With a `guard` every changing line goes through a `Gate`. `sound` is whether the last line was answered: what is
    not sound is closed, not kept.
    """

    def __init__(self, node: Node, clock: Clock, guard: Guard | None = None, *, kept: bool = False) -> None:
        self.node = node
        self.clock = clock
        self.sound = False
        self._kept = kept
        self._gone = False
        self._gate = Gate(node, clock, guard) if guard else None
        self.shells_opened = 0
        self._lock = threading.RLock()
        self._shell = ""
        self._proved_on = 0
        self._commands = 0
        self._used = clock.monotonic()
        self._denied: AccessDenied | None = None
        if node.auth == "basic" and node.scheme == "http" and not node.allow_clear_text:
            raise TrustFailed(
                f"{node.name}: basic sign-in over plain HTTP would send the password in clear text.",
                remedy="Use NTLM or HTTPS for this node, or allow clear text for it in the inventory.",
            )
        self._protocol, self._transport = make_protocol(node)

    def execute(
        self,
        line: str,
        *,
        within: float,
        on_line: OnLine | None = None,
        changing: bool = False,
        stdin: bytes | None = None,
    ) -> Answer:
        """Run a command line within so many seconds. Raises `ReachError`, and when `changing` `WrongNode`, `Garbled`.

        A command that is given `stdin` reads it to its end; it is in no argument, trace or error.
        Under a lease a changing line raises `LeaseLost` in place of being sent, and `Fenced` where the node refuses it.
        A changing line is sent only in a shell whose machine has given its name; a shell lives on one machine.
        What certainly did not run (its shell was gone, its message was not unsealed) is sent again, and so is a
        reading line whose connection broke: once for each of these, since a node that was started anew has lost both.
        A credential that was refused is never tried again on this channel.
        """
        with self._lock:
            deadline = self.clock.monotonic() + within
            self.sound, self._gone, lost = False, False, set[type[ConnectionLost]]()
            while True:
                try:
                    answer = self._once(line, deadline, on_line, changing, stdin)
                except ConnectionLost as error:
                    if type(error) in lost or (error.may_have_run and changing):
                        raise
                    lost.add(type(error))
                except Unreachable:
                    self._gone = True
                    raise
                else:
                    self.sound = True
                    return answer

    def close(self) -> None:
        """Close shell and connection; what cannot be closed is left to the node's own idle limit."""
        with self._lock:
            if self._gone:
                self._shell = ""
            self._close_shell()
            self._transport.close_session()

    def abandon(self) -> None:
        """Close the connection without a word to the node, which does away with the shell by itself."""
        with self._lock:
            self._shell = ""
            self._transport.close_session()

    def distrust(self) -> None:
        """Take the channel for unsound: what came over it was of another machine, or not whole."""
        self.sound = False

    def _open(self, deadline: float) -> None:
        idle = self.clock.monotonic() - self._used
        if self._shell and (idle > SHELL_AGE or self._commands >= SHELL_COMMANDS):
            self._close_shell()
        if idle > (KEPT_IDLE_LIMIT if self._kept else IDLE_LIMIT):
            self._transport.close_session()
        if not self._shell:
            self._look(deadline)
            try:
                self._shell = self._call(self._open_shell, deadline)
            except ReachError as error:
                self._after(error)
                raise
            self.shells_opened += 1
            self._commands = 0

    def _open_shell(self) -> str:
        return self._protocol.open_shell(codepage=self.node.codepage, idle_timeout=f"PT{SHELL_IDLE}S")

    def _once(self, line: str, deadline: float, on_line: OnLine | None, changing: bool, stdin: bytes | None) -> Answer:
        self._open(deadline)
        if changing and self._proved_on != self.shells_opened:
            self._prove(deadline)
        if changing and self._gate is not None:
            return self._through(self._gate, line, deadline, on_line, stdin)
        return self._command(line, deadline, on_line, stdin)

    def _through(self, gate: Gate, line: str, deadline: float, on_line: OnLine | None, stdin: bytes | None) -> Answer:
        """A changing line under the lease: what the node calls late did not run and is sent again while it is ours."""
        for _ in range(TOO_LATE_TRIES):
            answer = self._command(gate.guarded(line), deadline, gate.hearing(on_line), stdin)
            if gate.passed(answer):
                return answer
        raise gate.too_late()

    def _prove(self, deadline: float) -> None:
        """Have the machine behind this shell say its name. Raises `WrongNode`."""
        answer = self._command(" ".join(HOSTNAME), deadline)
        demand_name(self.node, CommandResult(HOSTNAME, answer.exit_code, answer.stdout, answer.stderr))
        if self._gate is not None:
            self._learn_time(self._gate, deadline)
        self._proved_on = self.shells_opened

    def _learn_time(self, gate: Gate, deadline: float) -> None:
        """Have the node tell its time, once more when the first answer was slow."""
        try:
            for _ in range(2):
                began = self.clock.monotonic()
                answer = self._command(clock_line(), min(deadline, began + CLOCK_SECONDS))
                if gate.learn(answer, began):
                    break
        except TimedOut:
            gate.forget()

    def _command(self, line: str, deadline: float, on_line: OnLine | None = None, stdin: bytes | None = None) -> Answer:
        """One command in the shell that is open."""
        self._look(deadline)
        self._commands += 1
        command, ended = "", False
        try:
            console = stdin is None
            command = self._call(
                lambda: self._protocol.run_command(self._shell, line, console_mode_stdin=console),
                deadline,
                sending=True,
            )
            refused = self._feed(command, stdin, deadline) if stdin is not None else None
            answer = self._receive(command, deadline, on_line)
            ended = True
            if refused is not None and answer.exit_code == 0:
                raise refused
            return answer
        except ReachError as error:
            self._after(error)
            raise
        finally:
            self._signal(command, ended)
            self._used = self.clock.monotonic()

    def _feed(self, command: str, data: bytes, deadline: float) -> ReachError | None:
        """Give the command its input to the end; the error where it does not take it, as one that is over does not."""
        for start in range(0, max(len(data), 1), PIECE):
            piece, last = data[start : start + PIECE], start + PIECE >= len(data)
            send = partial(self._protocol.send_command_input, self._shell, command, piece, end=last)
            try:
                self._call(send, deadline, sent=True)
            except ProtocolFault as error:
                return error
            except _Quiet as quiet:
                text = f"{self.node.name} did not take a command's input in time."
                raise TimedOut(text, may_have_run=True) from quiet
        return None

    def _receive(self, command: str, deadline: float, on_line: OnLine | None) -> Answer:
        out = Stream("stdout", self.node.codepage, on_line)
        err = Stream("stderr", self.node.codepage, on_line)
        while True:
            left = deadline - self.clock.monotonic()
            if left <= 0:
                tail = (out.text() + err.text()).strip()[-200:]
                printed = f" It printed last: {tail}" if tail else ""
                raise TimedOut(f"{self.node.name}: a command did not end in time.{printed}", may_have_run=True)
            try:
                piece = self._call(
                    lambda: self._protocol.get_command_output_raw(self._shell, command), deadline, sent=True
                )
            except _Quiet:
                continue
            stdout, stderr, code, done = piece
            out.feed(stdout, last=done)
            err.feed(stderr, last=done)
            if done:
                return Answer(code, out.text(), err.text() + out.notes() + err.notes())

    def _call(self, ask: Callable[[], T], deadline: float, *, sending: bool = False, sent: bool = False) -> T:
        """One exchange with the node. Raises `ReachError`; `_Quiet` when a Receive has nothing new."""
        if self._denied is not None:
            raise self._denied
        self._settle(deadline)
        left = deadline - self.clock.monotonic()
        patience = RECEIVE_TIMEOUT if sent else OPERATION_TIMEOUT
        self._protocol.operation_timeout_sec = max(1, min(patience, int(left)))
        self._transport.allow(left, patience)
        try:
            return ask()
        except Exception as raised:
            if sent and isinstance(raised, WinRMOperationTimeoutError):
                raise _Quiet from raised
            error = translate(raised, self.node, sending=sending, sent=sent)
            if isinstance(error, AccessDenied) and not sent:
                self._denied = error
            raise error from raised

    def _after(self, error: ReachError) -> None:
        """Give up what a failure has made doubtful: the shell that is lost, the connection that broke."""
        if isinstance(error, ShellLost):
            self._shell = ""
        if not isinstance(error, AccessDenied):
            self._transport.close_session()

    def _look(self, deadline: float) -> None:
        """See that the connection is not closed already: what is sent next must not be lost with it."""
        self._settle(deadline)  # an answer that has come is no sign of that
        self._transport.look()

    def _settle(self, deadline: float) -> None:
        """Have the answer to the last goodbye read, in half of the time at most: what is sent next needs some too."""
        self._transport.settle((deadline - self.clock.monotonic()) / 2)

    def _signal(self, command: str, ended: bool) -> None:
        """Say goodbye to a command. One that has ended needs no answer: it is read before the next message."""
        if self._shell and command:
            with contextlib.suppress(ReachError):
                self._quietly(lambda: self._part(command, ended))

    def _part(self, command: str, ended: bool) -> None:
        if not (ended and self._transport.part(self._protocol.goodbye(self._shell, command))):
            self._protocol.cleanup_command(self._shell, command)

    def _close_shell(self) -> None:
        shell, self._shell = self._shell, ""
        if shell:
            with contextlib.suppress(ReachError):
                self._quietly(lambda: self._protocol.close_shell(shell, close_session=False))

    def _quietly(self, ask: Callable[[], object]) -> None:
        """An exchange that only tidies up: short, and its failure changes nothing."""
        self._call(ask, self.clock.monotonic() + CLEANUP_SECONDS)


def demand_name(node: Node, answer: CommandResult) -> None:
    """Make sure that the machine that answered `hostname` is `node`. Raises `WrongNode`, `Garbled`."""
    name = read_hostname(answer)
    if name.casefold() != node.name.casefold():
        raise WrongNode(f"The machine at {node.address} calls itself {name}, not {node.name}.")


class _Quiet(Exception):
    """The command is still running and has printed nothing new."""
