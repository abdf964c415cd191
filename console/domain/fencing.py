"""Ties what is sent to nodes and directories to an operation's lease: asked right before, explained when refused."""

from collections.abc import Sequence

from console.domain.errors import Fenced
from console.domain.lease import Fence, LeaseLost
from console.domain.ports import Argv, CommandResult, Control, DetachedRun, Guard, NodeSession, OnLine
from console.domain.topology import Node


def guard_of(control: Control) -> Guard:
    """What adapters call right before each send of something that changes."""

    def guard() -> Fence:
        control.ensure()
        return control.fence()

    return guard


class FencedNode:
    """A node session of an operation. Reading is free; a change that the node refuses as late ends the work.

    The session itself was opened with the operation's guard: this says what its `Fenced` means.
    """

    def __init__(self, session: NodeSession, control: Control) -> None:
        self.node: Node = session.node
        self._session = session
        self._control = control

    def run(
        self, argv: Argv, *, within: float, on_line: OnLine | None = None, stdin: bytes | None = None
    ) -> CommandResult:
        """Run a changing command under the lease. Raises `LeaseLost`, `ReachError`, `WrongNode`."""
        try:
            return self._session.run(argv, within=within, on_line=on_line, stdin=stdin)
        except Fenced as error:
            raise self._meaning(error) from error

    def batch(self, commands: Sequence[Argv], *, within: float) -> tuple[CommandResult, ...]:
        """Read: the same with and without a lease."""
        return self._session.batch(commands, within=within)

    def put(self, path: str, data: bytes, *, within: float) -> None:
        """Write a file under the lease. Raises `LeaseLost`, `ReachError`, `WrongNode`."""
        try:
            self._session.put(path, data, within=within)
        except Fenced as error:
            raise self._meaning(error) from error

    def launch(self, run_id: str, argv: Argv, *, within: float) -> None:
        """Start a detached command under the lease. Raises `LeaseLost`, `ReachError`, `WrongNode`."""
        try:
            self._session.launch(run_id, argv, within=within)
        except Fenced as error:
            raise self._meaning(error) from error

    def launched(self, run_id: str, *, within: float) -> DetachedRun:
        """Read: the same with and without a lease."""
        return self._session.launched(run_id, within=within)

    def _meaning(self, error: Fenced) -> LeaseLost | Fenced:
        """The loss of the lease; the refusal itself where the lease is still ours, so that somebody else acts here."""
        try:
            self._control.ensure()
        except LeaseLost as lost:
            return LeaseLost(f"{lost.message} {error.message}")
        return error
