"""Browsers of the people in our tests, and a page as a reader sees it."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.models import Cluster
from tests import personas
from tests.services import making


def signed_in(user: User) -> Client:
    """A browser in which `user` is signed in; it obeys the form check as a real one must."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def olga(db: None) -> Client:
    """Operates."""
    return signed_in(personas.olga())


@pytest.fixture
def rita(db: None) -> Client:
    """Only sees."""
    return signed_in(personas.rita())


@pytest.fixture
def ada(db: None) -> Client:
    """Does everything."""
    return signed_in(personas.ada())


@pytest.fixture
def aki(db: None) -> Client:
    """Reads the audit."""
    return signed_in(personas.aki())


@pytest.fixture
def sam(db: None) -> Client:
    """Has no role."""
    return signed_in(personas.sam())


@pytest.fixture
def tokyo(olga: Client) -> Cluster:
    """A cluster of TOK-EX1 (primary) and TOK-EX2."""
    return making.cluster()


@pytest.fixture
def page() -> Callable[..., str]:
    """The text of a page that was found."""

    def read(client: Client, address: str, status: int = 200) -> str:
        response = client.get(address)
        assert response.status_code == status, response.content.decode()[:2000]
        return response.content.decode()

    return read
