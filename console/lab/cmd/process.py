"""A process on a node: who runs it, where its output goes, and how it is stopped."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from console.lab.schedule import Condition, Job
from console.lab.state import Node
from console.lab.world import World

Write = Callable[[bytes], None]


class Killed(Exception):
    """The process was told to end."""


@dataclass
class Process:
    """One running command. `encoding` is what its console speaks; the streams carry bytes."""

    world: World
    node: Node
    stdout: Write
    stderr: Write
    user: str
    administrator: bool = True
    encoding: str = "utf-8"
    code_page: int = 65001
    stdin: Callable[[], bytes] = lambda: b""
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = r"C:\Documents and Settings\Administrator"
    line: str = ""
    killed: threading.Event = field(default_factory=threading.Event)
    boots: int = 0
    delegated: bool = False
    """Whether it may sign in to further machines: its logon came with credentials."""

    def __post_init__(self) -> None:
        self.boots = self.boots or self.node.boots

    def out(self, text: str) -> None:
        """Print a line or several."""
        self.stdout(self.encode(text + "\n"))

    def err(self, text: str) -> None:
        """Print a line or several to the error stream."""
        self.stderr(self.encode(text + "\n"))

    def encode(self, text: str) -> bytes:
        """Text as this console writes it: CRLF, its code page, `?` for what the code page lacks."""
        return text.replace("\r\n", "\n").replace("\n", "\r\n").encode(self.encoding, "replace")

    def sleep(self, seconds: float) -> None:
        """Let world time pass. Raises `Killed`."""
        self.world.schedule.wait(self._gone, seconds)
        self.check()

    def wait(self, condition: Condition) -> None:
        """Wait for something to hold. Raises `Killed`."""
        self.world.schedule.wait(lambda: condition() or self._gone())
        self.check()

    def wait_at_most(self, condition: Condition, seconds: float) -> bool:
        """Wait for something to hold, at most so many world seconds; tells whether it does. Raises `Killed`."""
        held = self.world.schedule.wait(lambda: condition() or self._gone(), seconds)
        self.check()
        return held

    def finish(self, job: Job) -> int:
        """Wait for a job of the cluster, print its sentence and give its exit code. Raises `Killed`."""
        self.wait(lambda: job.outcome is not None)
        outcome = job.outcome
        if outcome is None:
            return 1
        if outcome.message:
            (self.err if outcome.code else self.out)(outcome.message)
        return outcome.code

    def check(self) -> None:
        """Raise `Killed` when the process must not go on."""
        if self._gone():
            raise Killed

    def child(self, **changes: object) -> "Process":
        """A process like this one with some things changed; it dies with its parent."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def _gone(self) -> bool:
        return self.killed.is_set() or self.node.boots != self.boots
