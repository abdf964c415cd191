"""A session with one node: reading in batches, changing with proof of identity, starting what outlives us."""

import re
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from console.adapters.winrm import detached
from console.adapters.winrm.channel import HOSTNAME, Channel, demand_name
from console.adapters.winrm.output import Answer
from console.domain import second_hop
from console.domain.errors import ChangeoverError, Garbled, ReachError, Unavailable
from console.domain.ports import Argv, CommandResult, DetachedRun, OnLine
from console.domain.quoting import batch_lines, cmd_line, detached_lines, receiving_line
from console.domain.topology import UNNAMED, Node

_START_TIMES = ("23:59", "23:59:00")
"""A time that schtasks wants though the task is run by hand; Windows 2003 may ask for seconds."""

_MARKER = re.compile(r"@@([^@:\s]+):(\d+):(-?\d+)[ \t]*(?:\r?\n|$)")
"""What a batch prints after each command: its nonce, the command's number, the exit code."""


@dataclass(frozen=True)
class Exchanged:
    """One command line and what came back, for whoever records what was said to a node."""

    node: str
    line: str
    answer: Answer
    seconds: float


class WinrmSession:
    """Implements `console.domain.ports.NodeSession` over one channel.

    With `further`, which opens a session that may, a command that needs a second hop goes there, where the inventory
    has one for this node, and is refused with `SecondHopRefused` where it has none. Each line is sent inside of
    `trying`, which may refuse it.
    """

    def __init__(
        self,
        channel: Channel,
        on_trace: Callable[[Exchanged], None] | None = None,
        further: "Callable[[], WinrmSession] | None" = None,
        trying: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.node: Node = channel.node
        self._channel = channel
        self._on_trace = on_trace
        self._open_further = further
        self._trying = trying
        self._further: WinrmSession | None = None

    def run(
        self, argv: Argv, *, within: float, on_line: OnLine | None = None, stdin: bytes | None = None
    ) -> CommandResult:
        """Run a changing command and wait for its end. Raises `ReachError`, `WrongNode`, `Unquotable`, `Garbled`."""
        if self._hops(argv):
            return self._beyond(argv).run(argv, within=within, on_line=on_line, stdin=stdin)
        return self._change(cmd_line(argv), argv, within, on_line, stdin)

    def batch(self, commands: Sequence[Argv], *, within: float) -> tuple[CommandResult, ...]:
        """Run read-only commands in one round trip, or as few as fit a command line; one result for each.

        Standard error comes with standard output, in the order in which it was printed. Every line also asks the
        machine for its name, so that no fact of another machine is ever taken for this node's.
        Raises `ReachError`, `WrongNode`, `Garbled`, `Unquotable`.
        """
        if hopping := [argv for argv in commands if self._hops(argv)]:
            beyond = self._beyond(hopping[0]).batch(hopping, within=within)
            found = {id(argv): result for argv, result in zip(hopping, beyond, strict=True)}
            near = iter(self.batch([argv for argv in commands if id(argv) not in found], within=within))
            return tuple(found[id(argv)] if id(argv) in found else next(near) for argv in commands)
        nonce = secrets.token_hex(6)
        results: list[CommandResult] = []
        for line, count in batch_lines(commands, nonce, opening=(HOSTNAME,)):
            answer = self._execute(line, within)
            asked = (HOSTNAME, *commands[len(results) : len(results) + count])
            results.extend(self._believed(asked, answer, nonce))
        return tuple(results)

    def put(self, path: str, data: bytes, *, within: float) -> None:
        """Make the file `path` hold `data`, which goes by standard input. Not atomic: write beside, prove, then move.

        `data` is lines that end with CRLF. Raises `ReachError`, `WrongNode`, `Unquotable`, `Garbled`.
        """
        line = receiving_line(path, data)
        answer = self._execute(line, within, changing=True, stdin=data)
        self._demand(CommandResult(("write", path), answer.exit_code, answer.stdout, answer.stderr), f"write {path}")

    def launch(self, run_id: str, argv: Argv, *, within: float) -> None:
        """Start a command that outlives the connection; nothing happens when `run_id` began before.

        Safe to call again when its own answer was lost: every part is made only if absent, and the script that is
        started begins once however often its task runs. Raises `ReachError`, `WrongNode`, `Garbled`, `Unquotable`.
        """
        folder, script = detached_lines(run_id, argv)
        before = self._detached(run_id, within)
        state = detached.read(run_id, before).state
        if state not in ("absent", "prepared"):
            return
        if state == "absent":
            self._change(folder, ("mkdir", run_id), within)
        self._demand(self._change(script, ("write", run_id), within), f"write the script of {run_id}")
        if not detached.has_task(run_id, before[0]):
            self._create_task(run_id, within)
        self._demand(self.run(("schtasks", "/run", "/tn", run_id), within=within), f"start the task {run_id}")

    def launched(self, run_id: str, *, within: float) -> DetachedRun:
        """How the detached command `run_id` stands. Raises `ReachError`, `Garbled`, `Unquotable`."""
        return detached.read(run_id, self._detached(run_id, within))

    def _hops(self, argv: Argv) -> bool:
        return self._open_further is not None and second_hop.needs(argv)

    def _beyond(self, argv: Argv) -> "WinrmSession":
        """The session whose commands may sign in further, opened when first needed. Raises `SecondHopRefused`."""
        second_hop.require(self.node, argv)
        if self._further is None and self._open_further is not None:
            self._further = self._open_further()
        assert self._further is not None
        return self._further

    def _detached(self, run_id: str, within: float) -> tuple[CommandResult, ...]:
        """The answers about a detached command; Windows 2003 can only list all tasks, and is asked again for them."""
        asked = detached.questions(run_id)
        answers = self.batch(asked, within=within)
        if detached.needs_all_tasks(answers):
            answers = self.batch((detached.ALL_TASKS, *asked[1:]), within=within)
        return answers

    def _create_task(self, run_id: str, within: float) -> None:
        for at in _START_TIMES:
            created = self.run(detached.creation(run_id, at), within=within)
            if created.ok:
                return
        self._demand(created, f"create the task {run_id}")

    def _change(
        self, line: str, argv: Argv, within: float, on_line: OnLine | None = None, stdin: bytes | None = None
    ) -> CommandResult:
        answer = self._execute(line, within, on_line, changing=True, stdin=stdin)
        return CommandResult(argv, answer.exit_code, answer.stdout, answer.stderr)

    def _execute(
        self,
        line: str,
        within: float,
        on_line: OnLine | None = None,
        *,
        changing: bool = False,
        stdin: bytes | None = None,
    ) -> Answer:
        began = time.monotonic()
        with self._trying():
            answer = self._channel.execute(line, within=within, on_line=on_line, changing=changing, stdin=stdin)
        if self._on_trace is not None:
            self._on_trace(Exchanged(self.node.name, line, answer, time.monotonic() - began))
        return answer

    def _believed(self, asked: Sequence[Argv], answer: Answer, nonce: str) -> list[CommandResult]:
        """The results behind the machine's name. With another name, or not whole, nothing of it is believed.

        Of a machine whose node has no name yet its name alone is.
        """
        try:
            name, *read = split_batch(asked, answer, nonce)
            if self.node.name != UNNAMED or asked != (HOSTNAME, HOSTNAME):
                demand_name(self.node, name)
        except ChangeoverError:
            self._channel.distrust()
            raise
        return read

    def _demand(self, result: CommandResult, what: str) -> None:
        if not result.ok:
            said = " ".join((result.stdout + " " + result.stderr).split())[:200] or "nothing"
            raise _failed(self.node, what, result.exit_code, said)


def _failed(node: Node, what: str, code: int, said: str) -> ReachError:
    return Unavailable(
        f"{node.name} could not {what} (exit code {code}): {said}",
        remedy="Look at the folder, the space on its drive, and the node's task scheduler service; then try again.",
    )


def split_batch(commands: Sequence[Argv], answer: Answer, nonce: str) -> list[CommandResult]:
    """The result of each command of a batch, by the markers between them. Raises `Garbled`.

    A marker need not begin a line: what was printed before it may have ended without one.
    """
    markers = (found for found in _MARKER.finditer(answer.stdout) if found[1] == nonce)
    results: list[CommandResult] = []
    at = 0
    for number, argv in enumerate(commands, start=1):
        found = next(markers, None)
        if found is None or int(found[2]) != number:
            cut = answer.stdout[at:].strip()[-200:] or "nothing"
            raise Garbled(f"The answer to {' '.join(argv)!r} ({number} of {len(commands)}) did not come whole: {cut}")
        results.append(CommandResult(argv, int(found[3]), answer.stdout[at : found.start()]))
        at = found.end()
    return results
