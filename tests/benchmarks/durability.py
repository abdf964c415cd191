"""What it costs that an operation survives everything: its steps against as many bare Celery tasks on the same broker.

A bare task does nothing but send the next. A step of ours does nothing either, but looks, acts and proves under a
lease: its lines and its receipt are in the database, each checked against the fencing token, before anything goes on.
The operation's claim, its ending and its audit are counted in.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from console.lab import presets
from tests.benchmarks import figures
from tests.benchmarks.clicks import WITHIN, query, seconds
from tests.tasks.conftest import Installation, installed, wait_for

APP = "tests.benchmarks.durable"
OPERATION = """
from console.domain.plan import Step
from console.models import Cluster
from console.services.confirm import confirm
from tests.services import making
steps = tuple(Step(f"step-{{n}}", "bench.nothing", f"Step {{n}}", "proof") for n in range({steps}))
print(confirm(making.ready(Cluster.objects.get(), steps=steps), making.actor(), "a measurement").pk)
"""
TASKS = """
import time
from console.services.queue import app
print(repr(time.time()))
app.send_task("bench.bare", args=[{steps}, {end!r}, "operations.lab"], queue="operations.lab")
"""
ENDED = "SELECT status, started_at, ended_at, last_seq FROM console_operation WHERE id = ?"


def run(steps: int, count: int) -> None:
    """A table of `count` operations of `steps` steps, and of as many rows of bare tasks, in turns."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        installed(Path(name), presets.tokyo(base="127.0.38")) as installation,
    ):
        installation.redis()
        installation.worker("worker", APP)
        _bare(installation, 20)
        _operation(installation, 5)
        pairs = [(_bare(installation, steps), _operation(installation, steps)) for _ in range(count)]
    bare, ours = ([1000 * pair[side] / steps for pair in pairs] for side in (0, 1))
    rows = [
        ("each of", "milliseconds (min / median / max)"),
        (f"{steps} bare tasks", figures.spread(bare, digits=2)),
        (f"{steps} steps of an operation (SQLite, every commit on the disk)", figures.spread(ours, digits=2)),
    ]
    figures.table(f"Lease, journal, receipt and audit, {count} runs", rows)
    figures.say(f"  A step costs {figures.ratio(ours, bare)} bare tasks, {_more(ours, bare)} ms more.")


def _more(ours: list[float], bare: list[float]) -> str:
    return f"{statistics.median(ours) - statistics.median(bare):.2f}"


def _bare(installation: Installation, steps: int) -> float:
    """Seconds from the first message to the last task's end."""
    end = installation.folder / "bare"
    end.unlink(missing_ok=True)
    begun = float(installation.shell(TASKS.format(steps=steps, end=str(end))))
    wait_for(end.exists, WITHIN)
    time.sleep(0.5)  # nothing of it runs while the other side is measured
    return float(end.read_text(encoding="utf-8")) - begun


def _operation(installation: Installation, steps: int) -> float:
    """Seconds from the claim to the ending, by the database's clock."""
    number = int(installation.shell(OPERATION.format(steps=steps)))
    wait_for(lambda: query(installation, ENDED, number)[0] not in ("queued", "running"), WITHIN)
    status, begun, ended, lines = query(installation, ENDED, number)
    if status != "succeeded" or int(str(lines)) < 3 * steps:
        raise RuntimeError(f"The operation {status} with {lines} lines: {installation.told('worker')[-2000:]}")
    return seconds(begun, ended)
