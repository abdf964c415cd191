"""A sample of the chaos, in a few minutes: some cases always, the others by a seed that changes every day."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

ROOT = Path(__file__).parents[2]
MINUTES = 3
SIZE = 40
SEED = datetime.now(UTC).toordinal()
LATE_COMMAND = ("failover/stop-MSExchangeIS/stop", "failover/mailboxes/stop")


def chaos(*words: str) -> tuple[int, str]:
    """Run the harness; its exit code and what it said."""
    command = [sys.executable, "-m", "tests.chaos", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_sample_loses_nothing_and_does_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nchaos: sample of seed {SEED}\n")
    code, said = chaos("--sample", str(SIZE), "--seed", str(SEED), "--minutes", str(MINUTES))
    assert code == 0, said
    assert " 0 lost, 0 twice, 0 stuck, " in said.splitlines()[-1]


def test_a_worker_that_stood_still_past_its_lease_is_refused_says_so_and_reaches_nothing() -> None:
    """The judge holds everything that the lab saw until after the waking against runs without a fault."""
    code, said = chaos("--environments", "1", *(word for case in LATE_COMMAND for word in ("--case", case)))
    assert code == 0, said
    assert "2 cases, 0 lost, 0 twice, 0 stuck" in said.splitlines()[-1]
    for case in LATE_COMMAND:
        told = next(line for line in said.splitlines() if f"{case}: succeeded" in line)
        assert "woke up and said: " in told
