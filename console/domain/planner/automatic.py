"""Plan what a node's own script asks for: a takeover, or a start where the directory already names the node."""

from datetime import timedelta

from console.domain import drift
from console.domain.checks import Check, Refusal
from console.domain.events.facts import RunView
from console.domain.events.opinion import Opinion, form_opinion
from console.domain.field import Field
from console.domain.plan import Membership, Plan, Step
from console.domain.planner.base import VALID_SECONDS, node_of, read_situation, refuse_failed, softened
from console.domain.planner.carried import carried, make_carried_start
from console.domain.planner.mailboxes import MailboxSink, frozen_membership
from console.domain.preflight import directory
from console.domain.preflight.base import Situation
from console.domain.preflight.engine import scripts_check
from console.domain.preflight.nodes import reach_check
from console.domain.preflight.taking import opinion_check
from console.domain.steps.write_scripted import start_steps, takeover_steps
from console.domain.switch.differences import directory_owner, summary
from console.domain.switch.direction import Direction, direction_to
from console.domain.switch.membership import no_mailboxes

NO_MAILBOX = "No mailbox changes: the directory names the node already."
CANNOT_WAIT = ("directory.replication", "directory.coverage")
"""Checks of the directory that are said but do not hold an automatic operation up."""
FOR_GOOD = ("takeover.other", "directory.agreement")
"""Reasons that waiting does not mend: the other node holds the group, or a start finds another node named."""
TWO_ACTIVES = ("takeover.other", "takeover.asks")
"""Reasons for which a node is told no: the other one may be active."""


def is_for_good(refusal: Refusal) -> bool:
    """Whether waiting does not mend what is refused."""
    return any(reason.key in FOR_GOOD for reason in refusal.reasons)


def for_two_actives(refusal: Refusal) -> str:
    """Why the node that asks has to be told no, or nothing when it may go on waiting."""
    return " ".join(reason.text for reason in refusal.reasons if reason.key in TWO_ACTIVES)


def make_takeover(
    field: Field, target: str, run_id: str | None, sink: MailboxSink, *, other_run: RunView | None = None
) -> Plan:
    """The plan of a takeover to `target`, where the cluster product has brought the group up already.

    `run_id` is the script run that asks, `other_run` the other node's last one. Reads and never writes; the other
    node may be dead. Raises `Refusal` when it holds the group or the directory cannot be switched, and
    `ChangeoverError` when the directory cannot be read.
    """
    node = node_of(field.cluster, target)
    situation = read_situation(field, field.cluster.other(node.name).name, node.name)
    opinion = _opinion(situation, other_run)
    found = (*_node_checks(situation, opinion), *_directory_checks(situation))
    refuse_failed(found, f"{field.cluster.name} cannot be taken over to {node.name}.")
    direction = direction_to(situation.view, field.cluster.server_of(node.name))
    membership, remarks = frozen_membership(field, direction, sink)
    steps = takeover_steps(field, node.name, direction, membership, run_id or "")
    notes = (opinion.sentence, *summary(direction).sentences, *remarks)
    return _plan(field, "takeover", situation, steps, found, membership, notes)


def make_start(field: Field, target: str, run_id: str | None, *, other_run: RunView | None = None) -> Plan:
    """The plan of a start on `target`, which the directory already names: nothing in the directory changes.

    Where the group carries its server's name the product has brought it up already, and that is only proved.

    Raises `Refusal` when the other node holds the group or the directory does not name `target` as a whole, and
    `ChangeoverError` when the directory cannot be read.
    """
    node, of = node_of(field.cluster, target), carried(field)
    if of is not None:
        return make_carried_start(of, node.name)
    situation = read_situation(field, field.cluster.other(node.name).name, node.name)
    opinion = _opinion(situation, other_run)
    found = tuple(_node_checks(situation, opinion))
    refuse_failed(found, f"{field.cluster.name} cannot be started on {node.name}.")
    direction = direction_to(situation.view, field.cluster.server_of(node.name))
    _refuse_other_owner(field, direction, node.name)
    steps = start_steps(field, node.name, direction, run_id or "")
    membership = no_mailboxes(NO_MAILBOX)
    return _plan(field, "start", situation, steps, found, membership, (opinion.sentence,))


def _refuse_other_owner(field: Field, direction: Direction, target: str) -> None:
    owner = directory_owner(direction.view)
    if owner.mixed or owner.server.casefold() != field.cluster.server_of(target).casefold():
        told = owner.mixed or f"it names {owner.server or 'neither server'}"
        raise Refusal.of(
            f"The directory does not name {target} as a whole: {told}.",
            f"A start changes nothing; a takeover brings the directory to {target}.",
            key="directory.agreement",
        )


def _opinion(situation: Situation, other_run: RunView | None) -> Opinion:
    cluster, generation = situation.cluster, situation.generation
    return form_opinion(cluster, generation, situation.observation, situation.greetings, situation.target, other_run)


def _node_checks(situation: Situation, opinion: Opinion) -> list[Check]:
    """The second opinion decides; what else is known of the nodes is said and holds nothing up."""
    said = [reach_check(situation.seen(node)) for node in (situation.target, situation.source)]
    return [opinion_check(opinion), *(softened(check) for check in (*said, scripts_check(situation)))]


def _directory_checks(situation: Situation) -> list[Check]:
    found = directory.checks(situation)
    return [softened(c) if c.key in CANNOT_WAIT else c for c in found]


def _plan(
    field: Field,
    kind: str,
    situation: Situation,
    steps: tuple[Step, ...],
    found: tuple[Check, ...],
    membership: Membership,
    notes: tuple[str, ...],
) -> Plan:
    now = field.clock.now()
    return Plan(
        kind=kind,
        cluster=field.cluster.name,
        cluster_id=field.cluster.id,
        source=situation.source,
        target=situation.target,
        created=now,
        expires=now + timedelta(seconds=VALID_SECONDS),
        steps=steps,
        checks=found,
        membership=membership,
        structural=drift.directory_fingerprint(situation.view),
        controller=situation.view.controller.dns_name,
        notes=notes,
    )
