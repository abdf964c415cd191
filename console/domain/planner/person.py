"""Plan a takeover by a person: the active node is dead and the cluster product has not moved the group."""

from datetime import timedelta

from console.domain import drift
from console.domain.advice import plan_advice
from console.domain.checks import Check, Refusal
from console.domain.events.opinion import form_opinion
from console.domain.field import Field
from console.domain.plan import Plan
from console.domain.planner.base import VALID_SECONDS, node_of, read_situation, refuse_failed
from console.domain.planner.carried import carried, make_carried_takeover, target_of
from console.domain.planner.mailboxes import MailboxSink, frozen_membership
from console.domain.preflight import directory, services
from console.domain.preflight.base import Situation
from console.domain.preflight.engine import scripts_check
from console.domain.preflight.nodes import clock_check, identity_check, reach_check
from console.domain.preflight.taking import given_up_check, opinion_check, waits_check
from console.domain.steps.write_person import person_steps
from console.domain.switch.differences import summary
from console.domain.switch.direction import direction_to


def make_person_takeover(field: Field, target: str, sink: MailboxSink, *, valid_seconds: float = VALID_SECONDS) -> Plan:
    """The plan by which a person takes the group over to `target`; it asks for a typed confirmation.

    It also finishes what the product began where the group runs no script: the group is up, Exchange is not. A group
    that carries its server's name is moved by force and brought online.

    Raises `Refusal`, with all evidence in its reasons, while the product on `target` calls the other server
    anything but down, while the other node shows a sign of holding the group, and for everything that would keep
    the takeover from working. Raises `ChangeoverError` when the directory cannot be read.
    """
    of = carried(field)
    if of is not None:
        return make_carried_takeover(of, target_of(of, target), valid_seconds)
    if not target:
        names = " or ".join(node.name for node in field.cluster.nodes)
        raise Refusal.of("A takeover must name its target.", f"Name {names}.")
    node = node_of(field.cluster, target)
    situation = read_situation(field, field.cluster.other(node.name).name, node.name)
    found = tuple(_checks(situation))
    refuse_failed(found, f"{field.cluster.name} cannot be taken over to {node.name} now.")
    direction = direction_to(situation.view, field.cluster.server_of(node.name))
    membership, remarks = frozen_membership(field, direction, sink)
    now = field.clock.now()
    return Plan(
        kind="takeover",
        cluster=field.cluster.name,
        cluster_id=field.cluster.id,
        source=situation.source,
        target=node.name,
        created=now,
        expires=now + timedelta(seconds=valid_seconds),
        steps=person_steps(field, situation, direction, membership),
        checks=found,
        membership=membership,
        structural=drift.directory_fingerprint(situation.view),
        controller=situation.view.controller.dns_name,
        notes=(*summary(direction).sentences, *remarks, *plan_advice(situation)),
    )


def _checks(situation: Situation) -> list[Check]:
    """The target as for a planned move; of the other node, that it is given up and shows no sign of life."""
    cluster, generation, seen = situation.cluster, situation.generation, situation.seen(situation.target)
    opinion = form_opinion(cluster, generation, situation.observation, situation.greetings, situation.target, None)
    found = [reach_check(seen), opinion_check(opinion), given_up_check(situation), waits_check(situation)]
    found.append(scripts_check(situation))
    if seen.answered:
        found += [identity_check(seen), clock_check(seen), services.target_check(situation)]
    return [*found, *directory.checks(situation)]
