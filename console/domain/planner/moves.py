"""Plan a planned move, by the console's own hand or handed over to the console's scripts on the nodes."""

from dataclasses import dataclass, replace
from datetime import timedelta

from console.domain import drift, preflight
from console.domain.advice import plan_advice
from console.domain.checks import Refusal
from console.domain.delegation.excess import changeable
from console.domain.delegation.nodes import rights_of_nodes
from console.domain.field import Field
from console.domain.functional_range import used_services
from console.domain.plan import Plan
from console.domain.planner.base import VALID_SECONDS, node_of, read_situation, refuse_failed
from console.domain.planner.carried import carried, make_carried_move
from console.domain.planner.mailboxes import MailboxSink, frozen_membership
from console.domain.steps.write import write_steps
from console.domain.steps.write_scripted import hand_over_steps
from console.domain.switch.differences import summary
from console.domain.switch.direction import direction_to
from console.domain.topology import Cluster

PLANNED_MOVES = ("failover", "failback")


@dataclass(frozen=True)
class Ends:
    """From which node to which."""

    source: str
    target: str


def ends_of(cluster: Cluster, kind: str, target: str) -> Ends:
    """The nodes of a planned move. Raises `Refusal` for an unknown kind, an unknown node or a contradiction."""
    if kind not in PLANNED_MOVES:
        raise Refusal.of(
            f"“{kind}” is not a kind of operation that can be planned.", f"Use one of: {', '.join(PLANNED_MOVES)}."
        )
    by_design = cluster.standby if kind == "failover" else cluster.primary
    node = node_of(cluster, target) if target else by_design
    if kind == "failback" and node is not cluster.primary:
        raise Refusal.of(
            f"A failback leads to the primary, {cluster.primary.name}, not to {node.name}.",
            f"Use failover to move to {node.name}.",
        )
    return Ends(source=cluster.other(node.name).name, target=node.name)


def make_plan(field: Field, kind: str, target: str, sink: MailboxSink, *, valid_seconds: float = VALID_SECONDS) -> Plan:
    """The plan of a planned move; `sink` receives the mailbox list in slices while it is read.

    Whether the console stops and starts Exchange itself or the nodes' scripts do follows from what the group runs; a
    group that carries its server's name is moved as it is, and lists no mailbox.
    Reads and never writes. Raises `Refusal` with the reasons of every check that failed, and `ChangeoverError`
    when the directory cannot be read at all (a node that cannot be read is a failed check).
    """
    ends = ends_of(field.cluster, kind, target)
    of = carried(field)
    if of is not None:
        return make_carried_move(of, kind, ends.source, ends.target, valid_seconds)
    situation = read_situation(field, ends.source, ends.target)
    situation = replace(
        situation,
        used_services=used_services(field, situation.observation),
        node_rights=rights_of_nodes(field.directory(), situation.view),
        changeable=changeable(field.directory(), situation.view),
    )
    found = preflight.checks(situation)
    refuse_failed(found, f"{field.cluster.name} cannot be moved to {ends.target} now.")
    observation, view = situation.observation, situation.view
    direction = direction_to(view, field.cluster.server_of(ends.target))
    membership, remarks = frozen_membership(field, direction, sink)
    scripted = situation.scripts().value == "console"
    write = hand_over_steps if scripted else write_steps
    now = field.clock.now()
    return Plan(
        kind=kind,
        cluster=field.cluster.name,
        cluster_id=field.cluster.id,
        source=ends.source,
        target=ends.target,
        created=now,
        expires=now + timedelta(seconds=valid_seconds),
        steps=write(field, observation, ends.source, ends.target, direction, membership, found),
        checks=found,
        membership=membership,
        structural=drift.fingerprint(field.cluster, field.generation, observation, view),
        controller=view.controller.dns_name,
        notes=(*summary(direction).sentences, *remarks, *plan_advice(situation)),
    )
