"""Many processes write the audit at once, some of them change their mind: no number is missing or given twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WRITERS, EACH = 4, 25
WRITER = f"""
import django
django.setup()
from django.db import transaction
from console.services import audit
from console.services.audit_actions import Action
for number in range({EACH}):
    try:
        with transaction.atomic():
            audit.record(Action.SITE_CHANGED, audit.SYSTEM, audit.Subject("site", number))
            if number % 5 == 4:
                raise KeyError
    except KeyError:
        pass
"""
READER = """
import django
django.setup()
from console.models import AuditRecord
rows = list(AuditRecord.objects.order_by("seq").values_list("seq", "at"))
print(*[seq for seq, _ in rows])
assert [at for _, at in rows] == sorted(at for _, at in rows)
from console.services.audit_verify import verify
report = verify()
assert report.holds, report.findings
"""


def environment(state: Path) -> dict[str, str]:
    """The variables of an installation of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHANGEOVER_")}
    return kept | {"CHANGEOVER_STATE_DIR": str(state), "DJANGO_SETTINGS_MODULE": "console.settings"}


def numbers_of_writers_at_once(env: dict[str, str]) -> tuple[list[int], int]:
    """Migrate that installation, let the writers loose on it, and give the numbers in order and how many were kept."""
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER], cwd=ROOT, env=env) for _ in range(WRITERS)]
    assert [writer.wait(60) for writer in writers] == [0] * WRITERS
    read = subprocess.run([sys.executable, "-c", READER], cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return [int(seq) for seq in read.stdout.split()], WRITERS * EACH * 4 // 5


def test_concurrent_writers_leave_no_gap(tmp_path: Path) -> None:
    numbers, written = numbers_of_writers_at_once(environment(tmp_path))
    assert numbers == list(range(1, written + 1))
