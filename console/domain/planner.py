"""Plan a planned move: read everything, check everything, and write down every step, or refuse with every reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from console.domain import drift, preflight
from console.domain.advice import advice
from console.domain.checks import Check, Reason, Refusal, Verdict
from console.domain.directory import DirectoryView, Mailbox
from console.domain.field import Field
from console.domain.observation import ClusterObservation
from console.domain.plan import Membership, Plan
from console.domain.preflight.base import Situation
from console.domain.steps.write import write_steps
from console.domain.switch.differences import mailbox_change, summary
from console.domain.switch.direction import Direction, direction_to
from console.domain.switch.membership import survey
from console.domain.switch.reading import mailboxes
from console.domain.topology import Cluster

PLANNED_MOVES = ("failover", "failback")
SLICE = 500
VALID_SECONDS = 900

MailboxRow = tuple[str, str, list[list[str]]]
"""(objectGUID, DN, [[attribute, before, after], ...]), the last empty for a mailbox that does not change."""

MailboxSink = Callable[[list[MailboxRow]], None]


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
    try:
        node = cluster.node(target) if target else by_design
    except KeyError:
        names = " or ".join(n.name for n in cluster.nodes)
        raise Refusal.of(f"{target} is not a node of {cluster.name}.", f"Name {names}.") from None
    if kind == "failback" and node is not cluster.primary:
        raise Refusal.of(
            f"A failback leads to the primary, {cluster.primary.name}, not to {node.name}.",
            f"Use failover to move to {node.name}.",
        )
    return Ends(source=cluster.other(node.name).name, target=node.name)


def make_plan(field: Field, kind: str, target: str, sink: MailboxSink, *, valid_seconds: float = VALID_SECONDS) -> Plan:
    """The plan of a planned move; `sink` receives the mailbox list in slices while it is read.

    Reads and never writes. Raises `Refusal` with the reasons of every check that failed, and `ChangeoverError`
    when the directory cannot be read at all (a node that cannot be read is a failed check).
    """
    ends = ends_of(field.cluster, kind, target)
    observation = field.observe()
    view = field.read_directory()
    found = preflight.checks(_situation(field, ends, observation, view))
    refuse_failed(found, f"{field.cluster.name} cannot be moved to {ends.target} now.")
    direction = direction_to(view, field.cluster.server_of(ends.target))
    membership, remarks = _membership(field, direction, sink)
    now = field.clock.now()
    return Plan(
        kind=kind,
        cluster=field.cluster.name,
        cluster_id=field.cluster.id,
        source=ends.source,
        target=ends.target,
        created=now,
        expires=now + timedelta(seconds=valid_seconds),
        steps=write_steps(field, observation, ends.source, ends.target, direction, membership, found),
        checks=found,
        membership=membership,
        structural=drift.fingerprint(field.cluster, field.generation, observation, view),
        controller=view.controller.dns_name,
        notes=(*summary(direction).sentences, *remarks, *advice(field.cluster.generation)),
    )


def _situation(field: Field, ends: Ends, observation: ClusterObservation, view: DirectoryView) -> Situation:
    return Situation(
        cluster=field.cluster,
        generation=field.generation,
        driver=field.driver,
        source=ends.source,
        target=ends.target,
        observation=observation,
        view=view,
        greetings=field.greet_all(),
    )


def refuse_failed(found: tuple[Check, ...], headline: str) -> None:
    """Raises `Refusal` with the reason of every failed check; does nothing when there is none."""
    reasons = [Reason(c.reason, c.remedy, c.key, c.about) for c in found if c.verdict is Verdict.FAIL]
    if reasons:
        raise Refusal(headline, reasons)


def _membership(field: Field, direction: Direction, sink: MailboxSink) -> tuple[Membership, tuple[str, ...]]:
    """The frozen membership, its list sent to `sink` on the way, and remarks for the plan's notes."""
    source = _recorded(mailboxes(field.directory(), direction.view), direction, sink)
    seen = survey(direction, source, field.cluster.membership_tolerance)
    return seen.membership, seen.remarks


def _recorded(found: Iterator[Mailbox], direction: Direction, sink: MailboxSink) -> Iterator[Mailbox]:
    """Pass `found` on, sending each slice of it to `sink`."""
    rows: list[MailboxRow] = []
    for mailbox in found:
        rows.append(_row(direction, mailbox))
        if len(rows) == SLICE:
            sink(rows)
            rows = []
        yield mailbox
    if rows:
        sink(rows)


def _row(direction: Direction, mailbox: Mailbox) -> MailboxRow:
    change = mailbox_change(direction, mailbox)
    changes = change.changes if change else ()
    return (mailbox.guid, mailbox.dn, [[c.attribute, c.before[0], c.after[0]] for c in changes])
