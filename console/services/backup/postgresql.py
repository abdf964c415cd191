"""PostgreSQL: saved and put back by its own programs, which have to be on the PATH."""

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from console.services import audit_guard
from console.services.backup.archive import BackupError

OURS = ("console_", "auth_", "django_", "account_", "mfa_", "socialaccount_", "usersessions_")
"""How the tables of the console begin: these go before the saved ones come, and no others."""
LOCKS_WITHIN = "15s"


def dump(target: Path) -> None:
    """Write the database, as it is at one moment, to the new file `target`. Raises `BackupError`."""
    target.touch(mode=0o600, exist_ok=False)
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(target), _dbname())


def load(source: Path) -> None:
    """Put `source` in the place of the console's tables, in one transaction. Raises `BackupError`."""
    script, before = source.with_suffix(".sql"), source.with_suffix(".before.sql")
    for path in (script, before):
        path.touch(mode=0o600, exist_ok=False)
    _run("pg_restore", "--no-owner", "--no-privileges", "--file", str(script), str(source))
    before.write_text(f"SET lock_timeout = '{LOCKS_WITHIN}';\n{_drops()}", encoding="utf-8")
    connection.close()
    options = ("--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction")
    _run("psql", *options, "--file", str(before), "--file", str(script), "--no-password", _dbname())


def name() -> str:
    """What a person types to have the database replaced."""
    return str(connection.settings_dict["NAME"])


def _drops() -> str:
    quote = connection.ops.quote_name
    tables = [quote(table) for table in connection.introspection.table_names() if table.startswith(OURS)]
    drops = [f"DROP TABLE {', '.join(tables)} CASCADE;\n"] if tables else []
    return "".join([*drops, f"DROP FUNCTION IF EXISTS {audit_guard.FUNCTION}() CASCADE;\n"])


def _dbname() -> str:
    """Where the database is, without its password."""
    told = connection.settings_dict
    parts = {"dbname": told["NAME"], "user": told["USER"], "host": told["HOST"], "port": told["PORT"]}
    options = {key: value for key, value in told["OPTIONS"].items() if isinstance(value, str | int)}
    return "--dbname=" + make_conninfo(**{key: value for key, value in (parts | options).items() if value})


def _run(program: str, *words: str) -> None:
    found = shutil.which(program)
    if found is None:
        remedy = "Install PostgreSQL's programs, of the server's version or later: apt-get install postgresql-client"
        raise BackupError(f"There is no {program} on the PATH.", remedy)
    password = str(connection.settings_dict["PASSWORD"])
    env = os.environ | ({"PGPASSWORD": password} if password else {})  # argv would show it to every user
    argv = [found, *words]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    if done.returncode:
        said = " ".join(done.stderr.split())[-600:]
        remedy = "Stop the web server and the workers, and see what PostgreSQL says; then run the command again."
        raise BackupError(f"{program} failed: {said or f'exit code {done.returncode}'}", remedy)
