"""Procedures in world time: generators that yield a delay or a condition, and one lock for all state."""

import heapq
import inspect
import itertools
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from console.lab.clock import Clock

Condition = Callable[[], bool]
Wait = float | Condition


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a procedure ended: an exit code and the sentence that goes with it."""

    code: int = 0
    message: str = ""


Procedure = Generator[Wait, None, Outcome]
Reason = Generator[Wait, None, str]
"""A part of a procedure that returns why something did not work, or nothing."""


@dataclass(eq=False)
class Job:
    """A procedure under way; `outcome` is None until it has ended."""

    procedure: Procedure
    outcome: Outcome | None = None
    condition: Condition | None = field(default=None, repr=False)


class Scheduler:
    """Runs procedures on a clock. Every leg of every procedure runs under `lock`."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.version = 0  # grows with every change of state
        self._due: list[tuple[float, int, Job]] = []
        self._waiting: list[Job] = []
        self._numbers = itertools.count()
        self._running = False
        self._thread: threading.Thread | None = None

    def start(self, procedure: Procedure) -> Job:
        """Run the first leg now and the rest in world time."""
        with self.lock:
            job = Job(procedure)
            self._step(job)
            self.touch()
            return job

    def touch(self) -> None:
        """Tell everybody that state has changed; continues the procedures whose condition now holds."""
        with self.lock:
            self.version += 1
            ready = True
            while ready:
                ready = False
                for job in list(self._waiting):
                    if job in self._waiting and job.condition and job.condition():
                        self._waiting.remove(job)
                        self._step(job)
                        ready = True
            self.changed.notify_all()

    def wait(self, condition: Condition, seconds: float | None = None) -> bool:
        """Block the calling thread until `condition` holds, at most `seconds` of world time."""
        with self.lock:
            deadline = None if seconds is None else self.clock.now() + seconds
            while not condition():
                left = None if deadline is None else deadline - self.clock.now()
                if left is not None and left <= 0:
                    return False
                real = None if left is None else self.clock.real_seconds(left)
                self.changed.wait(0.5 if real is None else min(real, 0.5))
            return True

    def end(self, job: Job, outcome: Outcome) -> None:
        """End a procedure from outside, where it is: what it has started goes on by itself."""
        with self.lock:
            if job.outcome is not None:
                return
            job.outcome = outcome
            if job in self._waiting:
                self._waiting.remove(job)
            if inspect.getgeneratorstate(job.procedure) != inspect.GEN_RUNNING:  # else `_step` closes it afterwards
                job.procedure.close()

    def until(self, condition: Condition, seconds: float) -> Procedure:
        """Wait for a condition, at most `seconds` of world time; code 0 when it holds, 1 when time has passed."""
        deadline = self.clock.now() + seconds
        alarm = self.start(_alarm(seconds))
        yield lambda: condition() or self.clock.now() >= deadline
        self.end(alarm, Outcome())
        return Outcome(0 if condition() else 1)

    def advance(self, seconds: float) -> None:
        """Move a driven clock on by `seconds`; what falls due on the way happens at its own time."""
        with self.lock:
            end = self.clock.now() + seconds
            while self._due and self._due[0][0] <= end:
                self.clock.advance(self._due[0][0] - self.clock.now())
                self._run_due()
            self.clock.advance(end - self.clock.now())
            self.touch()

    def run(self) -> None:
        """Start the thread that carries procedures on as real time passes."""
        self._running = True
        self._thread = threading.Thread(target=self._loop, name="lab-schedule", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; procedures under way stay where they are."""
        with self.lock:
            self._running = False
            self.changed.notify_all()
        if self._thread:
            self._thread.join(timeout=5)

    def _loop(self) -> None:
        with self.lock:
            while self._running:
                if not self.clock.driven:
                    self._run_due()
                delay = self._due[0][0] - self.clock.now() if self._due else 1.0
                real = self.clock.real_seconds(delay)
                self.changed.wait(1.0 if real is None else min(max(real, 0.0005), 1.0))

    def _run_due(self) -> None:
        while self._due and self._due[0][0] <= self.clock.now():
            _, _, job = heapq.heappop(self._due)
            self._step(job)
            self.touch()

    def _step(self, job: Job) -> None:
        if job.outcome is not None:
            return
        try:
            wait = next(job.procedure)
        except StopIteration as end:
            job.outcome = job.outcome or end.value or Outcome()
            return
        if job.outcome is not None:
            job.procedure.close()
            return
        if callable(wait):
            job.condition = wait
            self._waiting.append(job)
        else:
            heapq.heappush(self._due, (self.clock.now() + wait, next(self._numbers), job))
            self.changed.notify_all()


def _alarm(seconds: float) -> Procedure:
    yield seconds
    return Outcome()
