"""A lab of either generation on which the proofs look, put right again by the test that took something away."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from console import catalog
from console.domain.procedures.examine import Examined, examine
from console.lab import presets
from tests.moves.ground import Ground

PRESETS = {"2003": presets.nagoya, "2007": lambda: replace(presets.osaka(), scripts="console")}


@pytest.fixture(scope="module", params=PRESETS)
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A cluster that is set up and runs the console's scripts."""
    made = Ground(tmp_path_factory.mktemp("lab"), PRESETS[request.param](), mailboxes=2)
    yield made
    made.close()


def examined(ground: Ground, key: str = "") -> dict[str, Examined]:
    """Every step of the generation's set-up, or of the procedure `key`, as it stands on the lab now."""
    with ground.open() as field:
        procedure = catalog.procedure(key or f"exchange-{field.cluster.generation}-setup")
        return {one.step.key: one for one in examine(procedure, catalog.means(), field)}
