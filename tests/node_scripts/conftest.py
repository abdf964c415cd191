"""A node under Wine and a console that it can reach."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from console.models import Cluster
from console.services.hooks.keys import issue_key
from tests.node_scripts import answers
from tests.node_scripts.machine import Node, Prefix
from tests.services import making


@pytest.fixture(scope="session")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefix]:
    """One Windows for all these tests."""
    made = Prefix(tmp_path_factory.mktemp("wine") / "prefix")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def tokyo(transactional_db: None) -> Cluster:
    """A cluster of TOK-EX1 (primary) and TOK-EX2."""
    return making.cluster()


@pytest.fixture
def node(prefix: Prefix, tokyo: Cluster, live_server: Any, settings: Settings) -> Callable[..., Node]:
    """Makes TOK-EX1 with its scripts; words set what they are rendered from."""
    settings.HOOK_EVENTS = "tests.node_scripts.answers"
    answers.forget()
    key = issue_key(tokyo.nodes.get(role="primary"), making.actor())
    url = live_server.url.replace("localhost", "127.0.0.1")

    def make(**words: Any) -> Node:
        return Node(prefix, tokyo, words.pop("url", url), words.pop("key", key), **words)

    return make


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A folder for what is rendered."""
    return tmp_path / "out"
