"""A lab on loopback whose nodes are observed again and again over connections that are kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import KeptNodes
from console.lab.presets import fast_definition, tokyo
from console.lab.server import Lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Tokyo (2003), fast."""
    with Lab(fast_definition(tokyo(base="127.0.37")), tmp_path / "lab") as running:
        yield running


@pytest.fixture
def nodes() -> Iterator[KeptNodes]:
    """Nodes whose channels are kept, closed in the end."""
    kept = KeptNodes(SystemClock())
    yield kept
    kept.close()
