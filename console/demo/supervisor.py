"""Starts processes in order, notices the first that dies, and stops them all in reverse order."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from console.demo.process import Process
from console.domain.errors import ChangeoverError

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK = 0.05

# Says why something is not ready yet, or None once it is.
Ready = Callable[[], str | None]


class Interrupted(Exception):
    """The person at the terminal, or the system, asked for the end."""


class ProcessFailed(ChangeoverError):
    """A process of the demo ended, or did not become ready."""

    remedy = "Read the last lines above and the log they come from, then start again."


class Supervisor:
    """A context in which processes live: whatever way it is left, none of them survives it.

    SIGINT, SIGTERM and SIGHUP raise `Interrupted` from `run`, `wait` and `follow`; a second one while stopping
    cuts the grace short. `grace` is the time, in seconds, that all processes together get to end by themselves.
    """

    def __init__(self, logs: Path, env: Mapping[str, str], *, grace: float = 10.0) -> None:
        self.logs = logs
        self.env = dict(env)
        self.grace = grace
        self.processes: list[Process] = []
        self._signals = 0
        self._handlers: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        for number in STOP_SIGNALS:
            self._handlers[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1

    def start(self, name: str, argv: Sequence[str], *, stdin: Path | None = None) -> Process:
        """Start a process that is to live as long as the demo; `wait` says when it is ready."""
        process = Process(name, argv, self.logs / f"{name}.log", self.env, stdin)
        try:
            process.start()
        except OSError as error:
            raise ProcessFailed(f"{name} cannot be started: {error}") from error
        self.processes.append(process)
        return process

    def run(self, name: str, argv: Sequence[str], *, within: float, stdin: Path | None = None) -> str:
        """Run a program to its end and return what it wrote. Raises ProcessFailed unless it exits with 0 in time."""
        process = self.start(name, argv, stdin=stdin)
        deadline = time.monotonic() + within
        while not process.has_ended():
            self._tick()
            if time.monotonic() > deadline:
                raise self._failure(process, f"did not finish within {within:.0f} seconds")
        self.processes.remove(process)
        code = process.stop(deadline)
        if code != 0:
            raise self._failure(process, f"ended with {_ending(code)}")
        return "\n".join(process.last_lines(10_000))

    def wait(self, process: Process, ready: Ready, *, within: float) -> None:
        """Return once `ready` has no objection. Raises ProcessFailed when any process ends, or time runs out."""
        deadline = time.monotonic() + within
        while (reason := ready()) is not None:
            self._tick()
            self._check()
            if time.monotonic() > deadline:
                raise self._failure(process, f"is not ready after {within:.0f} seconds: {reason}")

    def follow(self) -> None:
        """Watch until a process ends (ProcessFailed) or somebody asks for the end (Interrupted)."""
        while True:
            self._tick()
            self._check()

    def stop(self) -> None:
        """End every process, last started first, each before the one it depends on. May be called again."""
        deadline = time.monotonic() + self.grace
        before = self._signals
        while self.processes:
            process = self.processes[-1]
            process.ask_to_stop()
            while not process.has_ended() and time.monotonic() < deadline and self._signals == before:
                time.sleep(TICK)
            process.stop(deadline=0)
            self.processes.pop()

    def _tick(self) -> None:
        if self._signals:
            raise Interrupted
        time.sleep(TICK)

    def _check(self) -> None:
        for process in self.processes:
            if process.has_ended():
                raise self._failure(process, f"ended by itself with {_ending(process.stop(deadline=0))}")

    def _failure(self, process: Process, what: str) -> ProcessFailed:
        tail = "".join(f"\n    {line}" for line in process.last_lines())
        return ProcessFailed(f"{process.name} {what}. Its log, {process.log}, ends:{tail or ' (empty)'}")


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
