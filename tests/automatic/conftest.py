"""The scene of each test, new every time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.automatic.scene import Scene


@pytest.fixture
def scene(transactional_db: None, live_server: Any, tmp_path: Path) -> Iterator[Scene]:
    """Tokyo, active on TYO-EX1, with workers that are at work."""
    made = Scene(tmp_path / "lab", live_server.url)
    made.workers()
    yield made
    made.close()
