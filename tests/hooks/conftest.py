"""A cluster whose two nodes hold keys, and the handler of these tests in place of the console's own."""

import pytest
from pytest_django import Settings

from console.domain.secrets import Secret
from console.models import Cluster
from console.services.hooks import refusals
from console.services.hooks.keys import issue_key
from tests.hooks import handler
from tests.hooks.wire import Wire
from tests.services import making

Key = tuple[str, Secret]


@pytest.fixture(autouse=True)
def handled_here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events go to the handler of these tests, and no test counts on from the one before."""
    monkeypatch.setattr(refusals, "tally", refusals.Tally())
    settings.HOOK_EVENTS = "tests.hooks.handler"
    handler.forget()


@pytest.fixture
def tokyo(db: None) -> Cluster:
    """A cluster of TOK-EX1 (primary) and TOK-EX2."""
    return making.cluster()


@pytest.fixture
def key(tokyo: Cluster) -> Key:
    """The key of TOK-EX1."""
    return issue_key(tokyo.nodes.get(role="primary"), making.actor())


@pytest.fixture
def other_key(tokyo: Cluster) -> Key:
    """The key of TOK-EX2."""
    return issue_key(tokyo.nodes.get(role="standby"), making.actor())


@pytest.fixture
def wire() -> Wire:
    """An honest way."""
    return Wire()
