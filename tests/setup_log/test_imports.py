"""The reader of logs and the doctor use each other, and either may be imported first."""

import subprocess
import sys

import pytest

BOTH = ["console.domain.setup_log", "console.domain.doctor"]


@pytest.mark.parametrize("names", [BOTH, BOTH[::-1]], ids=lambda names: names[0])
def test_either_may_be_imported_first(names: list[str]) -> None:
    program = f"import {names[0]}, {names[1]}; console.domain.setup_log.read, console.domain.doctor.diagnose"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
