"""SQLite: copied page by page while others write (its online backup), and put back the same way."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

from console.services.backup.archive import BackupError

WAIT = 20.0
"""Seconds to wait for whoever writes."""


def dump(target: Path) -> None:
    """Write the database, as it is at one moment, to the new file `target`. Raises `BackupError`."""
    target.touch(mode=0o600, exist_ok=False)
    with closing(_open(_place())) as source, closing(_open(target)) as copy:
        _copy(source, copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def load(source: Path) -> None:
    """Put `source` in the place of the database, in one transaction. Raises `BackupError`."""
    connection.close()
    with closing(_open(source)) as saved, closing(_open(_place())) as database:
        (verdict,) = saved.execute("PRAGMA quick_check").fetchone()
        if verdict != "ok":
            raise BackupError(f"The backup's database is damaged: {verdict}.", "Take another backup.")
        _copy(saved, database)


def name() -> str:
    """What a person types to have the database replaced."""
    return _place().name


def _place() -> Path:
    return Path(connection.settings_dict["NAME"])


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=WAIT)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    try:
        source.backup(target)
    except sqlite3.Error as error:
        remedy = "Stop the web server and the workers, and see that the disk has room; then run the command again."
        raise BackupError(f"The database could not be copied: {error}.", remedy) from error
