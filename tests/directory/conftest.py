"""Fixtures of the directory tests: a forest on the lab's directory and on a real domain controller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from console.lab.directory import Cluster, Forest
from tests.directory.backends import Backend, lab_backend, samba_backend
from tests.directory.samba import SambaFactory, SambaUnavailable

OUS = ("OU=Staff", r"OU=Sales\, Asia (Osaka),OU=Staff", "CN=Users")
FOREST = Forest(
    clusters=(
        Cluster("mail2003", "2003", "EXCHA", "EXCHB", mailboxes=12, ous=OUS),
        Cluster("mail2007", "2007", "EXCH07A", "EXCH07B", mailboxes=4, computers="OU=Mail Servers"),
    )
)

Start = Callable[[Forest], Backend]


@pytest.fixture(scope="session")
def samba_factory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SambaFactory:
    """Builds domain controllers; what is costly stays in pytest's cache folder from run to run."""
    cache = getattr(request.config, "cache", None)
    kept = cache.mkdir("samba-domain") if cache is not None else tmp_path_factory.mktemp("samba-cache")
    return SambaFactory(kept, tmp_path_factory.mktemp("samba"))


@pytest.fixture(params=["lab", pytest.param("samba", marks=pytest.mark.samba)])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts a directory that holds the forest given; one per test."""
    with ExitStack() as stack:

        def run(forest: Forest) -> Backend:
            if request.param == "lab":
                return stack.enter_context(lab_backend(forest))
            try:
                return stack.enter_context(samba_backend(forest, request.getfixturevalue("samba_factory")))
            except SambaUnavailable as exc:
                pytest.fail(str(exc), pytrace=False)

        yield run


@pytest.fixture
def backend(start: Start) -> Backend:
    """A directory with a cluster of each generation."""
    return start(FOREST)
