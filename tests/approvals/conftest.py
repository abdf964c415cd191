"""Browsers of people who signed in a moment ago, and a cluster whose failover waits."""

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.models import Cluster
from console.web.session_limits import BEGUN
from tests.approvals import asking
from tests.services import making


def browser(user: User | None, ago: float = 1) -> Client:
    """A browser in which somebody signed in so many seconds ago."""
    assert user is not None
    client = Client()
    client.force_login(user)
    session = client.session
    session[BEGUN] = time.time() - ago
    session.save()
    return client


@pytest.fixture
def tokyo(db: None) -> Cluster:
    """A failover waits for one other person, a failback for two; administrators may go without in an emergency."""
    cluster = making.cluster()
    asking.guarded(cluster, override_roles=["administrator"])
    asking.guarded(cluster, "failback", 2)
    return cluster


@pytest.fixture
def sees() -> Callable[..., str]:
    """The text that a browser gets, with this status."""

    def read(client: Client, address: str, status: int = 200) -> str:
        response = client.get(address)
        assert response.status_code == status, response.content.decode()[:2000]
        return response.content.decode()

    return read
