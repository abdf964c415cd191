"""Plan an undo: the inverses of what an ended operation did, from its receipts and from what is true now."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from console.domain import drift
from console.domain.checks import Check, Refusal
from console.domain.events.facts import RunView
from console.domain.field import Field
from console.domain.observation import NodeObservation
from console.domain.plan import Membership, Plan, Step
from console.domain.planner.base import VALID_SECONDS, read_situation, refuse_failed, softened
from console.domain.planner.carried import carried, make_carried_undo
from console.domain.planner.mailboxes import SLICE, MailboxRow, MailboxSink
from console.domain.planner.repair import REPAIR
from console.domain.planner.repair_undo import make_repair_undo
from console.domain.planner.unwinding import IDLE, MAILBOXES, Undone, Unwinding, unwinding
from console.domain.preflight import directory, engine, nodes, services
from console.domain.preflight.base import Situation
from console.domain.preflight.nodes import reach_check
from console.domain.steps.write_undo import Restored, Way, undo_steps
from console.domain.switch.direction import direction_to
from console.domain.switch.inverse import MailboxBack, ObjectsBack, mailboxes_back

Asks = Callable[[str], RunView | None]
"""The latest run of a node's START.BAT."""
OVERTAKEN_SHOWN = 10


def make_undo(
    field: Field,
    undone: Undone,
    first: str,
    sink: MailboxSink,
    *,
    asks: Asks = lambda node: None,
    valid_seconds: float = VALID_SECONDS,
) -> Plan:
    """The plan that takes `undone` back from its end down to the step `first` (empty: all of it).

    The group moves back to where it was when these steps moved it or changed the directory, because the directory
    may only name the node that has the group; then everything is taken back. What holds the value from before is
    left out; what somebody else has changed since is left alone and goes on the to-do list.

    Reads and never writes. Raises `Refusal` with every reason, and `ChangeoverError` when the directory cannot be
    read.
    """
    if undone.plan.kind == REPAIR:
        return make_repair_undo(field, undone, first, valid_seconds=valid_seconds)
    of = carried(field)
    if of is not None:
        return make_carried_undo(of, undone, first, valid_seconds)
    wanted = unwinding(undone, first)
    plan = undone.plan
    reading = read_situation(field, plan.source, plan.target)
    holder = _holder(reading)
    if wanted.home not in ("", holder) and wanted.directory and first:
        wanted = unwinding(undone)
    target = field.cluster.node(wanted.home or holder).name
    situation = replace(reading, source=field.cluster.other(target).name, target=target)
    run = _waiting(asks(holder)) if target != holder else ""
    found = tuple(_checks(situation, wanted, moves=target != holder, waits=bool(run)))
    refuse_failed(found, f"Operation {undone.number} of {field.cluster.name} cannot be taken back now.")
    objects = ObjectsBack(field.directory())
    for kept in wanted.objects:
        objects.take(kept)
    frozen = _Frozen(field, situation, wanted, sink)
    restored = _restored(wanted, objects, frozen.membership())
    way = _way(situation, wanted, found, holder, run)
    _refuse_nothing(undone, way, restored)
    notes = tuple(_notes(undone, first, wanted, way, objects, frozen))
    return _plan(field, situation, way, restored, found, notes, valid_seconds)


def _holder(situation: Situation) -> str:
    """The node that has the group. Raises `Refusal` when nobody has, or nobody can tell."""
    group = situation.cluster.group
    owner = situation.observation.owner(group)
    if owner.value:
        return situation.cluster.node(owner.value).name
    unknown = f"Who has the group {group} is not known: {owner.unknown}."
    text = unknown if owner.value is None else f"No node has {group}."
    remedy = (
        "Bring both nodes' cluster service up, and the group up where its disk is (clpstat shows both); "
        "then plan the undo again."
    )
    raise Refusal.of(text, remedy, key="group.owner")


def _waiting(run: RunView | None) -> str:
    return run.run if run is not None and run.asks and run.alive else ""


def _checks(situation: Situation, wanted: Unwinding, *, moves: bool, waits: bool) -> Iterator[Check]:
    """As for a planned move where the group moves; else of the node that has it, with the other one's for a warning."""
    if moves:
        yield from nodes.checks(situation)
        yield from engine.checks_of_return(situation, waits=waits)
        yield from services.checks(situation)
    else:
        yield reach_check(situation.seen(situation.target))
        yield softened(reach_check(situation.seen(situation.source)))
        yield engine.stays_check(situation)
    if wanted.directory:
        yield from directory.checks(situation)


def _restored(wanted: Unwinding, objects: ObjectsBack, membership: Membership) -> Restored:
    mailboxes = next((step for step in wanted.steps if step.kind in MAILBOXES), None)
    parts = tuple((step, tuple(objects.of(step.key))) for step in wanted.steps)
    return Restored(parts, objects.refused(), mailboxes, membership)


