"""What the doctor asks of a node is captured with its answers, and the bundle reads as the node did."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest

from console.domain import doctor
from console.domain.field import Field
from console.domain.ports import Guard, NodeSession
from console.domain.topology import Node
from console.drivers import driver_for, generation_for
from console.lab.definition import Cluster
from console.lab.presets import fukuoka, kyoto, tokyo
from console.services.capture import capture_node
from tests.doctor.clinic import Clinic
from tests.recordings import replay


class Replayed:
    """Sessions that say what a bundle holds."""

    def __init__(self, session: NodeSession) -> None:
        self._session = session

    def open(self, node: Node, guard: Guard | None = None) -> AbstractContextManager[NodeSession]:
        return nullcontext(self._session)


@pytest.mark.parametrize("made", [kyoto, fukuoka, lambda: fukuoka(windows="2008r2")])
def test_a_captured_node_reads_to_the_doctor_like_the_node_itself(made: Callable[[], Cluster]) -> None:
    clinic = Clinic(made())
    name = clinic.names[1]
    with clinic.field() as field:
        bundle = json.loads(json.dumps(capture_node(field, name)))
        live = looked(field, name)
    cluster = replay.cluster_of(bundle)
    again = Field(
        cluster,
        generation_for(cluster.driver, cluster.generation),
        driver_for(cluster.driver),
        nodes=Replayed(replay.node_session(bundle)),
        directories=None,  # type: ignore[arg-type]
        greeter=None,  # type: ignore[arg-type]
        clock=replay.StoppedClock(bundle),
    )
    with again:
        facts = looked(again, name)
    assert facts == live
    assert facts.detailed
    assert facts.unread == []


def looked(field: Field, name: str) -> doctor.NodeFacts:
    """What the rounds tell, but for what has happened."""
    looking = doctor.Looking(field, name, doctor.setup_of(field))
    looking.first_round()
    looking.second_round(doctor.extensions([looking.facts]))
    looking.details()
    return looking.facts


def test_nothing_of_the_doctor_is_asked_where_exchange_is_not_set_up_as_a_clustered_server() -> None:
    clinic = Clinic(tokyo(), driver="expresscluster")
    with clinic.field() as field:
        assert capture_node(field, clinic.names[0])["doctor"] == []
