"""One process of the demo: in a group of its own, its output in a file, gone without a trace when asked."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2): the signal that a process gets when its parent dies


def _load_prctl() -> "ctypes._NamedFuncPointer | None":
    try:
        return ctypes.CDLL(None).prctl
    except (AttributeError, OSError, TypeError):
        return None


_prctl = _load_prctl()


def _die_with_parent() -> None:
    """Runs in the child before its program starts: a launcher that is killed outright takes its children along."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """A program run as leader of its own process group.

    A signal that the terminal sends reaches only the launcher, which then ends its processes in its own order.
    `name` is what people see, `argv` the program and its arguments (no shell), `log` the file that takes both
    its output streams, `env` its whole environment, `stdin` a file that it reads (nothing when None).
    """

    def __init__(
        self, name: str, argv: Sequence[str], log: Path, env: Mapping[str, str], stdin: Path | None = None
    ) -> None:
        self.name = name
        self.argv = list(argv)
        self.log = log
        self.env = dict(env)
        self.stdin = stdin or Path(os.devnull)
        self._popen: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its group. Raises RuntimeError before `start`."""
        if self._popen is None:
            raise RuntimeError(f"{self.name} has not been started")
        return self._popen.pid

    def start(self) -> None:
        """Start the program. Raises OSError when it cannot be run at all."""
        with self.log.open("ab") as output, self.stdin.open("rb") as source:
            self._log_start = output.tell()
            self._popen = subprocess.Popen(  # noqa: S603 - no shell, and every argument is the launcher's own
                self.argv,
                stdin=source,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.env,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # the launcher has one thread, so this is safe
            )

    def has_ended(self) -> bool:
        """Whether the program is over. It stays a zombie until `stop`, so that its group id cannot be reused."""
        if self._popen is None or self._popen.returncode is not None:
            return True
        with contextlib.suppress(ChildProcessError):
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return True

    def ask_to_stop(self) -> None:
        """Tell the leader alone: it knows best how to end what it has started."""
        if not self.has_ended():
            os.kill(self.pid, signal.SIGTERM)

    def stop(self, deadline: float) -> int | None:
        """Wait for the end until `deadline` (of `time.monotonic`), then kill what is left of the whole group.

        Returns the exit code (negative: the signal that ended it), None when it was never started.
        """
        if self._popen is None:
            return None
        while not self.has_ended() and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._popen.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        return self._popen.wait()

    def last_lines(self, count: int = 12) -> list[str]:
        """The last lines that this run has written to its log."""
        with self.log.open("rb") as output:
            output.seek(self._log_start)
            text = output.read().decode("utf-8", "replace")
        return text.splitlines()[-count:]
