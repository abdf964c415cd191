"""A sample of the chaos, in minutes: every fault first, then other cases by a seed that changes every day."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
MINUTES = 4
"""After them no case begins, so that the whole stays within five. It is of one environment: each has to start, and to
go every way without a fault, before the first case of it counts."""
SIZE = 24
SEED = datetime.now(UTC).toordinal()
LATE_COMMAND = ("failover/stop-MSExchangeIS/stop", "failover/mailboxes/stop")


@pytest.fixture(scope="module")
def said() -> tuple[int, list[str]]:
    """The exit code of the harness, and its lines."""
    sample = ("--sample", str(SIZE), "--seed", str(SEED), "--minutes", str(MINUTES), "--environments", "1")
    words = [word for case in LATE_COMMAND for word in ("--case", case)]
    command = [sys.executable, "-m", "tests.chaos", *sample, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, [f"sample of seed {SEED}", *(done.stdout + done.stderr).splitlines()]


def test_a_sample_loses_nothing_and_does_nothing_twice(said: tuple[int, list[str]]) -> None:
    code, lines = said
    assert code == 0, "\n".join(lines)
    assert " 0 lost, 0 twice, 0 stuck, " in lines[-1]


@pytest.mark.parametrize("case", LATE_COMMAND)
def test_a_worker_that_stood_still_past_its_lease_is_refused_says_so_and_reaches_nothing(
    said: tuple[int, list[str]], case: str
) -> None:
    """The judge holds everything that the lab saw until after the waking against runs without a fault."""
    told = [line for line in said[1] if f" {case}: " in line]
    assert len(told) == 1, "\n".join(said[1])
    assert f"{case}: succeeded" in told[0]
    assert "woke up and said: " in told[0]
