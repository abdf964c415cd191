"""Remote shells and the commands that run in them, with their output waiting to be fetched."""

import contextlib
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from console.lab.cmd.process import Killed, Process
from console.lab.cmd.run import run
from console.lab.definition import Account
from console.lab.state import Node
from console.lab.world import World
from console.lab.wsman.soap import WSManFault

MAX_SHELLS = 30  # per user, as Windows has it by default
IDLE_SECONDS = 7200.0
"""How long a shell is kept without being used, unless whoever opens it asks for less."""
CONTROL_C = 0xC000013A
_SETTLE_SECONDS = 0.02  # a quick command's end goes out with its output


def no_shell(shell_id: str) -> WSManFault:
    """The fault for a shell or command that does not exist (any more)."""
    return WSManFault(
        "w:InvalidSelectors",
        2150858843,
        "The request for the Windows Remote Shell with ShellId "
        f"{shell_id} failed because the shell was not found on the server.",
    )


class Command:
    """One command: a thread that runs it, and its output until somebody fetches it."""

    def __init__(self, process_of: Callable[["Command"], Process], line: str) -> None:
        self.id = str(uuid.uuid4()).upper()
        self.exit_code: int | None = None
        self._changed = threading.Condition()
        self._output = {"stdout": bytearray(), "stderr": bytearray()}
        self._stdin = bytearray()
        self._stdin_ended = False
        self.process = process_of(self)
        self._thread = threading.Thread(target=self._run, args=(line,), name=f"lab-{self.id[:8]}", daemon=True)
        self._thread.start()

    def write(self, stream: str, data: bytes) -> None:
        """Take output from the process."""
        with self._changed:
            self._output[stream] += data
            self._changed.notify_all()

    def feed(self, data: bytes, *, end: bool) -> None:
        """Give the process standard input."""
        with self._changed:
            self._stdin += data
            self._stdin_ended |= end
            self._changed.notify_all()

    def stdin(self) -> bytes:
        """All standard input, once it has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._stdin_ended or self.process.killed.is_set())
            return bytes(self._stdin)

    def fetch(self, seconds: float, limit: int) -> tuple[dict[str, bytes], bool]:
        """Output of at most `limit` bytes and whether the command has ended and all is fetched.

        Waits at most `seconds` for something to say; raises the TimedOut fault when there is nothing.
        """
        with self._changed:
            if not self._changed.wait_for(self._has_news, seconds):
                raise WSManFault(
                    "w:TimedOut",
                    2150858793,
                    "The WS-Management service cannot complete the operation within the time specified in "
                    "OperationTimeout.",
                    sender=False,
                )
            self._changed.wait_for(lambda: self.exit_code is not None or self._size() >= limit, _SETTLE_SECONDS)
            chunks: dict[str, bytes] = {}
            for name, buffer in self._output.items():
                chunks[name] = bytes(buffer[:limit])
                del buffer[:limit]
                limit -= len(chunks[name])
            return chunks, self.exit_code is not None and self._size() == 0

    def kill(self) -> None:
        """End the process; what the cluster engine has begun goes on."""
        self.process.killed.set()
        with self._changed:
            self._changed.notify_all()
        self.process.world.schedule.touch()

    def _has_news(self) -> bool:
        return self.exit_code is not None or self._size() > 0

    def _size(self) -> int:
        return sum(len(buffer) for buffer in self._output.values())

    def _run(self, line: str) -> None:
        code = CONTROL_C
        try:
            with contextlib.suppress(Killed):
                code = run(self.process, line)
        finally:
            with self._changed:
                self.exit_code = code & 0xFFFFFFFF
                self._changed.notify_all()


@dataclass
class Shell:
    """A remote shell: whose it is, its code page, folder and variables, and its commands."""

    account: Account
    code_page: int
    folder: str
    environment: dict[str, str]
    id: str = field(default_factory=lambda: str(uuid.uuid4()).upper())
    commands: dict[str, Command] = field(default_factory=dict)
    used: float = field(default_factory=time.monotonic)
    idle: float = IDLE_SECONDS


class Shells:
    """All shells of a node."""

    def __init__(self, world: World, node: Node) -> None:
        self.world = world
        self.node = node
        self._lock = threading.Lock()
        self._shells: dict[str, Shell] = {}

    def __len__(self) -> int:
        return len(self._shells)

    def create(
        self, account: Account, code_page: int, folder: str, environment: dict[str, str], idle: float = IDLE_SECONDS
    ) -> Shell:
        """Open a shell that goes by itself after `idle` seconds. Raises the quota fault when the user has too many."""
        with self._lock:
            self._reap()
            if sum(shell.account == account for shell in self._shells.values()) >= MAX_SHELLS:
                raise WSManFault(
                    "w:QuotaLimit",
                    0x803381A6,
                    f"This user has exceeded the maximum number of concurrent shells: {MAX_SHELLS} allowed. "
                    "Close existing shells or raise the quota for this user.",
                )
            own = 932 if self.node.faulty("cp932") else self.node.definition.code_page
            shell = Shell(account, own or code_page, folder, environment, idle=idle)
            self._shells[shell.id] = shell
            return shell

    def get(self, shell_id: str) -> Shell:
        """An open shell. Raises the fault for one that is not there."""
        with self._lock:
            self._reap()
            shell = self._shells.get(shell_id)
        if shell is None:
            raise no_shell(shell_id)
        shell.used = time.monotonic()
        return shell

    def command(self, shell_id: str, command_id: str) -> Command:
        """A command in a shell. Raises the fault for one that is not there."""
        command = self.get(shell_id).commands.get(command_id)
        if command is None:
            raise no_shell(shell_id)
        return command

    def start(self, shell: Shell, line: str) -> Command:
        """Run a command line in a shell."""
        command = Command(lambda command: self._process(shell, command), line)
        shell.commands[command.id] = command
        return command

    def delete(self, shell_id: str) -> None:
        """Close a shell; what still runs in it is ended."""
        shell = self.get(shell_id)
        with self._lock:
            del self._shells[shell_id]
        for command in shell.commands.values():
            command.kill()

    def clear(self) -> None:
        """Forget everything, as a node does that loses its power."""
        with self._lock:
            shells, self._shells = list(self._shells.values()), {}
        for shell in shells:
            for command in list(shell.commands.values()):
                command.kill()

    def let_pass(self, seconds: float) -> None:
        """Have every shell be unused for so much longer."""
        with self._lock:
            for shell in self._shells.values():
                shell.used -= seconds

    def _reap(self) -> None:
        now = time.monotonic()
        for shell in [shell for shell in self._shells.values() if now - shell.used > shell.idle]:
            del self._shells[shell.id]
            for command in list(shell.commands.values()):
                command.kill()

    def _process(self, shell: Shell, command: Command) -> Process:
        encoding = "utf-8" if shell.code_page == 65001 else f"cp{shell.code_page}"
        return Process(
            self.world,
            self.node,
            stdout=lambda data: command.write("stdout", data),
            stderr=lambda data: command.write("stderr", data),
            user=f"{shell.account.domain or self.node.name}\\{shell.account.name}",
            administrator=shell.account.administrator and not self.node.faulty("not-administrator"),
            delegated=shell.account.delegated,
            encoding=encoding,
            code_page=shell.code_page,
            stdin=command.stdin,
            environment=dict(shell.environment),
            folder=shell.folder,
        )
