"""Write the steps of a planned move for a group without scripts: the order of the design's main flow, in full."""

from collections.abc import Iterator, Sequence

from console.domain.checks import Check
from console.domain.directory import EntryChange
from console.domain.field import Field
from console.domain.observation import ClusterObservation, NodeObservation
from console.domain.plan import Membership, PlannedCommand, Step
from console.domain.products import Service
from console.domain.quoting import cmd_line
from console.domain.service_order import order
from console.domain.steps.services import start_command, stop_command
from console.domain.switch.differences import pointer_changes, store_changes
from console.domain.switch.direction import Direction
from console.domain.switch.names import spn_claim, spn_release

DIRECTORY_SECONDS = 120.0
SECONDS_PER_MAILBOX = 0.5
AWAITED = {"mount-flags": store_changes, "release-names": spn_release, "claim-names": spn_claim}
"""The steps whose changes the target must see on its own controller before Exchange starts, where they are needed."""
PARTITION_SECONDS = 120.0


def write_steps(
    field: Field,
    observation: ClusterObservation,
    source: str,
    target: str,
    direction: Direction,
    membership: Membership,
    checks: Sequence[Check],
) -> tuple[Step, ...]:
    """Recheck, stop services, free the partition, move the group, switch the directory, start services, prove."""
    wanted = field.generation.running_services(field.cluster.extra_services)
    accepted = any(check.key == "partition.free" and check.verdict == "unknown" for check in checks)
    return (
        recheck_step(),
        *stop_steps(field, source, in_start_order(wanted, observation.nodes[source])),
        free_step(field, source, accepted=accepted),
        move_step(field, source, target),
        *directory_steps(field, direction, membership),
        *start_service_steps(field, observation, target),
        *proof_steps(field, target, direction),
    )


def in_start_order(services: Sequence[Service], seen: NodeObservation) -> tuple[Service, ...]:
    """The services in start order by what the node itself says depends on what."""
    known = {service.name: seen.service(service.name).value for service in services}
    return order(services, {name: state.depends_on for name, state in known.items() if state is not None})


def recheck_step() -> Step:
    """Look again right before the first change."""
    return Step(
        key="recheck",
        kind="recheck",
        title="Check again that nothing has changed since the plan was made",
        phase="recheck",
        within=120.0,
        undo="Changes nothing.",
        safe_point=True,
    )


def stop_steps(field: Field, source: str, services: Sequence[Service]) -> Iterator[Step]:
    """The services on the source, in reverse order; the first is the last safe point before mail goes down."""
    for number, service in enumerate(reversed(services)):
        yield Step(
            key=f"stop-{service.name}",
            kind="service.stop",
            title=f"Stop {service.display} on {source}",
            phase="hand-over",
            params={"node": source, "service": service.name, "outage": number == 0},
            commands=(PlannedCommand(source, cmd_line(stop_command(service.name))),),
            within=field.cluster.timing.stop_service,
            undo=f"Start {service.name} on {source} again.",
            safe_point=number == 0,
        )


def free_step(field: Field, source: str, *, accepted: bool) -> Step:
    """Wait until nobody uses the partition any more."""
    return Step(
        key="partition-free",
        kind="partition.free",
        title=f"Wait until nothing uses {field.cluster.partition} on {source}",
        phase="hand-over",
        params={"node": source, "unlisted_accepted": accepted},
        within=PARTITION_SECONDS,
        undo="Changes nothing.",
    )


def move_step(field: Field, source: str, target: str) -> Step:
    """Have the product move the group."""
    line = cmd_line(field.driver.move(field.cluster, target))
    return Step(
        key="move-group",
        kind="group.move",
        title=f"Move the group {field.cluster.group} from {source} to {target}",
        phase="hand-over",
        params={"source": source, "target": target},
        commands=(PlannedCommand(source, line, detached=True),),
        within=field.cluster.timing.move_group,
        repeatable=False,
        undo=f"Move the group back to {source}.",
    )


