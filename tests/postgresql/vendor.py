"""A pytest plugin for a run on PostgreSQL: it fails every test that would run on another database."""

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    """The database is the one that the run is about."""
    assert connection.vendor == "postgresql"
