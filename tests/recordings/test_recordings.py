"""What real sites (and the lab) once answered is still understood: every bundle that lies here is read again."""

from dataclasses import replace
from pathlib import Path

import pytest

from console.catalog import generation, procedure, procedures
from console.domain.errors import ChangeoverError
from console.domain.observation import ClusterObservation
from console.domain.observe import observe_node
from console.domain.procedures import Side
from console.domain.procedures.proofs import PROOFS, Grounds
from console.domain.procedures.proofs.base import no_questions
from console.domain.switch.differences import pointer_changes
from console.domain.switch.direction import direction_to
from console.domain.switch.reading import read_directory
from console.drivers import driver_for
from tests.recordings import replay

NOT_HERE = "The directory is another bundle."


@pytest.mark.parametrize("path", replay.bundles("node"), ids=lambda path: path.stem)
def test_a_captured_node_is_understood(path: Path) -> None:
    bundle = replay.read(path)
    cluster = replay.cluster_of(bundle)
    products = generation(cluster.generation)
    seen = observe_node(
        replay.node_session(bundle),
        cluster,
        cluster.node(bundle["name"]),
        products,
        driver_for(cluster.driver),
        replay.StoppedClock(bundle),
    )
    assert seen.unreachable == ""
    assert seen.hostname.value == bundle["name"]
    assert seen.engine.value is not None
    assert cluster.group in seen.engine.value.groups
    assert seen.group_resources.value
    assert abs(seen.clock_offset.value or 999) < 300
    for service in products.running_services(cluster.extra_services):
        assert seen.service(service.name).value is not None, service.name


@pytest.mark.parametrize("path", replay.bundles("node"), ids=lambda path: path.stem)
def test_what_a_captured_node_said_to_the_proofs_of_a_set_up_is_understood(path: Path) -> None:
    bundle = replay.read(path)
    cluster, clock = replay.cluster_of(bundle), replay.StoppedClock(bundle)
    node, products, driver = cluster.node(bundle["name"]), generation(cluster.generation), driver_for(cluster.driver)
    seen = observe_node(replay.node_session(bundle), cluster, node, products, driver, clock)
    both = {one.name: replace(seen, node=one.name) for one in cluster.nodes}  # the other one as if it said the same
    observation = ClusterObservation(cluster.name, clock.now(), both)
    answers = dict.fromkeys(both, replay.answers_to_proofs(bundle))
    grounds = Grounds(cluster, products, driver, observation, None, NOT_HERE, answers)
    side = Side.PRIMARY if node == cluster.primary else Side.STANDBY
    steps = [step for key in procedures() if procedure(key).generation == products.key for step in procedure(key).steps]
    told = set()
    for step in steps:
        if step.proof not in PROOFS or PROOFS[step.proof].asks is no_questions:
            continue
        try:
            PROOFS[step.proof].judge(grounds, side, step.about)
            told.add(step.proof)
        except ChangeoverError as error:
            if error.message != NOT_HERE:
                raise
    assert {"network.interconnect", "network.registration", "services.msdtc", "dns.record"} <= told


@pytest.mark.parametrize("path", replay.bundles("directory"), ids=lambda path: path.stem)
def test_a_captured_directory_is_understood(path: Path) -> None:
    bundle = replay.read(path)
    assert bundle["failure"] == ""
    cluster = replay.cluster_of(bundle)
    view = read_directory(replay.directory_session(bundle), cluster, generation(cluster.generation))
    assert (view.primary.name, view.standby.name) == (cluster.primary_server, cluster.standby_server)
    assert len(view.primary.stores) == len(view.standby.stores) > 0
    assert any(view.spn_holders.values())


@pytest.mark.parametrize("path", replay.bundles("directory"), ids=lambda path: path.stem)
def test_a_switch_of_a_captured_directory_can_be_computed_both_ways(path: Path) -> None:
    bundle = replay.read(path)
    cluster = replay.cluster_of(bundle)
    view = read_directory(replay.directory_session(bundle), cluster, generation(cluster.generation))
    for server in (cluster.primary_server, cluster.standby_server):
        direction = direction_to(view, server)
        changed = [change for entry in pointer_changes(direction) for change in entry.changes]
        assert all(direction.target.dn in change.after and direction.source.dn in change.before for change in changed)
        assert len(direction.pairing.pairs) == len(direction.target.stores)


@pytest.mark.parametrize("path", [*replay.bundles("node"), *replay.bundles("directory")], ids=lambda path: path.stem)
def test_a_bundle_is_small_and_says_what_it_is(path: Path) -> None:
    bundle = replay.read(path)
    assert path.stat().st_size < 2_000_000
    assert bundle["format"] == 1
    assert bundle.get("commands") or bundle.get("calls")


def test_there_is_something_to_replay() -> None:
    assert replay.bundles("node")
    assert replay.bundles("directory")
