"""Diagnoses a cluster: looks at both nodes, judges what was seen, and says what could not be looked at."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from console.domain.checks import Refusal
from console.domain.clustered import ClusteredSetup
from console.domain.doctor import judging_cluster, judging_files, judging_registry
from console.domain.doctor.facts import NodeFacts
from console.domain.doctor.judging_events import events
from console.domain.doctor.looking import Looking
from console.domain.doctor.reading_log import read_log, still
from console.domain.doctor.telling import looked
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.findings import Diagnosis, Finding, in_order

WHOLE_NODE = "the whole node"


def diagnose(field: Field) -> Diagnosis:
    """What is wrong with what Exchange's set-up left on the cluster's nodes. Only reads, never raises for a node.

    Raises `Refusal` for a cluster whose product does not have Exchange set up as a clustered server.
    """
    return judge(field, *examine(field))


def examine(field: Field) -> tuple[ClusteredSetup, list[NodeFacts]]:
    """What set-up should have left, and what is known of each node of the cluster by now, the primary first.

    Raises `Refusal` as `diagnose` does.
    """
    setup = setup_of(field)
    lookings = [Looking(field, node.name, setup) for node in field.cluster.nodes]
    _look(field, lookings, lambda looking: looking.first_round())
    extensions = judging_cluster.extensions([looking.facts for looking in lookings])
    _look(field, lookings, lambda looking: looking.second_round(extensions))
    facts = [looking.facts for looking in lookings]
    asked = next((looking for looking in lookings if looking.facts.types is not None), None)
    _look(field, [asked] if asked else [], lambda looking: looking.details())
    _look(field, lookings, _what_happened)
    return setup, facts


def setup_of(field: Field) -> ClusteredSetup:
    """What set-up should have left there. Raises `Refusal` where there is no such set-up."""
    product, setup = field.driver.product, field.generation.clustered
    if not product.name_moves or setup is None:
        raise Refusal.of(
            f"{field.cluster.name} runs under {product.title}, which Exchange does not know of: its set-up makes no "
            "clustered server there, and so leaves nothing that could be diagnosed.",
            "Look at the cluster page: what matters for this product is checked before every move.",
            key="doctor.product",
        )
    return setup


def _look(field: Field, lookings: Sequence[Looking], step: Callable[[Looking], None]) -> None:
    """One round, side by side, on every node that still answers; what fails as a whole is said once of that node."""

    def attempt(looking: Looking, act: Callable[[], object]) -> None:
        try:
            act()
        except ChangeoverError as error:
            looking.facts.unread.clear()
            looking.facts.could_not(WHOLE_NODE, error.message, error.remedy)

    for looking in lookings:  # opened one by one, as only the sessions themselves may be used side by side
        if not _out_of_reach(looking.facts):
            attempt(looking, partial(field.session, looking.facts.node))
    there = [looking for looking in lookings if not _out_of_reach(looking.facts)]
    with ThreadPoolExecutor(max_workers=max(len(there), 1), thread_name_prefix="doctor") as pool:
        list(pool.map(lambda looking: attempt(looking, partial(step, looking)), there))


def _what_happened(looking: Looking) -> None:
    looking.read_events()
    read_log(looking.field.session(looking.facts.node), looking.facts, looking.setup.logs)


def _out_of_reach(facts: NodeFacts) -> bool:
    return any(one.what == WHOLE_NODE for one in facts.unread)


def judge(field: Field, setup: ClusteredSetup, facts: Sequence[NodeFacts]) -> Diagnosis:
    """The diagnosis that follows from what is known of the nodes."""
    for node in facts:
        _unsure(node, setup, field)
    unread = [one for node in facts for one in node.unread]
    now = list(_state(field, setup, facts))
    told, mended = still([one for node in facts for one in node.log_findings or ()], now, unread)
    happened = [one for node in facts for one in events(node, field.generation)]
    found = in_order([*now, *happened, *told])
    at = field.clock.now()
    return Diagnosis(field.cluster.name, at, found, tuple(unread), looked(field, setup, facts, found, mended))


def _state(field: Field, setup: ClusteredSetup, facts: Sequence[NodeFacts]) -> Iterator[Finding]:
    """How things are on the nodes and in the cluster."""
    wanted = field.generation.resource_types
    there = [node for node in facts if node.installed]
    for node in facts:
        yield from judging_files.installed(node, setup)
    for node in there:
        other = next((one for one in there if one is not node and not _out_of_reach(one)), None)
        yield from judging_files.cluster_files(node, other, setup)
        yield from judging_files.binaries(node, other, setup)
        yield from judging_registry.event_sources(node, other, setup)
        yield from judging_registry.provider(node, other, setup)
    if len(facts) > 1:
        yield from judging_files.builds(facts[0], facts[1])
    yield from judging_cluster.registration(there, setup)
    shared = next((node for node in facts if node.types is not None), None)
    if shared is not None:
        yield from judging_cluster.resource_types(shared, wanted)
        yield from judging_cluster.resources(shared, field.cluster.group, wanted)


def _unsure(node: NodeFacts, setup: ClusteredSetup, field: Field) -> None:
    """What was read and still tells nothing."""
    for name in judging_files.unversioned(node, setup):
        node.could_not(
            f"the version of {name}", "WMI tells none of it.", f"Look at its properties in {node.cluster_folder}."
        )
    if node.view is None:
        return
    group = node.view.groups.get(field.cluster.group)
    if group is None:
        node.could_not(
            f"the resources of group {field.cluster.group}",
            f"The cluster has no group of that name; it has {', '.join(node.view.groups)}.",
            "Correct the group's name in the inventory.",
        )
    elif any(not resource.kind for resource in group.resources):
        node.could_not(
            "the types of the group's resources",
            "The cluster's WMI classes do not tell them.",
            r"Run there: wmic /namespace:\\root\MSCluster path MSCluster_Resource get Name,Type",
        )
    known = {one.name.casefold() for one in field.cluster.nodes}
    for stranger in sorted(name for name in node.view.servers if name.casefold() not in known):
        node.could_not(
            f"node {stranger}",
            "It is a node of the cluster, and not one of the two in the inventory.",
            "Look at it by hand: Changeover looks after clusters of two nodes.",
        )
