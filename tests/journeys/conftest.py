"""One console with its lab for all journeys, one Chromium, and for every journey a cluster that no other one uses."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.conftest import OF_A_CONSOLE
from tests.journeys.by_keys import BY_KEYS
from tests.journeys.colleagues import Colleague, make_accounts
from tests.journeys.keyboard import keys_alone
from tests.journeys.person import Person, sign_in
from tests.journeys.stack import LOGIN, LabCluster, Stack

CLUSTERS, SCRIPTED = 56, 8
FEW, FEW_SCRIPTED = 22, 2
"""For those that tests/conftest.py gives a console of their own: who only looks at pages, and who has only keys."""
GENERATIONS = ("2003", "2007")
CHROMIUM = "/usr/lib/chromium/chromium-headless-shell"
"""Chromium without what is around a page: each window of the whole browser takes several times the processor time."""
FLAGS = [
    "--no-sandbox",  # the gate runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
People = Callable[..., Person]
Who = Callable[[str], Colleague]
HERE = Path(__file__).parent
DRIVEN = ExitStack()
RUNNING: list[Browser] = []
STARTED: list[Stack] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(300))  # the first one waits for the whole console to start


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The console that runs, or another after tests that need none."""
    if not STARTED:
        _start(tmp_path_factory.mktemp("stack"))
    assert STARTED[0].ready, "The console did not start: the first journey that asked for it says why."
    return STARTED[0]


def _start(folder: Path) -> None:
    """A console as large as those need it who come first; others who come right after them use it too."""
    few = os.environ["PYTEST_CURRENT_TEST"].startswith(OF_A_CONSOLE)
    made = Stack(folder, *((FEW, FEW_SCRIPTED) if few else (CLUSTERS, SCRIPTED)))
    STARTED.append(made)
    DRIVEN.callback(STARTED.clear)
    DRIVEN.callback(made.stop)
    made.start()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """After the last journey everything ends: a console has work even where nobody asks it for anything.

    While Chromium is driven a loop runs here besides, beside which Django does not work.
    """
    if nextitem is None or not nextitem.path.is_relative_to(HERE):
        DRIVEN.close()


def chromium() -> Browser:
    """Chromium, without a window: the one that runs, or another after journeys of another console."""
    if not RUNNING:
        playwright = DRIVEN.enter_context(sync_playwright())
        RUNNING.append(playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS))
        DRIVEN.callback(RUNNING.clear)
        DRIVEN.callback(RUNNING[0].close)
    return RUNNING[0]


@pytest.fixture
def keys(request: pytest.FixtureRequest, sent: list[str]) -> Iterator[None]:
    """Everything is done by keys; and afterwards: every form was sent of which the table says that it is."""
    failed = request.session.testsfailed
    with keys_alone():
        yield
    if request.session.testsfailed > failed:
        return
    missing = set(BY_KEYS.get(request.node.name, ())) - {resolve(path).route for path in sent}
    assert not missing, "tests/journeys/by_keys.py says that this journey sends a form to each of them"


@pytest.fixture(scope="module")
def browser() -> Browser:
    """Chromium, without a window."""
    return chromium()


@pytest.fixture(scope="module")
def signed_in(stack: Stack) -> object:
    """The cookies of a signed-in operator: signing in is a journey of its own."""
    return _cookies(stack)


@cache
def _cookies(stack: Stack) -> object:
    context = chromium().new_context(base_url=stack.address)
    sign_in(context.new_page())
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def sent() -> list[str]:
    """The paths to which forms were sent in this journey, by whomever."""
    return []


@pytest.fixture
def people(stack: Stack, browser: Browser, signed_in: object, sent: list[str]) -> Iterator[People]:
    """Makes people, each with a window of their own in which nothing moves; signed in unless told otherwise."""
    contexts: list[BrowserContext] = []

    def person(*, known: bool = True, **options: object) -> Person:
        state = {"storage_state": signed_in} if known else {}
        # What moves is drawn sixty times a second, here by the processor; the newcomer sees it move.
        still: dict[str, object] = {"reduced_motion": "reduce", **state, **options}
        context = browser.new_context(base_url=stack.address, locale="en-GB", **still)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        context.on("request", lambda asked: sent.append(urlsplit(asked.url).path) if asked.method == "POST" else None)
        contexts.append(context)
        return Person(context.new_page())

    yield person
    for context in contexts:
        context.close()


@pytest.fixture
def olga(people: People) -> Person:
    """An operator, signed in."""
    return people()


@pytest.fixture(scope="module")
def company(stack: Stack) -> Stack:
    """The console with an account for each colleague."""
    _accounts(stack)
    return stack


@cache
def _accounts(stack: Stack) -> None:
    make_accounts(stack)


@pytest.fixture
def who(company: Stack, people: People) -> Who:
    """Makes colleagues, each in a window of their own, who have just signed in by their password."""

    def colleague(name: str) -> Colleague:
        person = Colleague(people(known=False).page)
        person.signs_in(name)
        return person

    return colleague


@pytest.fixture
def guarded(who: Who, cluster: LabCluster) -> LabCluster:
    """A cluster whose failover waits for one other person."""
    who(LOGIN).lets_failovers_wait(cluster)
    return cluster


@pytest.fixture(scope="module")
def unused(stack: Stack) -> dict[str, list[LabCluster]]:
    """The clusters of each generation that no journey has used yet, and those whose nodes run the console's scripts."""
    return _unused(stack)


@cache
def _unused(stack: Stack) -> dict[str, list[LabCluster]]:
    made = [LabCluster(stack, item) for item in stack.world.clusters]
    plain = [c for c in made if not c.scripted and not c.carried]
    bare = {key: [c for c in plain if c.generation == key] for key in GENERATIONS}
    return bare | {"scripted": [c for c in made if c.scripted], "carried": [c for c in made if c.carried]}


@pytest.fixture
def cluster(stack: Stack, unused: dict[str, list[LabCluster]]) -> LabCluster:
    """A cluster that is as the lab made it; of the generation of which more are left."""
    longest = max(GENERATIONS, key=lambda key: len(unused[key]))
    return unused[longest].pop(0).begin()


@pytest.fixture
def mail2003(unused: dict[str, list[LabCluster]]) -> LabCluster:
    """One with Exchange 2003."""
    return unused["2003"].pop(0).begin()


@pytest.fixture
def mail2007(unused: dict[str, list[LabCluster]]) -> LabCluster:
    """One with Exchange 2007."""
    return unused["2007"].pop(0).begin()


@pytest.fixture
def night(unused: dict[str, list[LabCluster]]) -> LabCluster:
    """One whose nodes run the console's scripts: what the cluster product does with it, the console is asked about."""
    return unused["scripted"].pop(0).begin()


@pytest.fixture
def kyoto(unused: dict[str, list[LabCluster]]) -> LabCluster:
    """Exchange 2003's virtual server on Microsoft's cluster service."""
    return next(c for c in unused["carried"] if c.generation == "2003").begin()


@pytest.fixture
def fukuoka(unused: dict[str, list[LabCluster]]) -> LabCluster:
    """Exchange 2007's clustered mailbox server on Microsoft's cluster service."""
    return next(c for c in unused["carried"] if c.generation == "2007").begin()
