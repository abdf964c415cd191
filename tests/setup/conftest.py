"""The scene of a procedure: a cluster that is set up and runs the console's scripts, from which a test takes away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.lab import presets
from tests.setup.scene import Scene


@pytest.fixture
def scene(transactional_db: None, tmp_path: Path) -> Iterator[Scene]:
    """An Exchange 2003 cluster: NGO-EX1 (primary, active) and NGO-EX2."""
    made = Scene(tmp_path / "lab", presets.nagoya())
    yield made
    made.close()