def directory_steps(field: Field, direction: Direction, membership: Membership) -> Iterator[Step]:
    """Mount flags, names released and claimed, mailboxes, pointers, a reading back, and replication where it counts."""
    target = direction.target.name
    release, claim = spn_release(direction), spn_claim(direction)
    yield from _changes(
        "mount-flags", f"Let {target} mount stores that the other server wrote", store_changes(direction)
    )
    if release:
        loser = direction.source_computer.name
        yield from _changes(
            "release-names", f"Take the service principal names from the account of {loser}", (release,)
        )
    if claim:
        yield _claim(direction, claim, released=release is not None)
    yield _mailboxes(target, membership)
    yield from _changes(
        "pointers", f"Point routing, update services and address lists at {target}", pointer_changes(direction)
    )
    yield Step(
        key="verify-directory",
        kind="directory.verify",
        title="Read the directory back: nothing is left to change",
        phase="directory",
        within=DIRECTORY_SECONDS,
        undo="Changes nothing.",
    )
    if field.cluster.directory.target_controller:
        yield converged_step(field, [name for name, made in AWAITED.items() if made(direction)])


def converged_step(field: Field, awaited: Sequence[str]) -> Step:
    """Wait for the changes of the `awaited` steps on the controller that the nodes read."""
    where = field.cluster.directory.target_controller
    return Step(
        key="converged",
        kind="directory.converged",
        title=f"Wait until mount flags and names have arrived on {where}, which the nodes read",
        phase="directory",
        params={"steps": list(awaited), "controller": where},
        within=field.cluster.timing.replication,
        undo="Changes nothing.",
    )


def _changes(key: str, title: str, changes: tuple[EntryChange, ...]) -> Iterator[Step]:
    """A step for planned changes; none where there is nothing to change."""
    if changes:
        yield Step(
            key=key,
            kind="directory.apply",
            title=title,
            phase="directory",
            changes=changes,
            within=DIRECTORY_SECONDS,
            undo="Write the values before back.",
        )


def _claim(direction: Direction, claim: EntryChange, *, released: bool) -> Step:
    winner = direction.target_computer.name
    return Step(
        key="claim-names",
        kind="directory.claim",
        title=f"Give the service principal names to the account of {winner}",
        phase="directory",
        params={"released_by": ["release-names"] if released else []},
        changes=(claim,),
        within=DIRECTORY_SECONDS,
        undo="Take the names off again and give them back.",
    )


def _mailboxes(target: str, membership: Membership) -> Step:
    return Step(
        key="mailboxes",
        kind="directory.mailboxes",
        title=f"Point {membership.changing:,} of {membership.count:,} mailboxes at {target}",
        phase="directory",
        params={"count": membership.count, "changing": membership.changing},
        within=DIRECTORY_SECONDS + SECONDS_PER_MAILBOX * membership.count,
        undo="Write the values before back, mailbox by mailbox.",
    )


def start_service_steps(field: Field, observation: ClusterObservation, target: str) -> Iterator[Step]:
    """The services on the target, in the order that the node itself asks for."""
    wanted = field.generation.running_services(field.cluster.extra_services)
    for service in in_start_order(wanted, observation.nodes[target]):
        yield Step(
            key=f"start-{service.name}",
            kind="service.start",
            title=f"Start {service.display} on {target}",
            phase="bring-up",
            params={"node": target, "service": service.name},
            commands=(PlannedCommand(target, cmd_line(start_command(service.name))),),
            within=field.cluster.timing.start_service,
            undo=f"Stop {service.name} on {target} again.",
        )


def proof_steps(field: Field, target: str, direction: Direction) -> Iterator[Step]:
    """Stores, greetings, and everything at once; mail is up when the last one holds."""
    stores = sorted(store.label for store in direction.target.stores)
    address = field.cluster.floating_ip
    timing = field.cluster.timing
    wanted = (
        ("stores-mounted", "stores.mounted", f"Every store is mounted on {target}", timing.mount_stores),
        ("greetings", "greeting", f"Every protocol greets on {address}", timing.greeting),
        ("proof", "moved", f"Mail is up on {target}, everything looked at together", timing.greeting),
    )
    for key, kind, title, within in wanted:
        yield Step(
            key=key,
            kind=kind,
            title=title,
            phase="proof",
            params={"node": target, "stores": stores},
            within=within,
            undo="Changes nothing.",
        )
