"""Several environments side by side, each a process: they take lots of cases until there are none left."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from tests.chaos.cases import Case
from tests.chaos.child import WORN_OUT
from tests.chaos.result import Result

ROOT = Path(__file__).parents[2]
ENOUGH_BREAKDOWNS = 3
Heard = Callable[[Result], None]


class Fleet:
    """Carries lots of cases out; every result is told to `heard` as it comes, by one thread at a time."""

    def __init__(self, lots: Sequence[list[Case]], database: str, log: Path, heard: Heard) -> None:
        self._waiting: queue.SimpleQueue[list[Case]] = queue.SimpleQueue()
        for lot in lots:
            self._waiting.put(lot)
        self._database = database
        self._log = log
        self._heard = heard
        self._lock = threading.Lock()
        self._end = 0.0
        self._breakdowns = 0

    def run(self, environments: int, seconds: float) -> None:
        """Return when every case has its result, or when what was begun before `seconds` have passed has it."""
        self._end = time.monotonic() + seconds
        threads = [threading.Thread(target=self._sail, args=(number,)) for number in range(1, environments + 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _sail(self, number: int) -> None:
        """One environment after the other, as long as there is something to do."""
        left: list[Case] = []
        while self._goes_on() and (left or not self._waiting.empty()):
            with (self._log / f"environment-{number}.log").open("ab") as log:
                left = self._one(log, left)

    def _one(self, log: object, left: list[Case]) -> list[Case]:
        """Serve one environment until it ends; what it has left undone of its lot."""
        command = [sys.executable, "-W", "ignore", "-m", "tests.chaos.child", self._database]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,  # type: ignore[call-overload]
        ) as child:
            while left or (left := self._next()):
                left = self._through(child, left)
                if left:
                    break
            with suppress(BrokenPipeError):
                child.stdin.close()
            code = child.wait()
        if code not in (0, WORN_OUT) and left:
            self._breakdowns += 1
            self._tell(Result(left[0].name, left[0].seed, "broken", broken=["its environment broke down; see its log"]))
            return left[1:]
        return left

    def _through(self, child: "subprocess.Popen[str]", lot: list[Case]) -> list[Case]:
        """Let the environment carry a lot out; what it did not come to."""
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps([asdict(case) for case in lot]) + "\n")
            child.stdin.flush()
        except BrokenPipeError:
            return lot
        done = 0
        for line in child.stdout:
            if not line.strip():
                return []
            self._tell(Result.from_line(line))
            done += 1
        return lot[done:]

    def _next(self) -> list[Case]:
        try:
            return self._waiting.get_nowait() if self._goes_on() else []
        except queue.Empty:
            return []

    def _goes_on(self) -> bool:
        """Not when time is up, nor when environments break down one after the other: the next one would too."""
        return time.monotonic() < self._end and self._breakdowns < ENOUGH_BREAKDOWNS

    def _tell(self, result: Result) -> None:
        with self._lock:
            if result.status != "broken":
                self._breakdowns = 0
            self._heard(result)
