"""The overview of hundreds of clusters against that of none: what the server takes for the page, and for one look.

Run as a program it measures one size in a database of its own: python -m tests.benchmarks.pages COUNT (prints JSON).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path

from tests.benchmarks import figures

ROOT = Path(__file__).parents[2]
PLACES = ("/", "/wall/", "/overview/rows")


def run(count: int, runs: int) -> None:
    """A table of pages: at no cluster, at `count` with rows that are known and with all new, and of one look."""
    none, many = _measured(0, runs), _measured(count, runs)
    rows = [("milliseconds (min / median / max)", "no cluster", f"{count} clusters", "ratio")]
    for what in many:
        before = none.get(what, [])
        ratio = figures.ratio(many[what], before) if before else ""
        rows.append(
            (what, figures.spread(before, digits=1) if before else "", figures.spread(many[what], digits=1), ratio)
        )
    figures.table(f"Pages on the server, {runs} times each", rows)


def _measured(count: int, runs: int) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = os.environ | {"CHANGEOVER_STATE_DIR": folder, "DJANGO_SETTINGS_MODULE": "console.settings"}
        command = [sys.executable, "-m", "tests.benchmarks.pages", str(count), str(runs)]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def one(count: int, runs: int) -> dict[str, list[float]]:
    """The milliseconds of each thing."""
    from django.test import Client

    from console.web.overview_rows import ROWS, RowStore
    from tests import personas

    fill(count)
    client = Client(headers={"host": "localhost"})
    client.force_login(personas.olga())
    found: dict[str, list[float]] = {}
    for place in PLACES:
        assert client.get(place).status_code == HTTPStatus.OK
        found[f"{place}, rows known"] = timed(runs, partial(client.get, place))
    if not count:
        return found
    found["one look, nothing new"] = timed(runs, ROWS.now)
    found["one look, every row new"] = timed(runs, lambda: RowStore().now())

    def seen_anew() -> None:
        ROWS._seen = RowStore()._seen
        client.get("/")

    found["/, every row new"] = timed(runs, seen_anew)
    return found


def fill(count: int) -> None:
    """So many clusters, observed just now; every fiftieth is down."""
    from console.models import Cluster, Node
    from tests.services import making
    from tests.web import world

    for number in range(count):
        name = f"{number:03}"  # the nodes' names begin with it
        cluster = making.cluster(name, 1)
        Cluster.objects.filter(pk=cluster.pk).update(floating_ip=f"10.{number // 250}.{number % 250}.10")
        for node in Node.objects.filter(cluster=cluster):
            Node.objects.filter(pk=node.pk).update(address=f"node-{node.pk}.corp.example")
        world.observed(cluster, mail="up" if number % 50 else "down")


def timed(runs: int, do: Callable[[], object]) -> list[float]:
    """The milliseconds of each run, after one that does not count."""
    do()
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        do()
        found.append(1000 * (time.perf_counter() - began))
    return found


if __name__ == "__main__":
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    sys.stdout.write(json.dumps(one(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
