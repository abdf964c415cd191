"""What rests on the database's own word, on PostgreSQL as in production: locks, constraints, races, sequences."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audit.test_concurrent import environment, numbers_of_writers_at_once

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
AREAS = (
    *("tests/audit", "tests/services", "tests/automatic/test_events.py"),
    *("tests/api/test_at_once.py", "tests/tokens/test_tokens.py", "tests/secrets/test_rotation.py"),
    *("tests/approvals/test_requests.py", "tests/approvals/test_emergency.py"),
    *("tests/inventory/test_apply.py", "tests/inventory/test_rows.py", "tests/setup/test_answers.py"),
    *("tests/notifications/test_delivery.py", "tests/notifications/test_reading.py"),
    *("tests/monitoring", "tests/observing/test_together.py", "tests/observing/test_spreading.py"),
)


@pytest.mark.timeout(600)  # hundreds of tests, beside three other processes
def test_what_holds_on_sqlite_holds_on_postgresql(database_url: str) -> None:
    """The tests of audit, operations, approvals, leases, journal, inventory and more, as they are, on the other one."""
    env = os.environ | {"CHANGEOVER_DATABASE_URL": database_url}
    chosen = [*AREAS, "-m", "not slow", "-q", "-p", "tests.postgresql.vendor", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *chosen], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert int(re.findall(r"(\d+) passed", ran.stdout)[-1]) > 100


def test_many_processes_leave_no_gap_in_the_audit(database_url: str, tmp_path: Path) -> None:
    env = environment(tmp_path) | {"CHANGEOVER_DATABASE_URL": database_url}
    numbers, written = numbers_of_writers_at_once(env)
    assert numbers == list(range(1, written + 1))
