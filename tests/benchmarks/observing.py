"""Observing many clusters: rounds as fast as they go against Ansible's `raw`, and a worker that keeps up every minute.

The lab's nodes let each answer wait for a round trip. Lab, console and Ansible share the machine; what each of them
costs in processor time is told apart.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from console.demo import children
from console.services.access import os_user
from tests.benchmarks import figures
from tests.benchmarks.ansible_raw import Rival
from tests.benchmarks.observing_lab import INVENTORY, RunningLab, running
from tests.tasks.conftest import wait_for

ROUND_TRIP = 0.05
THREADS = 32
EVERY = 60
"""Seconds in which each cluster is to be observed."""
SETTLE = 90.0
"""Seconds that the worker is given to spread the clusters over the minute before anything is measured."""


@dataclass
class Bench:
    """An installation whose lab runs in another process."""

    lab: RunningLab
    folder: Path
    env: dict[str, str]
    clusters: int

    def manage(self, *words: str, stdin: str = "") -> None:
        """Run `manage.py`; what it says of an error is shown."""
        argv = [*children.MANAGE, *words]
        subprocess.run(argv, env=self.env, input=stdin, text=True, check=True, stdout=subprocess.DEVNULL)

    @contextmanager
    def process(self, name: str, argv: list[str], **env: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process that is ended in the end; what it writes goes to a log."""
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(argv, env=self.env | env, stdout=log, stderr=log)
            try:
                yield process
            finally:
                process.terminate()
                process.wait(60)


def run(clusters: int, rival: int, rounds: int, minutes: int) -> None:
    """All of it: `clusters` observed, Ansible on `rival` nodes with each number of forks, a worker for `minutes`."""
    with _installed(clusters) as bench:
        nodes = _rounds(bench, "nodes", rounds)
        _rounds(bench, "clusters", rounds)
        _against_ansible(bench, rival, nodes)
        _minutes(bench, minutes)


@contextmanager
def _installed(clusters: int) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        env = children.environment(os.environ, folder, folder / "redis.sock")
        env |= {"DJANGO_SETTINGS_MODULE": "console.settings", "CHANGEOVER_OBSERVE_EVERY": str(EVERY)}
        with running(clusters, ROUND_TRIP, folder, env) as lab:
            bench = Bench(lab, folder, env, clusters)
            bench.manage("migrate", "--no-input")
            account = ("account", "add", "ops", "--role", "administrator", "--os-user", os_user(), "--password-stdin")
            bench.manage(*account, stdin="A-Bench-Password-1\n")
            bench.manage("inventory", "apply", str(folder / INVENTORY))
            yield bench


def _rounds(bench: Bench, what: str, rounds: int) -> list[float]:
    """Rounds one after the other, the first over new connections; seconds of the others."""
    argv = [sys.executable, "-m", "tests.benchmarks.observing_round", what, str(THREADS), str(bench.clusters)]
    rows = [("round", "seconds", "nodes a second", "console's processor, s", "lab's", "console's memory, MiB")]
    took = []
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, env=bench.env, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(rounds + 1):
            before = bench.lab.cost()["seconds"]
            process.stdin.write("\n")
            process.stdin.flush()
            told = json.loads(process.stdout.readline())
            assert told["good"] == bench.clusters, told
            took.append(told["took"])
            lab = bench.lab.cost()["seconds"] - before
            figure = f"{told['took']:.1f}", f"{2 * bench.clusters / told['took']:.0f}", f"{told['seconds']:.1f}"
            rows.append((str(number or "first"), *figure, f"{lab:.1f}", f"{told['mib']:.0f}"))
        process.stdin.close()
    figures.table(
        f"{2 * bench.clusters} nodes, {what}, {THREADS} threads, {ROUND_TRIP * 1000:.0f} ms a round trip", rows
    )
    return took[1:]


def _against_ansible(bench: Bench, count: int, ours: list[float]) -> None:
    """Some of the nodes asked for their names by Ansible, with the forks that suit it best."""
    rival = Rival(bench.folder / INVENTORY, bench.folder, count)
    rows = [("forks", "seconds", "nodes a second", "Ansible's processor, s", "lab's")]
    best = 0.0
    for forks in (5, 10, 25, 50):
        before = bench.lab.cost()["seconds"]
        took, processor = rival.round(forks)
        lab = bench.lab.cost()["seconds"] - before
        rows.append((str(forks), f"{took:.1f}", f"{count / took:.1f}", f"{processor:.1f}", f"{lab:.1f}"))
        best = max(best, count / took)
    figures.table(f"Ansible's raw, {count} nodes", rows)
    speed = 2 * bench.clusters / statistics.median(ours)
    figures.say(f"\nThe console's round ÷ Ansible's best: {speed:.0f} ÷ {best:.1f} nodes a second = {speed / best:.1f}")


def _minutes(bench: Bench, minutes: int) -> None:
    """One worker process with its scheduler: how often each cluster is observed, and what that costs."""
    socket = bench.folder / "redis.sock"
    options = ["--pool", "threads", "--concurrency", str(THREADS), "--beat", "--without-gossip", "--without-mingle"]
    argv = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "tasks", "worker", *options]
    with bench.process("redis", children.redis(socket)):
        wait_for(socket.exists)
        with bench.process("worker", argv, CHANGEOVER_DUTIES="observation") as worker:
            time.sleep(SETTLE)
            used, lab, seen = _processor(worker.pid), bench.lab.cost()["seconds"], Seen(bench.folder)
            began = time.monotonic()
            while time.monotonic() - began < minutes * 60:
                time.sleep(1.0)
                seen.look()
            took = time.monotonic() - began
            used, lab = _processor(worker.pid) - used, bench.lab.cost()["seconds"] - lab
            memory = _memory(worker.pid)
    rows = [("what", "figure"), ("observations that were seen", f"{len(seen.apart)} in {len(seen.oldest)} looks")]
    rows += [("seconds from one to the next of a cluster", figures.spread(seen.apart, "s", 1))]
    rows += [("oldest observation at any second", figures.spread(seen.oldest, "s", 1))]
    rows += [("worker's processor a minute", f"{used * 60 / took:.1f} s"), ("lab's", f"{lab * 60 / took:.1f} s")]
    rows += [("worker's memory at most", f"{memory:.0f} MiB")]
    figures.table(f"{bench.clusters} clusters every {EVERY} s by one process, {took / 60:.1f} minutes", rows)


class Seen:
    """What the database says of the observations, looked at again and again."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "changeover.sqlite3"
        self.apart: list[float] = []
        self.oldest: list[float] = []
        self._last = self._times()

    def look(self) -> None:
        """Take in the observations that were made since, and how old the oldest is."""
        now = self._times()
        self.apart += [at - self._last[pk] for pk, at in now.items() if at > self._last.get(pk, at)]
        self.oldest.append(time.time() - min(now.values()))
        self._last = now

    def _times(self) -> dict[int, float]:
        """When each cluster was observed last, by the clock."""
        with closing(sqlite3.connect(self.database, timeout=20)) as database:
            rows = database.execute("SELECT cluster_id, at FROM console_observationrecord").fetchall()
        return {pk: datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() for pk, at in rows}


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