class _Frozen:
    """The mailboxes of the receipts, counted and passed on in slices while they are compared with what is there."""

    def __init__(self, field: Field, situation: Situation, wanted: Unwinding, sink: MailboxSink) -> None:
        self._field = field
        self._view = situation.view
        self._wanted = wanted
        self._sink = sink
        self.overtaken: list[str] = []
        """The first mailboxes that somebody else has changed since."""
        self.overtaken_count = 0

    def membership(self) -> Membership:
        """The list, sealed as that of any plan."""
        count, changing, seal = 0, 0, hashlib.sha256()
        rows: list[MailboxRow] = []
        for mailbox in self._mailboxes():
            count += 1
            changing += bool(mailbox.changes)
            seal.update(f"{mailbox.guid}\n".encode())
            self._remark(mailbox)
            rows.append(_row(mailbox))
            if len(rows) == SLICE:
                self._sink(rows)
                rows = []
        if rows:
            self._sink(rows)
        rule = f"the mailboxes that operation {self._wanted.undone.number} changed"
        return Membership(rule, count, changing, seal.hexdigest(), {}, self._field.cluster.membership_tolerance)

    def _mailboxes(self) -> Iterator[MailboxBack]:
        if any(step.kind in MAILBOXES for step in self._wanted.steps):
            yield from mailboxes_back(self._field.directory(), self._view, self._wanted.mailbox_receipts())

    def _remark(self, mailbox: MailboxBack) -> None:
        if mailbox.overtaken:
            self.overtaken_count += 1
            self.overtaken += [mailbox.dn] if len(self.overtaken) < OVERTAKEN_SHOWN else []


def _row(mailbox: MailboxBack) -> MailboxRow:
    parts = [[c.attribute, "".join(c.before[:1]), "".join(c.after[:1])] for c in mailbox.changes]
    return mailbox.guid, mailbox.dn, parts


def _way(situation: Situation, wanted: Unwinding, found: tuple[Check, ...], holder: str, run: str) -> Way:
    moves, scripted = holder != situation.target, situation.scripts().value == "console"
    seen = situation.seen(situation.target)
    running = [s.name for s in situation.generation.running_services(situation.cluster.extra_services)]
    if moves:
        stops = tuple((holder, name) for name in running if _runs(situation.seen(holder), name))
    else:
        stops = tuple(pair for pair in wanted.started if _runs(situation.seen(pair[0]), pair[1]))
    stopping = {service for node, service in stops if moves or node == situation.target}
    before = {service for node, service in wanted.stopped if node == situation.target}
    starts = frozenset(name for name in before | (stopping if moves else set()) if not _runs(seen, name))
    up = {name for name in running if _runs(seen, name)} - (set() if moves else stopping) | starts
    return Way(
        holder=holder,
        target=situation.target,
        scripted=scripted,
        run=run,
        stops=stops,
        starts=starts,
        proof=(moves and scripted) or (up == set(running) and _changes_hands(wanted, starts)),
        foreign_files=_foreign_files(situation, wanted, holder),
        accepted=any(check.key == "partition.free" and check.verdict == "unknown" for check in found),
        past_no_return=wanted.past_no_return,
    )


def _changes_hands(wanted: Unwinding, starts: frozenset[str]) -> bool:
    """Whether mail has anything to do with it: something starts, or what mail reads changes."""
    return bool(starts) or wanted.directory


def _runs(seen: NodeObservation, service: str) -> bool:
    state = seen.service(service).value
    return state is not None and state.state not in IDLE


def _foreign_files(situation: Situation, wanted: Unwinding, holder: str) -> bool:
    """Whether a store service has run on the holder, or may have: its stores' files are then of the other server."""
    stores = [service.name for service in situation.generation.services if service.mounts_stores]
    started = {service for _, service in wanted.started}
    ran = started & set(stores) or any(_runs(situation.seen(holder), name) for name in stores)
    return bool(ran) or wanted.past_no_return


def _refuse_nothing(undone: Undone, way: Way, restored: Restored) -> None:
    if way.moves or way.stops or way.starts or not restored.empty:
        return
    text = f"Everything that operation {undone.number} did is as it was before: there is nothing to take back."
    raise Refusal.of(text, "Nothing to do.", key="undo.nothing", about=str(undone.number))


def _notes(
    undone: Undone, first: str, wanted: Unwinding, way: Way, objects: ObjectsBack, frozen: _Frozen
) -> Iterator[str]:
    title = next((step.title for step in undone.plan.steps if step.key == wanted.first), "")
    down_to = f", from its end down to “{title}”" if title else ", all of it"
    yield f"Takes back operation {undone.number}, the {undone.plan.kind} to {undone.plan.target}{down_to}."
    if first != wanted.first:
        yield (
            f"The group is on {way.holder}: the directory may only name the node that has the group, so all of the "
            "operation is taken back with it."
        )
    if way.past_no_return:
        yield f"{undone.plan.target} was given its go: Exchange may have run there, and is stopped there now."
    if way.foreign_files and way.moves:
        yield f"{way.holder} may have written the stores' files: {way.target}'s are marked until they are mounted."
    if not way.proof:
        yield f"Mail is not started on {way.target} by this undo; nothing is proved but what it restores."
    for text in objects.overtaken()[:OVERTAKEN_SHOWN]:
        yield f"Changed by somebody else since, left as it is and put on the to-do list: {text}."
    if frozen.overtaken_count:
        shown = "; ".join(frozen.overtaken)
        yield f"{frozen.overtaken_count:,} mailboxes were changed by somebody else since and are left alone: {shown}."


def _plan(
    field: Field,
    situation: Situation,
    way: Way,
    restored: Restored,
    found: tuple[Check, ...],
    notes: tuple[str, ...],
    valid_seconds: float,
) -> Plan:
    now = field.clock.now()
    direction = direction_to(situation.view, field.cluster.server_of(way.target))
    steps: tuple[Step, ...] = undo_steps(field, situation.observation, way, restored, direction)
    return Plan(
        kind="undo",
        cluster=field.cluster.name,
        cluster_id=field.cluster.id,
        source=situation.source,
        target=situation.target,
        created=now,
        expires=now + timedelta(seconds=valid_seconds),
        steps=steps,
        checks=found,
        membership=restored.membership,
        structural=drift.fingerprint(field.cluster, field.generation, situation.observation, situation.view),
        controller=situation.view.controller.dns_name,
        notes=notes,
    )
