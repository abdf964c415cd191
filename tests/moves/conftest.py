"""Labs for planned moves: a cluster of each generation, new for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.lab import presets
from tests.moves.ground import Ground


@pytest.fixture(params=["2003", "2007"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """A cluster of either generation."""
    made = Ground(tmp_path / "lab", presets.tokyo() if request.param == "2003" else presets.osaka())
    yield made
    made.close()


@pytest.fixture
def tokyo(tmp_path: Path) -> Iterator[Ground]:
    """The Exchange 2003 cluster: TYO-EX1 (primary) and TYO-EX2."""
    made = Ground(tmp_path / "lab", presets.tokyo())
    yield made
    made.close()
