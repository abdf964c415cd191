"""From a confirmation to the worker's first journal line, with an idle worker and with one that is busy.

A whole installation with a lab of two clusters. The times are the database's own: `confirmed_at` of the operation, and
`at` of the first line that the worker writes.
"""

from __future__ import annotations

import sqlite3
import tempfile
from datetime import datetime
from pathlib import Path

from console.lab import presets
from tests.benchmarks import figures
from tests.tasks.conftest import Installation, installed, wait_for

WITHIN = 120.0
FIRST_LINE = (
    "SELECT o.confirmed_at, MIN(j.at) FROM console_operation o JOIN console_journalline j ON j.operation_id = o.id "
    "WHERE o.id = ? AND j.kind = 'started'"
)
OPEN = "SELECT COUNT(*) FROM console_operation WHERE status IN ('queued', 'running')"


def run(count: int) -> None:
    """A table of `count` clicks with an idle worker, and as many while another cluster's operation runs."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        clusters = presets.tokyo(base="127.0.34"), presets.osaka(base="127.0.35")
        with installed(Path(name), *clusters) as installation:
            installation.redis()
            installation.worker()
            idle = [_click(installation, number, busy=False) for number in range(count)]
            busy = [_click(installation, number, busy=True) for number in range(count, 2 * count)]
    rows = [("worker", "seconds to the first line (min / median / max)")]
    rows += [(label, figures.spread(times, digits=3)) for label, times in (("idle", idle), ("busy", busy))]
    figures.table(f"From the click to the journal, {count} clicks each", rows)


def _click(installation: Installation, number: int, *, busy: bool) -> float:
    """Seconds for one planned move of the first cluster; when `busy`, the other one is moved at the same time."""
    kind = ("failover", "failback")[number % 2]
    if busy:
        move(installation, "OSAKA", kind)
    operation = move(installation, "TOKYO", kind)
    wait_for(lambda: not query(installation, OPEN)[0], WITHIN)
    clicked, written = query(installation, FIRST_LINE, operation)
    return seconds(clicked, written)


def seconds(earlier: object, later: object) -> float:
    """Between two times as the database writes them."""
    return (datetime.fromisoformat(str(later)) - datetime.fromisoformat(str(earlier))).total_seconds()


def move(installation: Installation, cluster: str, kind: str) -> int:
    """Confirm a planned move and give the number of its operation."""
    code, told = installation.json("run", cluster, kind, "--yes", "--reason", "a measurement")
    assert code == 0, told
    return int(told["operation"]["id"])


def query(installation: Installation, text: str, *values: int) -> tuple[object, ...]:
    """The first row that the installation's database gives."""
    database = next(installation.folder.glob("*.sqlite3"))
    with sqlite3.connect(database, timeout=20) as connection:
        found: tuple[object, ...] = connection.execute(text, values).fetchone()
    connection.close()
    return found
