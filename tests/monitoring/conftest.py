"""A cluster to be measured, and probes that are answered afresh."""

import pytest

from console.models import Cluster
from console.services import health as service
from console.web import health
from tests.services import making


@pytest.fixture(autouse=True)
def _afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer from the test before."""
    monkeypatch.setattr(health, "ready_now", service.Kept())


@pytest.fixture
def tokyo(db: None) -> Cluster:
    """A cluster that nobody has seen yet."""
    return making.cluster()
