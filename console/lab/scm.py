"""The service control manager of a node: states, dependencies and Win32 error codes."""

from collections.abc import Callable

from console.lab import event_log
from console.lab.exchange import INFORMATION_STORE
from console.lab.schedule import Outcome, Procedure
from console.lab.state import RUNNING, START_PENDING, STATE_WORDS, STOP_PENDING, STOPPED, Node, Service
from console.lab.stores import dismount_all, mount_all
from console.lab.world import World

OK, DEPENDENTS, CANNOT_ACCEPT, RUNNING_ALREADY = 0, 1051, 1061, 1056
DISABLED, UNKNOWN, NOT_STARTED, SPECIFIC, DIED, DEPENDENCY = 1058, 1060, 1062, 1066, 1067, 1068

STARTED: dict[str, Callable[[World, Node, str], Procedure]] = {}
"""By a service's name, what it begins to do once it runs."""
STOPPING: dict[str, Callable[[World, Node, str], Procedure]] = {}
"""By a service's name, what it does before it stops."""
WATCHERS: list[Callable[[World, Node, Service], None]] = []
"""Who is told of every service that has stopped."""


def start(world: World, node: Node, name: str, by: str) -> int:
    """Ask for a start, as StartService does: returns at once with a Win32 error code, 0 when it is under way."""
    with world.lock:
        service = node.service(name)
        if service is None:
            return UNKNOWN
        if service.start == 4:
            return DISABLED
        if service.state != STOPPED:
            return RUNNING_ALREADY
        if any(needed is None or needed.start == 4 for needed in _needs(node, service)):
            return DEPENDENCY
        world.schedule.start(_starting(world, node, service, by))
        return OK


def stop(world: World, node: Node, name: str, by: str) -> int:
    """Ask for a stop, as ControlService does: returns at once with a Win32 error code, 0 when it is under way."""
    with world.lock:
        service = node.service(name)
        if service is None:
            return UNKNOWN
        if service.state == STOPPED:
            return NOT_STARTED
        if service.state != RUNNING:
            return CANNOT_ACCEPT
        if any(other.state != STOPPED for other in dependents(node, service)):
            return DEPENDENTS
        world.schedule.start(_stopping(world, node, service, by))
        return OK


def configure(world: World, node: Node, name: str, start_type: int, by: str) -> int:
    """Change a service's start type."""
    with world.lock:
        service = node.service(name)
        if service is None:
            return UNKNOWN
        world.record("start-type", service.installed.name, str(service.start), str(start_type), node=node.name, by=by)
        service.start = start_type
        return OK


def dependents(node: Node, service: Service) -> list[Service]:
    """The services that directly need this one."""
    name = service.installed.name.casefold()
    return [
        other for other in node.services.values() if name in (needed.casefold() for needed in other.installed.depends)
    ]


def set_state(world: World, node: Node, service: Service, state: int, by: str, exit_code: int = 0) -> None:
    """Put a service into a state and record it."""
    before, service.state, service.exit_code = service.state, state, exit_code
    if state == STOPPED:
        service.pid = 0
    elif not service.pid:
        service.pid = world.new_pid()
    world.record("service", service.installed.name, STATE_WORDS[before], STATE_WORDS[state], node=node.name, by=by)
    if state == STOPPED:
        for watcher in WATCHERS:
            watcher(world, node, service)
    world.schedule.touch()


def start_and_wait(world: World, node: Node, name: str, by: str) -> Procedure:
    """Start a service and wait until it runs or has given up; 0 when it runs."""
    code = start(world, node, name, by)
    service = node.service(name)
    if service is None or code not in (OK, RUNNING_ALREADY):
        return Outcome(code)
    yield lambda: service.state in (RUNNING, STOPPED)
    return Outcome(OK if service.state == RUNNING else service.exit_code or DIED)


def stop_and_wait(world: World, node: Node, name: str, by: str) -> Procedure:
    """Stop a service, those that need it first, and wait until it has stopped."""
    service = node.service(name)
    if service is None:
        return Outcome(UNKNOWN)
    for other in dependents(node, service):
        if other.state != STOPPED:
            yield from stop_and_wait(world, node, other.installed.name, by)
    stop(world, node, name, by)
    boots = node.boots
    yield lambda: service.state == STOPPED or node.boots != boots
    return Outcome(OK)


def _needs(node: Node, service: Service) -> list[Service | None]:
    return [node.service(name) for name in service.installed.depends]


def _duration(node: Node, service: Service, usual: float) -> float:
    return node.cluster.definition.timings.services.get(service.installed.name, usual)


def _starting(world: World, node: Node, service: Service, by: str) -> Procedure:
    boots = node.boots
    name = service.installed.name
    set_state(world, node, service, START_PENDING, by)
    for needed in filter(None, _needs(node, service)):
        outcome = yield from start_and_wait(world, node, needed.installed.name, f"needed by {name}")
        if service.state != START_PENDING:
            return Outcome(DIED)
        if outcome.code:
            set_state(world, node, service, STOPPED, by, DEPENDENCY)
            return Outcome(DEPENDENCY)
    yield _duration(node, service, node.cluster.definition.timings.service_start)
    yield lambda: node.boots != boots or not (node.faulty("service-hangs", name) or node.faulty("paused"))
    if node.boots != boots or service.state != START_PENDING:
        return Outcome(DIED)
    if code := _why_it_dies(node, service):
        set_state(world, node, service, STOPPED, by, code)
        event_log.service_died(world, node, service, code)
        return Outcome(code)
    set_state(world, node, service, RUNNING, by)
    event_log.service_runs(world, node, service)
    if name in STARTED:
        world.schedule.start(STARTED[name](world, node, by))
    if name == INFORMATION_STORE and not node.cluster.databases_apart:
        yield from mount_all(world, node, by)
    return Outcome(OK)


def _stopping(world: World, node: Node, service: Service, by: str) -> Procedure:
    boots = node.boots
    name = service.installed.name
    set_state(world, node, service, STOP_PENDING, by)
    yield _duration(node, service, node.cluster.definition.timings.service_stop)
    yield lambda: node.boots != boots or not (node.faulty("service-does-not-stop", name) or node.faulty("paused"))
    if name in STOPPING:
        yield from STOPPING[name](world, node, by)
    if node.boots != boots or service.state != STOP_PENDING:
        return Outcome(DIED)
    if name == INFORMATION_STORE:
        dismount_all(world, node, by)
    set_state(world, node, service, STOPPED, by)
    return Outcome(OK)


def _why_it_dies(node: Node, service: Service) -> int:
    if node.faulty("service-does-not-start", service.installed.name):
        return DIED
    letter = node.cluster.definition.partition[0].upper()
    if service.installed.name == INFORMATION_STORE and letter not in node.disk.volumes and not node.own_disk:
        return SPECIFIC
    return OK
