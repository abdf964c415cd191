"""Restoring a backup: everything is checked before anything is touched, and what was under way is closed."""

import tempfile
from pathlib import Path

import structlog
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q

from console.domain.outcome import Ending, Status
from console.models import AuditRecord, Cluster, Operation
from console.services import audit, resting
from console.services.access import NotAllowed, actor_from_os, os_user, require
from console.services.audit_actions import Action
from console.services.backup.archive import BackupError, Manifest, extract, read
from console.services.backup.making import ENGINES
from console.services.clock import database_now
from console.services.endings import end

log = structlog.get_logger(__name__)


def check(source: Path, replace: str = "") -> Manifest:
    """What the backup says, once it is certain that it can be restored here. Changes nothing.

    `replace` is the name of the database, typed by whoever wants to lose what is in it. Raises `BackupError`, and
    `NotAllowed` when the database has accounts and the operating-system user is no administrator's.
    """
    manifest = read(source)
    if manifest.engine != connection.vendor:
        raise BackupError(
            f"{source} is a backup of {manifest.engine}, and the database here is {connection.vendor}.",
            "Set CHANGEOVER_DATABASE_URL to a database of the same kind.",
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(manifest.migrations) - known):
        raise BackupError(
            f"{source} was made by a later version of the console: {newer[-1]} is not known here.",
            "Install that version, then restore.",
        )
    _check_place(replace)
    return manifest


def restore(source: Path, replace: str = "", reason: str = "") -> Manifest:
    """Put the backup in the place of the database, bring it up to this version, and audit that. As `check`, first.

    Nobody stays signed in. What was under way when the backup was made ends uncertain: what became of it is not in
    there, and nothing of it is carried on by itself. Raises `BackupError`, `NotAllowed`.
    """
    manifest = check(source, replace)
    with tempfile.TemporaryDirectory(prefix="changeover-restore-") as folder:
        dump = Path(folder) / "database"
        extract(source, manifest, dump)
        ENGINES[connection.vendor].load(dump)
    call_command("migrate", interactive=False, verbosity=0)
    Session.objects.all().delete()
    _close(manifest)
    with transaction.atomic():
        subject, after = audit.Subject("database", None, source.name), {"made_at": manifest.made_at}
        audit.record(Action.BACKUP_RESTORED, _actor(), subject, reason=reason, after=after)
    log.warning("database restored", backup=source.name, made_at=manifest.made_at)
    return manifest


def _check_place(replace: str) -> None:
    """Raise `BackupError` unless the database is empty or its name was typed, and no worker is at work on it."""
    tables = set(connection.introspection.table_names())
    rows = [model for model in (AuditRecord, Cluster, User) if model._meta.db_table in tables]
    if not any(model._default_manager.exists() for model in rows):
        return
    require(actor_from_os(), "administer")
    name = ENGINES[connection.vendor].name()
    if replace != name:
        raise BackupError(
            f"The database {name} is not empty: everything in it would be lost.",
            f"Make a backup of it first; then say --replace {name}",
        )
    busy = Operation.objects.filter(status=Operation.Status.RUNNING, lease_until__gt=database_now()).first()
    if busy is not None:
        raise BackupError(f"A worker is carrying out operation {busy.pk}.", "Wait for its end, and stop the workers.")


def _close(manifest: Manifest) -> None:
    for operation in Operation.objects.filter(status__in=Operation.ACTING).select_related("cluster"):
        ending = Ending(
            Status.UNCERTAIN,
            f"The database was restored from a backup of {manifest.made_at}, when this operation was under way. What "
            "became of it afterwards is not known here.",
            operation.current_step,
            f"Observe {operation.cluster.name} afresh, then acknowledge this operation with what you found.",
            changed=True,
        )
        end(operation.pk, ending, only_if=Q())
    why = f"The database was restored from a backup of {manifest.made_at}; nodes and directory may be further on."
    resting.pause_all(why)


def _actor() -> audit.Actor:
    """Whoever restores, as the restored accounts know him; by his name alone when they do not."""
    try:
        return audit.Actor.of(actor_from_os(), AuditRecord.Origin.COMMAND_LINE)
    except NotAllowed:
        return audit.Actor(None, os_user(), AuditRecord.Origin.COMMAND_LINE)
