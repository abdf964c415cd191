"""From a node's question to the worker's first journal line and to its go, the worker idle or busy.

The cluster product moves the group by itself; START.BAT on the node that gets it asks the console over HTTP. The times
are the database's own: when the question came in, the first line that the worker wrote, when the go was given and when
the node fetched it.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from console.demo import children
from console.lab import presets
from console.lab.definition import Script
from tests.benchmarks import figures
from tests.benchmarks.clicks import OPEN, WITHIN, move, query, seconds
from tests.tasks.conftest import Installation, installed, wait_for

KEYS = {"TYO-EX1": ("key-tyo-1", "1a" * 32), "TYO-EX2": ("key-tyo-2", "2b" * 32)}
ASKED = (
    "SELECT r.first_seen_at, (SELECT MIN(j.at) FROM console_journalline j WHERE j.operation_id = g.operation_id "
    "AND j.kind = 'started'), g.given_at, g.fetched_at FROM console_noderun r JOIN console_go g ON g.run_id = r.id "
    "ORDER BY g.id DESC LIMIT 1"
)
ANSWERED = "SELECT COUNT(*) FROM console_noderun WHERE first_event = 'starting' AND started_at IS NOT NULL"


def run(count: int) -> None:
    """A table of `count` questions with an idle worker, and as many while another cluster's operation runs."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        scripted = replace(presets.tokyo(base="127.0.36"), scripts="console", script=Script(retry=0.2))
        with installed(Path(name), scripted, presets.osaka(base="127.0.37")) as installation, _asking(installation):
            idle = [_ask(installation, number, busy=False) for number in range(count)]
            busy = [_ask(installation, number, busy=True) for number in range(count)]
    rows = [("seconds from the question (min / median / max)", "worker idle", "worker busy")]
    for column, label in enumerate(("to the first line", "to the go", "until the node has it")):
        rows.append((label, *(figures.spread([times[column] for times in all_], digits=3) for all_ in (idle, busy))))
    figures.table(f"From a node's question to its go, {count} questions each", rows)


@contextmanager
def _asking(installation: Installation) -> Iterator[None]:
    """Pages, queue and worker are up, and the nodes know where to ask and with which key."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    for node, (number, key) in KEYS.items():
        code, out, err = installation.manage(
            "nodekey", "issue", node, "--key-id", number, "--key-stdin", stdin=f"{key}\n"
        )
        assert code == 0, out + err
    installation.redis()
    installation.worker()
    installation.start("web", children.web(url))
    wait_for(lambda: _listens(port))
    installation.lab.webhook(url, KEYS)
    yield


def _listens(port: int) -> bool:
    with socket.socket() as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


def _ask(installation: Installation, number: int, *, busy: bool) -> tuple[float, float, float]:
    """(to the first line, to the go, to its fetching) of one move by the product; `busy`: beside another move."""
    group = installation.lab.world.clusters[0].groups[0]
    assert group.owner is not None
    before = query(installation, ANSWERED)[0]
    if busy:
        move(installation, "OSAKA", ("failover", "failback")[number % 2])
    installation.lab.type(group.owner.name, "clpgrp -m EXCHANGE")
    wait_for(lambda: query(installation, ANSWERED)[0] != before, WITHIN)
    wait_for(lambda: not query(installation, OPEN)[0], WITHIN)
    asked, line, given, fetched = query(installation, ASKED)
    return seconds(asked, line), seconds(asked, given), seconds(asked, fetched)
