"""What the chain of the audit costs: appending, verifying and searching, against the same table without the chain.

Run as a program it measures one database and prints its figures: python -m tests.benchmarks.audit_chain < ORDER (JSON).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks import figures
from tests.postgresql.conftest import running

ROOT = Path(__file__).parents[2]
BEGUN = datetime(2008, 7, 18, tzinfo=UTC)
WRITERS = 4
Sides = tuple[list[float], list[float]]


def run(records: int, appends: int, searches: int) -> None:
    """A table for SQLite and one for PostgreSQL, where it is installed, which gets the records of the first."""
    order = {"records": records, "appends": appends, "searches": searches}
    with tempfile.TemporaryDirectory(prefix="bench-audit-") as name:
        _measured("SQLite", {"CHANGEOVER_STATE_DIR": name}, order)
        if not (shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))):
            figures.say("  PostgreSQL is not measured: apt-get install postgresql")
            return
        with tempfile.TemporaryDirectory(prefix="bench-audit-") as state, running("bench-postgresql-") as url:
            env = {"CHANGEOVER_STATE_DIR": state, "CHANGEOVER_DATABASE_URL": url}
            source = str(Path(name) / "changeover.sqlite3")
            _measured("PostgreSQL (without fsync)", env, {**order, "source": source})


def _measured(engine: str, env: dict[str, str], order: dict[str, Any]) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHANGEOVER_")}
    env = {**kept, **env, "DJANGO_SETTINGS_MODULE": "console.settings"}
    began = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    command = [sys.executable, "-m", "tests.benchmarks.audit_chain"]
    done = subprocess.run(
        command, cwd=ROOT, env=env, input=json.dumps(order), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    rows = [("milliseconds", "chain: median / p95", "without: median / p95", "ratio of p95")]
    for what, (ours, theirs) in json.loads(done.stdout).items():
        sides = [f"{_rank(side, 50):,.2f} / {_rank(side, 95):,.2f}" for side in (ours, theirs)]
        rows.append((what, *sides, f"{_rank(ours, 95) / _rank(theirs, 95):.2f}"))
    figures.table(f"{engine}, {order['records']:,} records, {time.perf_counter() - began:,.0f} s in all", rows)


def _rank(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def one(order: dict[str, Any]) -> dict[str, Sides]:
    """The figures of both sides, in milliseconds, each in turns with the other."""
    from tests.benchmarks import audit_tables as tables

    plain = tables.fill(order["records"], order.get("source", ""))
    found = {"append one": _turns(order["appends"], tables.append, lambda: tables.append_plain(plain))}
    found[f"append, {WRITERS} processes at once"] = _at_once(order["appends"] // WRITERS)
    found |= _searched(plain, order)
    found["verify all, or only read and parse all"] = _turns(1, tables.verify_all, lambda: tables.read_all(plain))
    if not order.get("source"):
        found["single file, or only sha256sum"] = _turns(1, *_by_file(order["records"]))
    return found


def _searched(plain: Any, order: dict[str, Any]) -> dict[str, Sides]:
    """A page of what a person looks for, by what the audit's list filters by."""
    from console.services.audit_search import AuditFilter
    from tests.benchmarks import audit_tables as tables

    reader, middle = tables.reader(), order["records"] // 2
    days = {"since": BEGUN + timedelta(seconds=middle // 2), "until": BEGUN + timedelta(seconds=middle)}
    wanted = {
        "newest page": (AuditFilter(), None),
        "page from the middle": (AuditFilter(), middle),
        "by actor": (AuditFilter(actor="Person7"), None),
        "by cluster and time": (AuditFilter(cluster="mail7", **days), None),
        "by cluster, actor and origin": (AuditFilter(cluster="mail7", actor="person7", origin="page"), None),
        "by area of actions": (AuditFilter(action="approval:"), None),
        "refused, in a time": (AuditFilter(outcome="refused", **days), None),
        "one object": (AuditFilter(about=("operation", str(middle // 7))), None),
        "a word of one cluster": (AuditFilter(cluster="mail7", text=f"reason {middle // 60 * 60 + 7}"), None),
        "a word that none has, as far as is looked at once": (AuditFilter(text="no such word"), None),
    }
    found = {}
    for what, (asked, before) in wanted.items():
        count = order["searches"] // (10 if asked.text and not asked.cluster else 1)  # it looks into 100,000 records
        found[f"search: {what}"] = _turns(count, *tables.searches(plain, reader, asked, before))
    return found


def _at_once(count: int) -> Sides:
    """What each append took while so many processes appended side by side, to one table and then to the other."""
    return _writers("chain", count), _writers("plain", count)


def _writers(table: str, count: int) -> list[float]:
    command = [sys.executable, "-m", "tests.benchmarks.audit_chain"]
    order = json.dumps({"writer": table, "count": count}) + "\n"
    pipe = subprocess.PIPE
    writers = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) for _ in range(WRITERS)]
    for writer in writers:
        assert writer.stdin
        assert writer.stdout
        writer.stdin.write(order)
        writer.stdin.flush()
        assert writer.stdout.readline() == "ready\n"
    took: list[float] = []
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        told, _ = writer.communicate()
        assert not writer.returncode
        took += json.loads(told)
    return took


def _write(order: dict[str, Any]) -> list[float]:
    """One of the writers: says when it is ready, waits for the word, appends."""
    from tests.benchmarks import audit_tables as tables

    plain = tables.plain_model()
    act = tables.append if order["writer"] == "chain" else lambda: tables.append_plain(plain)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    return _turns(order["count"], act, lambda: None)[0]


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


def _turns(count: int, ours: Callable[[], object], theirs: Callable[[], object]) -> Sides:
    """Milliseconds of each, one after the other, so many times; each run begins with another side."""
    took: Sides = ([], [])
    for number in range(count):
        for side in ((0, 1), (1, 0))[number % 2]:
            began = time.perf_counter()
            (ours, theirs)[side]()
            took[side].append(1000 * (time.perf_counter() - began))
    return took


def main() -> None:
    """Measure, or append, as the order in the first line of standard input says."""
    import django

    django.setup()
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    sys.stdout.write(json.dumps(_write(order) if "writer" in order else one(order)) + "\n")


if __name__ == "__main__":
    main()
