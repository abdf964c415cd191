"""Write the steps of an undo: what was done taken back in reverse order, the group moved first where agreement asks."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from console.domain.directory import EntryChange
from console.domain.field import Field
from console.domain.observation import ClusterObservation
from console.domain.plan import Membership, PlannedCommand, Step
from console.domain.products import Service
from console.domain.quoting import cmd_line
from console.domain.steps.services import stop_command
from console.domain.steps.write import (
    DIRECTORY_SECONDS,
    SECONDS_PER_MAILBOX,
    converged_step,
    free_step,
    in_start_order,
    move_step,
    proof_steps,
    recheck_step,
    start_service_steps,
    stop_steps,
)
from console.domain.steps.write_scripted import go_steps, hand_over_step
from console.domain.switch.differences import store_changes
from console.domain.switch.direction import Direction
from console.domain.switch.inverse import as_recorded

CHANGES_NOTHING = "Changes nothing."


@dataclass(frozen=True)
class Way:
    """How the group gets to where it shall be, and what is stopped and started on the way."""

    holder: str
    """The node that has the group."""
    target: str
    """The node that shall have it."""
    scripted: bool
    """Whether the nodes' own scripts stop and start Exchange."""
    run: str
    """The script run that waits on the holder for a go, if one does."""
    stops: tuple[tuple[str, str], ...]
    """(node, service) to be stopped, the first one first; a group that moves has its services in start order."""
    starts: frozenset[str]
    """The services to be started on the target."""
    proof: bool
    """Whether mail is up on the target in the end."""
    foreign_files: bool
    """Whether the other server may have written the stores' files, so that the target must be let mount them."""
    accepted: bool
    """Whether it was accepted that not every use of the partition can be listed."""
    past_no_return: bool

    @property
    def moves(self) -> bool:
        """Whether the group moves."""
        return self.holder != self.target


@dataclass(frozen=True)
class Restored:
    """What is restored in the directory: for each step that is taken back its objects, and the mailboxes."""

    objects: tuple[tuple[Step, tuple[EntryChange, ...]], ...]
    """In the order in which they are restored."""
    refused: frozenset[str]
    """Keys of the steps of which somebody else has changed an object since."""
    mailboxes: Step | None
    membership: Membership

    @property
    def empty(self) -> bool:
        """Whether everything holds the values from before already."""
        return not self.membership.changing and not any(changes for _, changes in self.objects)


def undo_steps(
    field: Field, observation: ClusterObservation, way: Way, restored: Restored, direction: Direction
) -> tuple[Step, ...]:
    """Recheck, the group back, the directory back, services or the script's go, proofs; only what is needed of it."""
    marks = _marks(restored, direction) if way.moves and way.foreign_files else ()
    return (
        replace(recheck_step(), kind="undo.recheck", params={"past_no_return": way.past_no_return}),
        *_group_back(field, observation, way),
        *_mark(marks, direction.target.name),
        *_directory_back(restored),
        *_converged(field, restored, marked=bool(marks)),
        *_bring_up(field, observation, way),
        *_proved(field, way, direction, marks),
    )


def _marks(restored: Restored, direction: Direction) -> tuple[EntryChange, ...]:
    """The stores of the target that are to be marked for a while: not those that are restored to be marked anyway."""
    touched = {change.dn.casefold() for _, changes in restored.objects for change in changes}
    return tuple(change for change in store_changes(direction) if change.dn.casefold() not in touched)


def _group_back(field: Field, observation: ClusterObservation, way: Way) -> Iterator[Step]:
    if way.run:
        yield _withhold(field, way)
    if way.moves and way.scripted:
        yield replace(hand_over_step(field, way.holder, way.target), kind="hand-over.back")
        return
    if way.moves:
        yield from stop_steps(field, way.holder, _services(field, observation, way))
        yield free_step(field, way.holder, accepted=way.accepted)
        yield replace(move_step(field, way.holder, way.target), kind="group.move-back")
        return
    yield from (_stop(field, node, service) for node, service in reversed(way.stops))


