"""A node under Wine and a console that it can reach."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from console.models import Cluster
from console.services.hooks.keys import issue_key
from tests.node_scripts import answers
from tests.node_scripts.between import Between
from tests.node_scripts.machine import Node, Prefix, WineUnavailable
from tests.services import making


@pytest.fixture(scope="session")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefix]:
    """One Windows for all these tests. Where there is no Wine they fail, saying what to install."""
    made = Prefix(tmp_path_factory.mktemp("wine") / "prefix")
    try:
        made.start()
    except WineUnavailable as exc:
        pytest.fail(str(exc), pytrace=False)
    yield made
    made.stop()


@pytest.fixture
def tokyo(transactional_db: None) -> Cluster:
    """A cluster of TOK-EX1 (primary) and TOK-EX2."""
    return making.cluster()


@pytest.fixture
def console(live_server: Any) -> str:
    """Where the console listens."""
    return str(live_server.url).replace("localhost", "127.0.0.1")


@pytest.fixture
def node(prefix: Prefix, tokyo: Cluster, console: str, settings: Settings) -> Callable[..., Node]:
    """Makes TOK-EX1 with its scripts; words set the cluster's generation and what the scripts are rendered from."""
    settings.HOOK_EVENTS = "tests.node_scripts.answers"
    answers.forget()
    key = issue_key(tokyo.nodes.get(role="primary"), making.actor())

    def make(generation: str = "2003", extra: tuple[str, ...] = (), **words: Any) -> Node:
        tokyo.generation, tokyo.extra_services = generation, list(extra)
        return Node(prefix, tokyo, words.pop("url", console), words.pop("key", key), **words)

    return make


@pytest.fixture
def between(console: str) -> Iterator[Between]:
    """What lies between a node and the console, for a node that is made with its `url`."""
    with Between(console) as made:
        yield made
