"""What the chain of the audit costs: appending, verifying and searching, against the same table without the chain.

Run as a program it measures one database and prints its figures: python -m tests.benchmarks.audit_chain < ORDER (JSON).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks import figures

ROOT = Path(__file__).parents[2]
BATCH = 20_000
BEGUN = datetime(2008, 7, 18, tzinfo=UTC)


def run(records: int, appends: int, searches: int) -> None:
    """A table for SQLite and one for PostgreSQL, where it is installed."""
    with tempfile.TemporaryDirectory(prefix="bench-audit-") as name:
        _measured("SQLite", {"CHANGEOVER_STATE_DIR": name}, records, appends, searches)
    if not (shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))):
        figures.say("  PostgreSQL is not measured: apt-get install postgresql")
        return
    with tempfile.TemporaryDirectory(prefix="bench-audit-") as name, _postgresql() as url:
        env = {"CHANGEOVER_STATE_DIR": name, "CHANGEOVER_DATABASE_URL": url}
        _measured("PostgreSQL (without fsync)", env, records, appends, searches)


def _measured(engine: str, env: dict[str, str], records: int, appends: int, searches: int) -> None:
    order = json.dumps({"records": records, "appends": appends, "searches": searches})
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHANGEOVER_")}
    env = {**kept, **env, "DJANGO_SETTINGS_MODULE": "console.settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    command = [sys.executable, "-m", "tests.benchmarks.audit_chain"]
    done = subprocess.run(command, cwd=ROOT, env=env, input=order, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    rows = [("what", "chain: median / p95", "without: median / p95", "ratio of p95")]
    for what, (ours, theirs) in json.loads(done.stdout).items():
        sides = [f"{_rank(side, 50):,.2f} / {_rank(side, 95):,.2f}" for side in (ours, theirs)]
        rows.append((what, *sides, f"{_rank(ours, 95) / _rank(theirs, 95):.2f}"))
    figures.table(f"{engine}, {records:,} records", rows)


def _rank(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


@contextmanager
def _postgresql() -> Iterator[str]:
    """A server of its own, as the tests start one."""
    from tests.postgresql.conftest import UNPRIVILEGED, free_port, started, wait_until_ready

    folder, password, port = Path(tempfile.mkdtemp(prefix="bench-postgresql-")), secrets.token_hex(12), free_port()
    (folder / "password").write_text(password)
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    for path in (folder, folder / "password") if user else ():
        shutil.chown(path, user)
    try:
        server = started(folder, port, user)
        try:
            wait_until_ready(server, port, folder)
            yield f"postgresql://console:{password}@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def one(order: dict[str, int]) -> dict[str, tuple[list[float], list[float]]]:
    """The figures of both sides, in milliseconds, each in turns with the other."""
    from tests.benchmarks import audit_tables as tables

    plain = tables.fill(order["records"], BATCH)
    return {
        "append one": _turns(order["appends"], tables.append, lambda: tables.append_plain(plain)),
        "search by actor, newest 50": _turns(order["searches"], *tables.searches(plain, actor="person7")),
        "search by cluster and time": _turns(
            order["searches"],
            *tables.searches(plain, cluster="MAIL7", since=BEGUN + timedelta(hours=8), until=BEGUN + timedelta(days=2)),
        ),
        "search a word anywhere": _turns(3, *tables.searches(plain, text="reason 77")),
        "verify all, or only read and parse all": _turns(1, tables.verify_all, lambda: tables.read_all(plain)),
        "single file, or only sha256sum": _turns(1, *_by_file(order["records"])),
    }


def _by_file(records: int) -> tuple[Callable[[], object], Callable[[], object]]:
    from console.domain import verify_audit
    from tests.benchmarks import audit_tables as tables

    file = Path(tempfile.mkdtemp(dir=os.environ["CHANGEOVER_STATE_DIR"])) / "export.jsonl"
    tables.export(file)

    def single() -> None:
        words = [sys.executable, verify_audit.__file__, str(file), "--json"]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        assert json.loads(done.stdout)["records"] >= records

    def alone() -> None:
        with file.open("rb") as opened:
            hashlib.file_digest(opened, "sha256")

    return single, alone


def _turns(count: int, ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Milliseconds of each, one after the other, so many times; each run begins with another side."""
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(count):
        for side in ((0, 1), (1, 0))[number % 2]:
            began = time.perf_counter()
            (ours, theirs)[side]()
            took[side].append(1000 * (time.perf_counter() - began))
    return took


def main() -> None:
    """Measure as the order on standard input says."""
    import django

    django.setup()
    order: dict[str, Any] = json.load(sys.stdin)
    sys.stdout.write(json.dumps(one(order)) + "\n")


if __name__ == "__main__":
    main()
