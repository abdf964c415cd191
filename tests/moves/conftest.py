"""Labs for planned moves, new for every test; a real domain controller, where one is wanted, serves a whole module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.lab import presets
from tests.directory.backends import Backend, samba_backend
from tests.directory.conftest import samba_factory
from tests.directory.samba import SambaFactory, SambaUnavailable
from tests.directory.snapshot import Snapshot
from tests.moves.fire import Fire, Reference
from tests.moves.ground import Ground
from tests.moves.trapped import CLUSTERS, all_of_it, put_right, trapped_forest

__all__ = ["samba_factory"]

PRESETS = {"2003": presets.tokyo, "2007": presets.osaka}


@pytest.fixture(scope="module")
def trapped(samba_factory: SambaFactory) -> Iterator[tuple[Backend, Snapshot]]:
    """A domain controller with every trap, and a picture of it before anything was done."""
    try:
        with samba_backend(trapped_forest(), samba_factory) as backend:
            yield backend, all_of_it(backend)
    except SambaUnavailable as exc:
        pytest.fail(str(exc), pytrace=False)


@pytest.fixture(params=["2003", "2007", pytest.param("samba-2003", marks=pytest.mark.samba)])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """A cluster of either generation on the lab's directory, or one of the trapped ones on the real directory."""
    if request.param in PRESETS:
        made = Ground(tmp_path / "lab", PRESETS[request.param]())
        yield made
        made.close()
        return
    backend, before = request.getfixturevalue("trapped")
    made = Ground(tmp_path / "lab", CLUSTERS[request.param.removeprefix("samba-")], directory=backend)
    with put_right(backend, before):
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def tokyo(tmp_path: Path) -> Iterator[Ground]:
    """The Exchange 2003 cluster: TYO-EX1 (primary) and TYO-EX2."""
    made = Ground(tmp_path / "lab", presets.tokyo())
    yield made
    made.close()


@pytest.fixture(scope="module")
def reference(ground: Fire) -> Reference:
    """The switch without a fault, on the module's own ground."""
    return Reference.of(ground)


@pytest.fixture
def fire(ground: Fire, reference: Reference) -> Iterator[Fire]:
    """The module's own ground, as it was before its first switch."""
    with ground.then_as_before():
        yield ground
