"""A migrated SQLite database for every test process to copy, made once for as long as what it is made of stays."""

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
from tests.architecture.sources import module_at, outline

KEPT = children.CHECKOUT / ".pytest_cache" / "d" / "schema"
"""Where pytest keeps what takes long to make: `--cache-clear` empties it."""
CONSOLE = children.CHECKOUT / "console"
BEGINNINGS = ("migrations/*.py", "models/**/*.py", "apps.py", "settings.py")
"""What decides how the database looks that `migrate` makes, with all that it imports."""
LOCK = children.CHECKOUT / "deploy" / "constraints.txt"
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
    """A name for all that the database is made of: versions, migrations, models, and whatever of ours they import."""
    found = hashlib.sha256()
    for path in sorted({LOCK, *sources()}):
        found.update(f"{path}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def sources() -> Iterator[Path]:
    """Every file that decides how the database looks, some of them twice."""
    for app in apps.get_app_configs():
        yield from (Path(app.path) / "migrations").glob("*.py")
    waiting = [path for what in BEGINNINGS for path in CONSOLE.glob(what)]
    seen = set(waiting)
    while waiting:
        yield (path := waiting.pop())
        new = {*_imported(path)} - seen
        seen |= new
        waiting += new


def _imported(path: Path) -> Iterator[Path]:
    """The files of the console that one imports, with the packages that they lie in."""
    for _, name in outline(module_at(path)).imports:
        parts = name.split(".") if name.startswith("console.") else []
        for count in range(1, len(parts)):
            one = CONSOLE.joinpath(*parts[1 : count + 1])
            yield from (file for file in (one.with_suffix(".py"), one / "__init__.py") if file.is_file())
