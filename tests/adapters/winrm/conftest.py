"""A lab on loopback, and sessions to its nodes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import WinrmNodes, WinrmSession
from console.lab.presets import PASSWORD, fast_definition, osaka, tokyo
from console.lab.server import Lab
from tests.adapters.winrm.inventory import make_node

Open = Callable[..., AbstractContextManager[WinrmSession]]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Tokyo (2003) and Osaka (2007), fast."""
    with Lab(fast_definition(tokyo(), osaka()), tmp_path / "lab") as running:
        yield running


@pytest.fixture
def open_session(lab: Lab) -> Open:
    """A session to a node of the lab; keywords change how it is reached."""

    def opened(name: str = "TYO-EX1", **changes: Any) -> AbstractContextManager[WinrmSession]:
        return WinrmNodes(SystemClock()).open(make_node(lab, name, PASSWORD, **changes))

    return opened


@pytest.fixture
def session(open_session: Open) -> Iterator[WinrmSession]:
    """A session to TYO-EX1 over NTLM with message encryption."""
    with open_session() as opened:
        yield opened
