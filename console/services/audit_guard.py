"""The database's own refusal to change or delete audit records: triggers, made after every migration.

A migration may have to rebuild a table, which takes its triggers along on SQLite: so they are laid aside before one and
made again after it. They stop mistakes and a console that was broken into; who owns the database can drop them, and the
chain with its anchors is what shows that.
"""

from typing import Any

from django.db import connections

TABLE, SEGMENTS, FUNCTION = "console_auditrecord", "console_auditsegment", "console_audit_guard"
TRIGGERS = ("console_audit_update", "console_audit_delete", "console_audit_replace", "console_audit_truncate")
SAYS = "Audit records cannot be changed or deleted."
OF_VENDOR = {"sqlite": TRIGGERS[:3], "postgresql": (*TRIGGERS[:2], TRIGGERS[3])}
"""The triggers that each database has: SQLite knows no TRUNCATE, PostgreSQL no REPLACE."""

_LEAVING = f"EXISTS (SELECT 1 FROM {SEGMENTS} s WHERE s.removing AND OLD.seq BETWEEN s.first_seq AND s.last_seq)"  # noqa: S608
_TAKEN = f"EXISTS (SELECT 1 FROM {TABLE} t WHERE t.seq = NEW.seq OR t.id = NEW.id)"  # noqa: S608
_ABORT = f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
_SQLITE = (
    f"CREATE TRIGGER {TRIGGERS[0]} BEFORE UPDATE ON {TABLE} {_ABORT}",
    f"CREATE TRIGGER {TRIGGERS[1]} BEFORE DELETE ON {TABLE} WHEN NOT {_LEAVING} {_ABORT}",
    # REPLACE would delete the old row without a word to the trigger for that.
    f"CREATE TRIGGER {TRIGGERS[2]} BEFORE INSERT ON {TABLE} WHEN {_TAKEN} {_ABORT}",
)
_POSTGRESQL = (
    f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF TG_OP = 'DELETE' THEN IF {_LEAVING} THEN RETURN OLD; END IF; END IF; "
    f"RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'restrict_violation'; END $$",
    f"CREATE TRIGGER {TRIGGERS[0]} BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
    f"CREATE TRIGGER {TRIGGERS[1]} BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
    f"CREATE TRIGGER {TRIGGERS[3]} BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()",
)
_ASK = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
}


def lifting(vendor: str) -> list[str]:
    """The statements that lay the guard aside, whether it stands or not."""
    on = f" ON {TABLE}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {name}{on}" for name in OF_VENDOR[vendor]]


def standing(using: str = "default") -> set[str]:
    """The triggers that are there."""
    connection = connections[using]
    table = {
        "sqlite": "sqlite_master WHERE type = 'trigger' AND",
        "postgresql": "pg_trigger WHERE tgenabled <> 'D' AND",
    }
    column = {"sqlite": "name", "postgresql": "tgname"}[connection.vendor]
    names = ", ".join(f"'{name}'" for name in OF_VENDOR[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table[connection.vendor]} {column} IN ({names})")  # noqa: S608
        return {name for (name,) in cursor.fetchall()}


def missing(using: str = "default") -> set[str]:
    """The triggers that should be there and are not."""
    return set(OF_VENDOR[connections[using].vendor]) - standing(using)


def lift(using: str = "default", **_: Any) -> None:
    """Lay the guard aside, for a migration."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        _run(using, lifting(connection.vendor))


def raise_(using: str = "default", **_: Any) -> None:
    """Make the guard, once the tables that it looks at are there."""
    connection = connections[using]
    if {TABLE, SEGMENTS} <= set(connection.introspection.table_names()):
        make = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[connection.vendor]
        _run(using, [*lifting(connection.vendor), *make])


def _run(using: str, statements: list[str]) -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
