"""Plan the switch that closes what was left: the directory towards the node that has the group, which stays there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from console.domain import drift
from console.domain.checks import Check, Refusal
from console.domain.events.opinion import form_opinion
from console.domain.field import Field
from console.domain.plan import Membership, Plan, Step
from console.domain.planner.base import VALID_SECONDS, read_situation, refuse_failed, softened
from console.domain.planner.carried import carried, no_switch
from console.domain.planner.mailboxes import MailboxSink, frozen_membership
from console.domain.preflight import directory, engine
from console.domain.preflight.base import Situation
from console.domain.preflight.nodes import reach_check
from console.domain.preflight.taking import opinion_check
from console.domain.steps.write import DIRECTORY_SECONDS, directory_steps
from console.domain.switch.differences import structure_changes, summary
from console.domain.switch.direction import Direction, direction_to, with_mounted

DIRECTORY_SWITCH = "directory-switch"


def make_directory_switch(
    field: Field, target: str, sink: MailboxSink, *, valid_seconds: float = VALID_SECONDS
) -> Plan:
    """The plan that brings the directory to the node that has the group, whatever left it behind: a kit, a half switch.

    `target` is that node, or empty for whichever it is. Nothing is stopped, started or moved. A store that is mounted
    needs no mark. Reads and never writes. Raises `Refusal` when nobody knows who has the group, when that is not
    `target`, when the other node shows a sign of holding it, and when there is nothing to change;
    `ChangeoverError` when the directory cannot be read.
    """
    if carried(field) is not None:
        raise no_switch(field)
    reading = read_situation(field, field.cluster.primary.name, field.cluster.standby.name)
    holder = _holder(reading, target)
    situation = replace(reading, source=field.cluster.other(holder).name, target=holder)
    found = tuple(_checks(situation))
    refuse_failed(found, f"The directory of {field.cluster.name} cannot be switched to {holder} now.")
    mounted = situation.seen(holder).stores.value or frozenset()
    direction = with_mounted(direction_to(situation.view, field.cluster.server_of(holder)), mounted)
    membership, remarks = frozen_membership(field, direction, sink)
    _refuse_nothing(direction, membership, holder)
    now = field.clock.now()
    return Plan(
        kind=DIRECTORY_SWITCH,
        cluster=field.cluster.name,
        cluster_id=field.cluster.id,
        source=situation.source,
        target=holder,
        created=now,
        expires=now + timedelta(seconds=valid_seconds),
        steps=tuple(_steps(field, holder, direction, membership, mounted)),
        checks=found,
        membership=membership,
        structural=drift.directory_fingerprint(situation.view),
        controller=situation.view.controller.dns_name,
        notes=(*summary(direction).sentences, *remarks),
    )


def _holder(situation: Situation, target: str) -> str:
    """The node that has the group, by every node that answers."""
    group, owner = situation.cluster.group, situation.observation.owner(situation.cluster.group)
    if not owner.value:
        text = (
            f"No node has the group {group}."
            if owner.value == ""
            else f"Who has {group} is not known: {owner.unknown}."
        )
        remedy = "Bring the group up with the cluster product, and see that its node answers; then plan again."
        raise Refusal.of(text, remedy, key="group.owner")
    holder = situation.cluster.node(owner.value).name
    if target and target.casefold() != holder.casefold():
        text = f"{holder} has the group {group}: the directory is switched to no other node."
        raise Refusal.of(text, f"Ask for the switch to {holder}, or for a failover to {target}.", key="group.owner")
    return holder


def _checks(situation: Situation) -> Iterator[Check]:
    """The holder answers, keeps the group, and nobody else claims it; the directory as for any switch."""
    cluster, observation = situation.cluster, situation.observation
    opinion = form_opinion(
        cluster, situation.generation, observation, situation.greetings, situation.target, other_run=None
    )
    yield reach_check(situation.seen(situation.target))
    yield softened(reach_check(situation.seen(situation.source)))
    yield engine.stays_check(situation)
    yield engine.scripts_check(situation)
    yield opinion_check(opinion)
    for check in directory.checks(situation):
        if check.key != "directory.agreement":  # that it does not agree is why this is asked for
            yield check


def _refuse_nothing(direction: Direction, membership: Membership, holder: str) -> None:
    if membership.changing == 0 and not any(structure_changes(direction)):
        text = f"Everything in the directory names {holder}, which has the group: there is nothing to change."
        raise Refusal.of(text, "Nothing to do.", key="switch.nothing")


def _steps(
    field: Field, holder: str, direction: Direction, membership: Membership, mounted: frozenset[str]
) -> Iterator[Step]:
    yield Step(
        key="recheck",
        kind="switch.recheck",
        title=f"Make sure that {holder} still has the group, and that the directory is as it was",
        phase="recheck",
        within=DIRECTORY_SECONDS,
        undo="Changes nothing.",
        safe_point=True,
    )
    for step in directory_steps(field, direction, membership):
        up = {"mounted": sorted(mounted)} if step.kind == "directory.verify" else {}
        yield replace(step, params={**step.params, **up})
