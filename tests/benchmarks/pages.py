"""Pages with hundreds of clusters and a million journal lines behind them, against those of an empty database.

Run as a program it times the pages in a database of its own: python -m tests.benchmarks.pages WORLD (JSON).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks import figures

if TYPE_CHECKING:
    from tests.benchmarks.page_world import World

ROOT = Path(__file__).parents[2]
AIM = 2.0
"""The ratio that no page is to exceed."""
PAGES = {
    "overview": "/",
    "wall": "/wall/",
    "readiness": "/readiness/",
    "incidents": "/incidents/",
    "operations": "/operations/",
    "reports": "/reports/",
    "audit": "/audit/",
    "inventory": "/inventory/",
    "cluster": "/clusters/000/",
    "operation": "/operations/{operation}/",
    "its state": "/operations/{operation}/state",
}
OF_ONE = ("cluster", "operation", "its state")
"""Pages that an empty database has not: they are held against those where there is one cluster, moved once."""
AFTERWARDS = {
    "overview, again within a second": "/",
    "overview, every row new": "/",
    "wall, every row new": "/wall/",
    "the other rows, 200 of them": "/overview/rows?of={others}",
}
"""The overview right after another look, and where nobody looked for a minute; and what the browser asks for next."""
MINUTE, AT_ONCE = 60, 5
Times = list[tuple[float, float]]
"""Milliseconds of each run: by the clock, and of the processor."""


def run(many: World, runs: int) -> None:
    """A table of pages; the ratio is that of the processor's time, which a busy machine changes least."""
    from tests.benchmarks.page_world import World as Of

    with Side(Of()) as empty, Side(Of(clusters=1, operations=1)) as one, Side(many) as full:
        told = [_row(what, (empty, one, full), max(1, runs // AT_ONCE)) for what in (*PAGES, *AFTERWARDS)]
    heading = ("clock, processor", "empty", "one cluster", "full", "ratio of processor", f"aim {AIM:g}")
    what = f"{many.clusters} clusters, {many.operations} operations each, {many.lines:,} journal lines"
    title = f"Pages, median milliseconds of {runs} times; full: {what}, {many.records:,} audit records"
    figures.table(title, [heading, *told])


def _row(what: str, sides: tuple[Side, Side, Side], turns: int) -> tuple[str, ...]:
    """What the page takes on each side, the sides in turns."""
    found: list[Times] = [[], [], []]
    for _ in range(turns):
        for times, side in zip(found, sides, strict=True):
            times += side.times(what)
    empty, one, full = found
    base = one if what in OF_ONE else empty
    ratio = _median(full, 1) / _median(base, 1) if base and what in PAGES else None
    told = ("", "") if ratio is None else (f"{ratio:.2f}", "met" if ratio <= AIM else "MISSED")
    return (what, *(_spread(times) for times in found), *told)


def _median(times: Times, part: int) -> float:
    return sorted(each[part] for each in times)[len(times) // 2]


def _spread(times: Times) -> str:
    return f"{_median(times, 0):.1f}, {_median(times, 1):.1f}" if times else ""


class Side:
    """A process with a database of its own, which times a page whenever it is told to."""

    def __init__(self, size: World) -> None:
        self.size, self.kept = size, ExitStack()

    def __enter__(self) -> Side:
        folder = self.kept.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHANGEOVER_")}
        # An hour between two observations: what was observed when the database was filled is not to become old.
        own = {"CHANGEOVER_STATE_DIR": folder, "CHANGEOVER_OBSERVE_EVERY": "3600"}
        own["DJANGO_SETTINGS_MODULE"] = "console.settings"
        command = [sys.executable, "-m", "tests.benchmarks.pages", json.dumps(asdict(self.size))]
        self.errors = Path(folder) / "errors"
        pipe = subprocess.PIPE
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=kept | own, stdin=pipe, stdout=pipe, stderr=errors, text=True
            )
        self.kept.callback(self.process.wait)
        self.kept.callback(self.process.kill)
        assert self._answer() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self.kept.close()

    def times(self, what: str) -> Times:
        """Some runs of the page; none where there is no such page."""
        assert self.process.stdin
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        found: Times = self._answer()
        return found

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.errors.read_text()[-3000:])
        return json.loads(line)


def serve(size: dict[str, int]) -> None:
    """Fill the database, and time what each line of the standard input names."""
    from console.models import Cluster, Operation
    from tests.benchmarks import page_world

    page_world.fill(page_world.World(**size))
    operation = Operation.objects.filter(cluster__name="000").order_by("-pk").values_list("pk", flat=True).first()
    others = ",".join(str(pk) for pk in Cluster.objects.values_list("pk", flat=True)[:200])
    before = befores()
    _say("ready")
    for line in sys.stdin:
        what = line.strip()
        address = (PAGES | AFTERWARDS)[what].format(operation=operation, others=others)
        missing = operation is None and what in (*OF_ONE, *AFTERWARDS)
        _say([] if missing else timed(AT_ONCE, getter(address), before.get(what, before[""])))


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def getter(address: str) -> Callable[[], object]:
    """Asks for a page as somebody who may see it."""
    from django.test import Client

    from tests import personas

    client = Client(headers={"host": "localhost"})
    client.force_login(personas.aki() if address == "/audit/" else personas.olga())

    def get() -> None:
        assert client.get(address).status_code == HTTPStatus.OK

    return get


def befores() -> dict[str, Callable[[], object]]:
    """What is done before each run of a page, by its name.

    As in use, as many clusters have been observed as every second brings, and nobody has looked yet.
    """
    from console.models import Cluster
    from console.web.overview_rows import ROWS
    from tests.benchmarks.page_world import observe

    clusters = list(Cluster.objects.order_by("pk"))
    turn = cycle(clusters)
    each = -(-len(clusters) // MINUTE)

    def in_use() -> None:
        observe([next(turn) for _ in range(each)])
        ROWS.due()

    anew = ("overview, every row new", "wall, every row new")
    return {"": in_use, "overview, again within a second": ROWS.lately, **dict.fromkeys(anew, ROWS.forget)}


def timed(runs: int, do: Callable[[], object], before: Callable[[], object] = lambda: None) -> Times:
    """The milliseconds of each run, after two that do not count."""
    return list(_timed(runs + 2, do, before))[2:]


def _timed(runs: int, do: Callable[[], object], before: Callable[[], object]) -> Iterator[tuple[float, float]]:
    for _ in range(runs):
        before()
        clock, processor = time.perf_counter(), time.process_time()
        do()
        yield 1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor)


if __name__ == "__main__":
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    serve(json.loads(sys.argv[1]))
