"""The event logs of a node: what Windows and Exchange enter there by themselves, and what a fault enters."""

from console.lab.exchange import INFORMATION_STORE
from console.lab.state import LoggedEvent, Node, Service
from console.lab.world import World

ERROR, INFORMATION = 1, 3
ATTENDANT = "MSExchangeSA"
DISCREPANCY = 9040  # the guide shows the text alone: the number is the lab's own
MANAGER = "Service Control Manager"


def enter(world: World, node: Node, log: str, source: str, code: int, message: str, kind: int = ERROR) -> None:
    """Enter an event at the node's present."""
    with world.lock:
        number = node.events[-1].number + 1 if node.events else 1
        node.events.append(LoggedEvent(number, log, source, code, kind, world.clock.date(), message))


def service_runs(world: World, node: Node, service: Service) -> None:
    """A service has come up: the System Attendant finds the keys of the node where it ran before."""
    name = service.installed.name
    text = f"The {service.installed.display} service entered the running state."
    enter(world, node, "System", MANAGER, 7036, text, INFORMATION)
    cluster = node.cluster
    if name == ATTENDANT:
        if cluster.keys_of not in ("", node.server):
            text = (
                "Microsoft Exchange System Attendant has detected a discrepancy in the published security data for "
                f"Exchange server '{cluster.definition.nodes[0].name}'.\r\n\r\n"
                "This server's encryption keys may have been modified illicitly."
            )
            enter(world, node, "Application", ATTENDANT, DISCREPANCY, text)
        cluster.keys_of = node.server


def service_died(world: World, node: Node, service: Service, code: int) -> None:
    """A service has ended while it started."""
    text = f"The {service.installed.display} service terminated with service-specific error {code}."
    enter(world, node, "System", MANAGER, 7024, text)


def counters_read(world: World, node: Node) -> None:
    """The performance monitor starts: Exchange's counters are not there where the partition is not."""
    if node.cluster.definition.partition[0].upper() in node.disk.volumes:
        return
    for service in node.services.values():
        if service.installed.exchange and service.installed.name.startswith("MSExchange"):
            name = service.installed.name
            library = f"{node.cluster.definition.partition}\\Exchsrv\\bin\\{name}.dll"
            text = f'The Open Procedure for service "{name}" in DLL "{library}" failed.'
            enter(world, node, "Application", "Perflib", 1008, text)


def from_fault(world: World, node: Node) -> None:
    """The event that the fault's argument names, `SOURCE CODE`; by default a store that cannot be mounted."""
    source, _, code = (node.faults["event-logged"].get("event") or f"{INFORMATION_STORE} 1087").rpartition(" ")
    number = int(code) if code.isdecimal() else 0
    enter(world, node, "Application", source or code, number, f"{source or code} reports an error.\r\nCode: {number}")
