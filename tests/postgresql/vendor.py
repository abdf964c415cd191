"""A pytest plugin for a run on PostgreSQL: it fails every test that would run on another database."""

from typing import Any

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    """The database is the one that the run is about."""
    assert connection.vendor == "postgresql"


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_its_rows(_emptying_passes_the_guard: None) -> None:
    """Between tests that commit: TRUNCATE makes new files for every table and index, a hundred times the work.

    Neither the triggers of the audit nor foreign keys look on while the few rows go; sequences stay, as before.
    """
    from django.core.management.commands import flush

    def rows(style: Any, connection: Any, **how: Any) -> list[str]:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        deleting = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]
        return ["SET LOCAL session_replication_role = replica", *deleting]

    flush.sql_flush = rows
