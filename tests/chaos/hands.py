"""The harness's hands: what it does from outside while a worker waits at a wire, and what it takes back afterwards."""

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing

from console.models import Operation
from tests.chaos import person
from tests.chaos.cases import Case
from tests.chaos.environment import LEASE_SECONDS, Environment, until
from tests.chaos.faults import FAULTS
from tests.chaos.proxy import State
from tests.chaos.steps import IN_DIRECTORY
from tests.chaos.wires import Tripped

REACHED_WITHIN = 40.0
AWAY = 1.0
"""Seconds that a thing is away that comes back."""
SILENT = {"node": LEASE_SECONDS + 1.5, "directory": 2.0}
NODE_FAULTS = ("drop", "refuse", "garbage", "slow")
DIRECTORY_FAULTS = ("busy", "unavailable", "drop")
WAKES_WITHIN = 8.0
ALL_LINES = 1_000_000
GIVES_UP = ("lease lost", "signal 9 (SIGKILL)")
"""What stands in the log of a worker that woke up after its lease."""


class Hands:
    """Does one case's fault."""

    def __init__(self, env: Environment, case: Case, cluster: str) -> None:
        self.tripped: Tripped | None = None
        self.died_at: float | None = None
        """When the worker fell silent, in seconds since 1970; None when it did not."""
        self.woke = ""
        """What a worker that was stopped said when it went on."""
        self._env = env
        self._case = case
        self._cluster = cluster
        self._dice = case.dice()

    @property
    def goes_back(self) -> bool:
        """Whether somebody moves the cluster back while the first worker, or its request, is still on its way."""
        late_node = self._case.fault == "late" and self._case.step not in IN_DIRECTORY
        return self._case.way in ("failover", "failback", "handover") and (self._case.fault == "stop" or late_node)

    def strike(self, operation: Operation) -> None:
        """Wait until somebody comes to the wire, and do the fault's part from outside."""
        self.tripped = self._await_wire(operation)
        if self.tripped is None:
            return
        if FAULTS[self._case.fault].dies:
            self.died_at = self.tripped.at
        act: dict[str, Callable[[Tripped], None]] = {
            "late": self._late,
            "pages-kill": self._pages_kill,
            "redis-kill": self._redis_kill,
            "redis-wipe": self._redis_wipe,
            "database": self._database,
            "node-cut": lambda tripped: self._line("node", State.CUT, AWAY),
            "node-silent": lambda tripped: self._line("node", State.HELD, SILENT["node"]),
            "directory-cut": lambda tripped: self._line("directory", State.CUT, AWAY),
            "directory-silent": lambda tripped: self._line("directory", State.HELD, SILENT["directory"]),
            "lab": self._lab,
        }
        act.get(self._case.fault, lambda tripped: None)(self.tripped)

    def let_go(self, operation: Operation) -> None:
        """After the end: wake who was stopped, let arrive what was late, and wait until that has had its effect."""
        if self.tripped is None:
            return
        if self._case.fault == "stop":
            self._wake(self.tripped)
        elif self._case.fault == "late":
            self._env.proxy.change("", State.OPEN)
            time.sleep(AWAY)

    def _await_wire(self, operation: Operation) -> Tripped | None:
        def somebody() -> Tripped | bool | None:
            found = self._env.post.tripped()
            if found is not None:
                return found
            return person.is_over(operation) or None

        found = until(somebody, "somebody comes to the wire", REACHED_WITHIN, 0.03)
        return found if isinstance(found, Tripped) else self._env.post.tripped()

    def _wake(self, tripped: Tripped) -> None:
        """The worker that woke up says in its log that it may not go on, or that the kernel ended its process."""
        worker = self._env.processes[self._env.worker_of(tripped.group)]
        time.sleep(max(0.0, tripped.at + self._case.still - time.time()))
        before = len(worker.last_lines(ALL_LINES))
        os.killpg(tripped.group, signal.SIGCONT)

        def said() -> str | None:
            found = (line for line in worker.last_lines(ALL_LINES)[before:] if any(words in line for words in GIVES_UP))
            return next(found, None)

        self.woke = until(said, f"{worker.name} says that its lease is lost", WAKES_WITHIN)

    # -- the faults

    def _late(self, tripped: Tripped) -> None:
        self._env.proxy.freeze("")
        self._env.post.go_on()
        time.sleep(0.4)
        os.killpg(tripped.group, signal.SIGKILL)
        self.died_at = time.time()

    def _pages_kill(self, tripped: Tripped) -> None:
        self._env.kill("web")
        self._env.post.go_on()
        time.sleep(AWAY)
        self._env.start_pages()

    def _redis_kill(self, tripped: Tripped) -> None:
        self._env.kill("redis")
        self._env.post.go_on()
        time.sleep(AWAY)
        self._env.start_redis()

    def _redis_wipe(self, tripped: Tripped) -> None:
        with closing(socket.socket(socket.AF_UNIX)) as link:
            link.connect(str(self._env.folder / "redis.sock"))
            link.sendall(b"FLUSHALL\r\n")
            assert link.recv(64).startswith(b"+OK")
        os.killpg(tripped.group, signal.SIGKILL)
        self.died_at = time.time()

    def _database(self, tripped: Tripped) -> None:
        if self._env.postgres is None:
            self._env.post.go_on()
            return
        down_first = self._dice.random() < 0.5
        self._env.postgres.restart(self._env.post.go_on if down_first else None)
        self._env.post.go_on()

    def _line(self, name: str, state: State, seconds: float) -> None:
        self._env.proxy.change(name, state)
        self._env.post.go_on()
        time.sleep(seconds)
        self._env.proxy.change(name, State.OPEN)

    def _lab(self, tripped: Tripped) -> None:
        if self._case.step in IN_DIRECTORY:
            self._env.lab.directory_fault(self._dice.choice(DIRECTORY_FAULTS), True)
        else:
            fault = self._dice.choice(NODE_FAULTS)
            for node in self._env.told(self._cluster)["nodes"]:
                self._env.lab.fault(node["name"], fault, True, **({"ms": "600"} if fault == "slow" else {}))
        self._env.post.go_on()
        time.sleep(AWAY)
        for name in DIRECTORY_FAULTS:
            self._env.lab.directory_fault(name, False)
        for node in self._env.told(self._cluster)["nodes"]:
            for fault in set(node["faults"]) & set(NODE_FAULTS):
                self._env.lab.fault(node["name"], fault, False)
