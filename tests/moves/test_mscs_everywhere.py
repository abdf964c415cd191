"""SMTP and HTTP of Exchange 2003 run on both nodes, as Windows' own services do: only their resources move."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.outcome import Status
from console.lab import presets
from console.lab.state import RUNNING
from tests.moves.carried import CarriedGround

EVERYWHERE = ["SMTPSVC", "W3SVC"]


@pytest.fixture
def kyoto(tmp_path: Path) -> Iterator[CarriedGround]:
    made = CarriedGround(tmp_path / "lab", replace(presets.kyoto(), everywhere=EVERYWHERE))
    yield made
    made.close()


def test_services_that_run_on_both_nodes_are_no_bar_to_a_move_and_stay(kyoto: CarriedGround) -> None:
    ending = kyoto.perform(kyoto.plan("failover"))
    assert (ending.status, ending.summary) == (Status.SUCCEEDED, "Mail is up on KYO-N2, proved.")
    states = [node.services[name.casefold()].state for node in kyoto.lab.world.nodes for name in EVERYWHERE]
    assert states == [RUNNING] * 4