def _services(field: Field, observation: ClusterObservation, way: Way) -> tuple[Service, ...]:
    names = {service for _, service in way.stops}
    running = field.generation.running_services(field.cluster.extra_services)
    return in_start_order([s for s in running if s.name in names], observation.nodes[way.holder])


def _withhold(field: Field, way: Way) -> Step:
    return Step(
        key="withhold-go",
        kind="go.withhold",
        title=f"Tell START.BAT on {way.holder}, which waits for a go, that there is none",
        phase="hand-over",
        params={"node": way.holder, "run": way.run},
        within=field.cluster.timing.move_group,
        no_return="The script ends when it has heard it; the group is then in failure until it is moved or started.",
        safe_point=True,
    )


def _stop(field: Field, node: str, service: str) -> Step:
    return Step(
        key=f"stop-{service}",
        kind="service.stop",
        title=f"Stop {service} on {node} again",
        phase="hand-over",
        params={"node": node, "service": service},
        commands=(PlannedCommand(node, cmd_line(stop_command(service))),),
        within=field.cluster.timing.stop_service,
        undo=f"Start {service} on {node} again.",
    )


def _mark(marks: Sequence[EntryChange], server: str) -> Iterator[Step]:
    if marks:
        yield Step(
            key="mount-flags",
            kind="directory.apply",
            title=f"Let {server} mount stores that the other server wrote, until they are mounted",
            phase="directory",
            changes=tuple(marks),
            within=DIRECTORY_SECONDS,
            undo="Write the values before back.",
        )


def _directory_back(restored: Restored) -> Iterator[Step]:
    for step, changes in restored.objects:
        if restored.mailboxes is step and restored.membership.changing:
            yield _mailboxes(step, restored.membership)
        elif changes:
            yield Step(
                key=f"undo-{step.key}",
                kind="directory.restore",
                title=f"Take back “{step.title}”",
                phase="directory",
                changes=changes,
                within=DIRECTORY_SECONDS,
                undo="Write the values from before the undo back.",
            )
    if not restored.empty:
        yield Step(
            key="verify-restored",
            kind="directory.verify-restored",
            title="Read the directory back: everything holds the values from before",
            phase="directory",
            within=DIRECTORY_SECONDS,
            undo=CHANGES_NOTHING,
        )


def _mailboxes(step: Step, membership: Membership) -> Step:
    return Step(
        key=f"undo-{step.key}",
        kind="directory.restore-mailboxes",
        title=f"Give {membership.changing:,} of {membership.count:,} mailboxes the values from before",
        phase="directory",
        params={"count": membership.count, "changing": membership.changing},
        within=DIRECTORY_SECONDS + SECONDS_PER_MAILBOX * membership.count,
        undo="Write the values from before the undo back, mailbox by mailbox.",
    )


def _converged(field: Field, restored: Restored, *, marked: bool) -> Iterator[Step]:
    """Where the nodes read another controller: what Exchange reads when it starts must have arrived there."""
    awaited = [f"undo-{step.key}" for step, changes in restored.objects if changes and step.key not in restored.refused]
    awaited += ["mount-flags"] if marked else []
    if field.cluster.directory.target_controller and awaited:
        yield converged_step(field, awaited)


def _bring_up(field: Field, observation: ClusterObservation, way: Way) -> Iterator[Step]:
    if way.moves and way.scripted:
        yield from go_steps(field, way.target, command_on=way.holder)
        return
    yield from _only(start_service_steps(field, observation, way.target), way.starts)


def _only(steps: Iterator[Step], services: Collection[str]) -> Iterator[Step]:
    return (step for step in steps if step.params["service"] in services)


def _proved(field: Field, way: Way, direction: Direction, marks: Sequence[EntryChange]) -> Iterator[Step]:
    """The proofs, and the stores' marks taken off as soon as every store is mounted."""
    for step in proof_steps(field, way.target, direction) if way.proof else ():
        yield step
        if step.kind == "stores.mounted" and marks:
            yield Step(
                key="unmark",
                kind="directory.unmark",
                title=f"Take the marks off the stores of {direction.target.name} again",
                phase="proof",
                changes=tuple(as_recorded(change) for change in marks),
                within=DIRECTORY_SECONDS,
                undo="Write the values before back.",
            )
