"""A pair whose group runs no scripts yet; Exchange is installed and stopped, none of its files on the partition."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.lab import presets
from tests.moves.ground import Ground
from tests.setup_actions.acting import Acting

PRESETS = {"2003": presets.tokyo, "2007": presets.osaka}


@pytest.fixture
def acting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Acting]:
    """Exchange 2003, or the generation that the test names."""
    made = replace(PRESETS[getattr(request, "param", "2003")](), services_running=False)
    ground = Ground(tmp_path / "lab", made, mailboxes=1)
    yield Acting(ground)
    ground.close()
