"""Looks at a node in one batched round, and at both nodes of a cluster at once; reads only, never raises for a node."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import TypeVar

from console.domain import readings
from console.domain.errors import ChangeoverError, Garbled, WrongNode
from console.domain.observation import (
    ClusterObservation,
    NodeObservation,
    PartitionUse,
    PartitionUser,
    Seen,
    ServiceState,
)
from console.domain.ports import Argv, Clock, CommandResult, Driver, Nodes, NodeSession
from console.domain.products import Generation
from console.domain.topology import Cluster, Node

T = TypeVar("T")

HOSTNAME: Argv = ("hostname",)
VERSION: Argv = ("ver",)
CLOCK: Argv = ("wmic", "os", "get", "LocalDateTime,LastBootUpTime", "/value")
OPEN_FILES: Argv = ("openfiles", "/query", "/fo", "csv", "/v")
PROCESSES: Argv = ("wmic", "process", "get", "Name,ProcessId,ExecutablePath", "/value")
_COUNTERS = "Win32_PerfRawData_MSExchangeIS_MSExchangeIS"
MAILBOX_STORES: Argv = ("wmic", "path", f"{_COUNTERS}Mailbox", "get", "Name", "/value")
PUBLIC_STORES: Argv = ("wmic", "path", f"{_COUNTERS}Public", "get", "Name", "/value")

EVIDENCE_LIMIT = 4000
"""Characters kept of what one command printed."""


def questions(cluster: Cluster, node: Node, generation: Generation, driver: Driver) -> tuple[Argv, ...]:
    """Every read-only command of one round on `node`, in order."""
    services = [service.name for service in generation.running_services(cluster.extra_services)]
    return (
        HOSTNAME,
        CLOCK,
        VERSION,
        *driver.questions(cluster, node),
        *(("sc", "query", name) for name in services),
        *(("sc", "qc", name) for name in services),
        *_store_questions(generation),
        *(_partition_questions(cluster) if driver.product.needs_free_partition else ()),
    )


def observe_node(
    session: NodeSession, cluster: Cluster, node: Node, generation: Generation, driver: Driver, clock: Clock
) -> NodeObservation:
    """What one batched round reads on `node`.

    A node that does not answer, or that answers with another name, gives an observation with `unreachable` and a
    remedy: what another machine says is never taken for this node's.
    """
    asked = questions(cluster, node, generation, driver)
    started = clock.now()
    try:
        answers = _Answers(dict(zip(asked, session.batch(asked, within=cluster.timing.command), strict=True)))
        hostname = readings.read_hostname(answers.of(HOSTNAME))
    except ChangeoverError as error:
        return NodeObservation(node.name, clock.now(), unreachable=error.message, remedy=error.remedy)
    if hostname.casefold() != node.name.casefold():
        told = f"The machine at {node.address} calls itself {hostname}, not {node.name}."
        seen: Seen[str] = Seen(hostname)
        return NodeObservation(node.name, clock.now(), unreachable=told, remedy=WrongNode.remedy, hostname=seen)
    read = replace(
        _read(answers, cluster, node, generation, driver),
        scripts=answers.seen(lambda: _scripts(session, cluster, driver, _product(answers, cluster, node, driver))),
    )
    middle = started + (clock.now() - started) / 2
    offset = answers.seen(lambda: _offset(answers.of(CLOCK), middle))
    return replace(read, node=node.name, at=clock.now(), hostname=Seen(hostname), clock_offset=offset)


def observe_cluster(
    nodes: Nodes, cluster: Cluster, generation: Generation, driver: Driver, clock: Clock
) -> ClusterObservation:
    """Both nodes of `cluster`, read at the same time."""

    def look(node: Node) -> NodeObservation:
        try:
            with nodes.open(node) as session:
                return observe_node(session, cluster, node, generation, driver, clock)
        except ChangeoverError as error:
            return NodeObservation(node.name, clock.now(), unreachable=error.message, remedy=error.remedy)

    first, *others = cluster.nodes
    with ThreadPoolExecutor(max_workers=len(others), thread_name_prefix="observe") as pool:
        begun = pool.map(look, others)
        seen = [look(first), *begun]
    return ClusterObservation(cluster.name, clock.now(), {observation.node: observation for observation in seen})


def observe_services(session: NodeSession, names: Sequence[str], *, within: float) -> dict[str, Seen[ServiceState]]:
    """The services `names` alone, in one short round; casefolded name to what was seen. Raises `ReachError`."""
    asked = [*(("sc", "query", name) for name in names), *(("sc", "qc", name) for name in names)]
    answers = _Answers(dict(zip(asked, session.batch(asked, within=within), strict=True)))
    return _services(answers, names)


def foreign_users(use: PartitionUse, cluster: Cluster, generation: Generation) -> tuple[PartitionUser, ...]:
    """The users of the partition that are not Exchange's own programs: those that nobody stops before a move."""
    own = {image.casefold() for s in generation.running_services(cluster.extra_services) for image in s.images}
    return tuple(user for user in use.users if user.what == "share" or user.process.casefold() not in own)


