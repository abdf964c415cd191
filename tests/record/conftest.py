"""A cluster whose failover waits for one other person."""

import pytest

from console.models import Cluster, Operation
from tests.approvals import asking
from tests.record import making as records
from tests.services import making


@pytest.fixture
def tokyo(db: None) -> Cluster:
    cluster = making.cluster()
    asking.guarded(cluster, override_roles=["administrator"])
    return cluster


@pytest.fixture
def ended(tokyo: Cluster) -> Operation:
    """An approved failover that has ended incomplete, below a signed head."""
    return records.recorded(tokyo)
