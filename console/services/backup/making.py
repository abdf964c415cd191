"""Making a backup: audited, then the whole database as it is at one moment, in one file."""

import tempfile
from pathlib import Path

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from console.services import audit
from console.services.audit_actions import Action
from console.services.backup import archive, postgresql, sqlite
from console.services.clock import database_now

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}


def make(target: Path, actor: audit.Actor, reason: str = "") -> archive.Manifest:
    """Save everything to the new file `target`, readable by its owner alone, while the console goes on.

    The record of it is the last that the backup holds for certain. Raises `BackupError`.
    """
    if target.exists():
        raise archive.BackupError(f"There is a file {target} already.", "Name another file.")
    now = database_now().isoformat()
    with transaction.atomic():
        audit.record(Action.BACKUP_MADE, actor, audit.Subject("database", None, target.name), reason=reason)
    with tempfile.TemporaryDirectory(prefix=".changeover-backup-", dir=_folder(target)) as folder:
        dump = Path(folder) / archive.DATABASE
        ENGINES[connection.vendor].dump(dump)
        return archive.write(target, dump, connection.vendor, now, applied())


def applied() -> tuple[str, ...]:
    """`app.name` of every migration that the database has; empty for an empty database."""
    return tuple(sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()))


def _folder(target: Path) -> Path:
    """Where the backup comes to lie, so that nothing is written elsewhere and the disk is the right one."""
    folder = target.absolute().parent
    if not folder.is_dir():
        raise archive.BackupError(f"There is no folder {folder}.", "Make it, or name another one.")
    return folder
