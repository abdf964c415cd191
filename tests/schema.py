"""A migrated SQLite database for every test process to copy, made once for as long as the console stays the same."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps

from console.demo import children

KEPT = children.CHECKOUT / ".pytest_cache" / "d" / "schema"
"""Where pytest keeps what takes long to make: `--cache-clear` empties it."""
DATABASE = "changeover.sqlite3"
"""What the console calls its file."""


def place(path: Path) -> None:
    """Write a copy of the migrated database to `path`. Test processes wait for the one that makes it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    made = KEPT / f"{_of_the_console()}.sqlite3"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(made)
        shutil.copyfile(made, path)


def _make(made: Path) -> None:
    """As `manage.py migrate` does it; what was made of another console goes."""
    for old in KEPT.glob("*.sqlite3"):
        old.unlink()
    folder = KEPT / "making"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    env = children.environment(os.environ, folder, folder / "redis.sock")
    argv = [*children.MANAGE, "migrate", "--no-input", "--verbosity", "0"]
    subprocess.run(argv, env=env, check=True, timeout=300)
    (folder / DATABASE).rename(made)
    shutil.rmtree(folder)


@cache
def _of_the_console() -> str:
    """A name for all that migrations are made of: those of every application, and whatever of ours they import."""
    found = hashlib.sha256()
    for path in sorted(_sources()):
        found.update(f"{path}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    yield from (children.CHECKOUT / "console").rglob("*.py")
    for app in apps.get_app_configs():
        yield from (Path(app.path) / "migrations").glob("*.py")