@dataclass
class _Answers:
    """What the commands answered, and the evidence of it."""

    results: Mapping[Argv, CommandResult]

    def of(self, argv: Argv) -> CommandResult:
        """The answer to `argv`."""
        return self.results[argv]

    def seen(self, read: Callable[[], T]) -> Seen[T]:
        """The fact that `read` gives, or why it could not be read."""
        try:
            return Seen(read())
        except ChangeoverError as error:
            return Seen.nothing(error.told)

    def evidence(self) -> str:
        """Every command with what it printed, each cut to a few thousand characters."""
        return "\n".join(_shown(argv, result) for argv, result in self.results.items())


def _product(answers: _Answers, cluster: Cluster, node: Node, driver: Driver) -> list[CommandResult]:
    """What the cluster product answered."""
    return [answers.of(argv) for argv in driver.questions(cluster, node)]


def _read(answers: _Answers, cluster: Cluster, node: Node, generation: Generation, driver: Driver) -> NodeObservation:
    names = [service.name for service in generation.running_services(cluster.extra_services)]
    services = _services(answers, names)
    product = _product(answers, cluster, node, driver)
    return NodeObservation(
        node="",
        at=datetime.min,
        windows=answers.seen(lambda: readings.read_version(answers.of(VERSION))),
        engine=answers.seen(lambda: driver.read_view(cluster, product)),
        group_resources=answers.seen(lambda: driver.read_resources(cluster, product)),
        services=services,
        stores=answers.seen(lambda: _stores(answers, generation, services)),
        partition=_partition(answers, cluster.partition) if driver.product.needs_free_partition else _untold(driver),
        evidence=answers.evidence(),
    )


def _scripts(session: NodeSession, cluster: Cluster, driver: Driver, product: Sequence[CommandResult]) -> str:
    """What the group runs on this node; its files are read in a round of their own, once their names are known."""
    resources = driver.read_resources(cluster, product)
    asked = driver.script_questions(cluster, resources)
    shown = session.batch(asked, within=cluster.timing.command) if asked else ()
    return driver.script_state(resources, shown)


def _partition_questions(cluster: Cluster) -> tuple[Argv, ...]:
    return (("handle.exe", "-accepteula", cluster.partition), OPEN_FILES, PROCESSES)


def _store_questions(generation: Generation) -> tuple[Argv, ...]:
    return (MAILBOX_STORES, PUBLIC_STORES) if generation.has_public_stores else (MAILBOX_STORES,)


def _services(answers: _Answers, names: Sequence[str]) -> dict[str, Seen[ServiceState]]:
    def read(name: str) -> ServiceState:
        return _service(name, answers.of(("sc", "query", name)), answers.of(("sc", "qc", name)))

    return {name.casefold(): answers.seen(partial(read, name)) for name in names}


@lru_cache(maxsize=2048)
def _service(name: str, query: CommandResult, config: CommandResult) -> ServiceState:
    """What the two answers say; hardly ever anything new. Raises `Garbled`."""
    state = readings.read_service(name, query)
    start_type, needs = readings.read_config(name, config)
    return replace(state, start_type=start_type, depends_on=needs)


def _stores(answers: _Answers, generation: Generation, services: Mapping[str, Seen[ServiceState]]) -> frozenset[str]:
    """The mounted stores: none when the service that brings them up is stopped, else those that its counters show."""
    holder = next(service.name for service in generation.services if service.mounts_stores)
    state = services[holder.casefold()].value
    if state is not None and state.state in ("STOPPED", "ABSENT"):
        return frozenset()
    found: set[str] = set()
    for argv in _store_questions(generation):
        result = answers.of(argv)
        if readings.invalid_class(result):
            told = state.state if state else "in an unknown state"
            raise Garbled(f"The counters of the stores are not there, though {holder} is {told}.")
        found |= readings.mounted_stores(readings.read_blocks(result))
    return frozenset(found)


def _partition(answers: _Answers, drive: str) -> PartitionUse:
    lists: list[Callable[[], tuple[PartitionUser, ...]]] = [
        lambda: readings.open_handles(answers.of(("handle.exe", "-accepteula", drive)), drive),
        lambda: readings.open_files(answers.of(OPEN_FILES), drive),
        lambda: readings.images_on(readings.read_blocks(answers.of(PROCESSES)), drive),
    ]
    seen = [answers.seen(read) for read in lists]
    users = tuple(user for found in seen for user in found.value or ())
    return PartitionUse(users, tuple(found.unknown for found in seen if found.value is None))


def _untold(driver: Driver) -> PartitionUse:
    """For a product that takes its disks along whoever uses them."""
    return PartitionUse(unlisted=(f"not asked: {driver.title} takes its disks along whoever uses them",))


def _offset(result: CommandResult, ours: datetime) -> float:
    """Seconds by which the node's clock is ahead of `ours`."""
    return (readings.node_clock(readings.read_blocks(result)) - ours) / timedelta(seconds=1)


def _shown(argv: Argv, result: CommandResult) -> str:
    printed = (result.stdout.strip() + "\n" + result.stderr.strip()).strip()
    cut = " …" if len(printed) > EVIDENCE_LIMIT else ""
    return f"> {' '.join(argv)} (exit code {result.exit_code})\n{printed[:EVIDENCE_LIMIT]}{cut}\n"
