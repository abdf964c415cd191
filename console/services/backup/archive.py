"""The file of a backup: a zip archive with the database as one member, and a manifest that says what it is."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from console.domain.errors import ChangeoverError

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"
CHUNK = 1 << 20


class BackupError(ChangeoverError):
    """A backup could not be made, or a file is not one that can be restored here."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself."""

    engine: str
    """`sqlite` or `postgresql`."""
    made_at: str
    """By the database's clock, ISO 8601."""
    migrations: tuple[str, ...]
    """`app.name` of each migration that the database had, sorted."""
    sha256: str
    """Of the member with the database."""
    format: int = FORMAT


def write(target: Path, database: Path, engine: str, made_at: str, migrations: tuple[str, ...]) -> Manifest:
    """Make the backup `target` (mode 0600) from the dump `database`: there whole, or not at all.

    Raises `BackupError` when there is such a file already, or when it cannot be written.
    """
    manifest = Manifest(engine, made_at, migrations, _digest(database))
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with private(draft) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
            archive.write(database, DATABASE)
        os.link(draft, target)
    except FileExistsError as error:
        raise BackupError(f"There is a file {error.filename2 or error.filename} already.", _ANOTHER) from error
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.", _ANOTHER) from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


_ANOTHER = "Name another file, in a folder that this account may write to."


def read(source: Path) -> Manifest:
    """What the backup says about itself. Raises `BackupError` for a file that is none, or of another format."""
    try:
        with zipfile.ZipFile(source) as archive:
            told = json.loads(archive.read(MANIFEST))
        if told["format"] != FORMAT:
            remedy = "Restore it with the version of the console that made it, then upgrade."
            raise BackupError(f"{source} has the format {told['format']!r}; this version reads {FORMAT}.", remedy)
        return Manifest(**{**told, "migrations": tuple(told["migrations"])})
    except OSError as error:
        raise BackupError(f"{source} cannot be read: {error.strerror}.", "Name a file of manage.py backup.") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise BackupError(f"{source} is not a backup, or is damaged.", "Name a file of manage.py backup.") from error


def extract(source: Path, manifest: Manifest, target: Path) -> None:
    """Write the database of the backup to `target` (mode 0600). Raises `BackupError` when it is damaged."""
    found = hashlib.sha256()
    try:
        with zipfile.ZipFile(source) as archive, archive.open(DATABASE) as member, private(target) as file:
            while chunk := member.read(CHUNK):
                found.update(chunk)
                file.write(chunk)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise BackupError(f"{source} is damaged.", "Take another backup.") from error
    if found.hexdigest() != manifest.sha256:
        raise BackupError(f"{source} is damaged: its database is not the one that was saved.", "Take another backup.")


@contextmanager
def private(path: Path) -> Iterator[Any]:
    """The new file `path`, which only its owner may read, open for bytes; on the disk when it is closed."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
