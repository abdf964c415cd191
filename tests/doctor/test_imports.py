"""Doctor, log reader and catalog need each other: whichever is imported first, it works."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "first", ["console.domain.setup_log", "console.domain.doctor", "console.domain.field", "console.catalog"]
)
def test_any_of_them_may_be_imported_first(first: str) -> None:
    ended = subprocess.run([sys.executable, "-c", f"import {first}"], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
