"""The database's clock, which is the time: the clocks of web and worker hosts may differ."""

from datetime import UTC, datetime

from django.db import connections

_QUESTIONS = {
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
}


def database_now(using: str = "default") -> datetime:
    """The time now by the database, in UTC; SQLite knows milliseconds, PostgreSQL microseconds."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(_QUESTIONS[connection.vendor])
        (now,) = cursor.fetchone()
    return (datetime.fromisoformat(now) if isinstance(now, str) else now).astimezone(UTC)
