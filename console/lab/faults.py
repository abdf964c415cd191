"""The faults that a node can be given while it runs: one table, each with what it does.

A fault is on or off per node. Its argument, where it takes one, is the name of a service, store or resource
(left out: all of them), the milliseconds of a delay, or another computer's name.
"""

from collections.abc import Callable
from dataclasses import dataclass

from console.lab import power, stores
from console.lab.groups import crash
from console.lab.state import Handle, Node
from console.lab.world import World

Switch = Callable[[World, Node], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: what it does in a sentence, its argument's name, and what happens when it is switched."""

    sentence: str
    argument: str = ""
    on: Switch | None = None
    off: Switch | None = None


class UnknownFault(Exception):
    """No fault of this name, or one that does not take the argument given."""


def _open_explorer(world: World, node: Node) -> None:
    path = node.cluster.definition.partition + "\\Exchsrv"
    node.handles.append(Handle("explorer.exe", world.new_pid(), path))


def _close_explorer(world: World, node: Node) -> None:
    node.handles[:] = [handle for handle in node.handles if handle.image != "explorer.exe"]


def _dismount(world: World, node: Node) -> None:
    for group, store in sorted(node.mounted):
        if node.faulty("store-unmounted", store):
            stores.dismount(world, node, group, store, "fault")


def _mount(world: World, node: Node) -> None:
    for group, store in node.cluster.stores():
        stores.mount(world, node, group, store, "fault off")


FAULTS = {
    "refuse": Fault("WinRM's port refuses connections."),
    "hang": Fault("WinRM accepts requests (all, or those of one action) and never answers.", "action"),
    "drop": Fault("WinRM breaks the connection in the middle of its answer (to one action).", "action"),
    "wrong-password": Fault("Every sign-in is answered with 401."),
    "slow": Fault("Every request waits before it is answered.", "ms"),
    "garbage": Fault("WinRM answers with bytes that are no SOAP."),
    "clpstat-garbage": Fault("clpstat prints bytes that are no status screen."),
    "other-name": Fault("hostname and the registry give another computer's name.", "computer"),
    "service-does-not-stop": Fault("A service that is told to stop stays STOP_PENDING.", "service"),
    "service-does-not-start": Fault("A service that is started dies and is STOPPED again.", "service"),
    "service-hangs": Fault("A service that is started stays START_PENDING.", "service"),
    "store-unmounted": Fault("A store is not mounted though its service runs.", "store", _dismount, _mount),
    "group-fails": Fault("A resource fails when a group starts here (Online Failure).", "resource"),
    "engine-down": Fault(
        "The cluster engine is gone while WinRM answers.",
        "",
        lambda world, node: power.kill_engine(world, node, "fault"),
        lambda world, node: power.revive_engine(world, node, "fault off"),
    ),
    "winrm-down": Fault("WinRM is gone (refused) while the cluster engine runs."),
    "partition-busy": Fault("explorer.exe has a folder of the partition open.", "", _open_explorer, _close_explorer),
    "handle-missing": Fault("handle.exe is not installed."),
    "powered-off": Fault(
        "The node has lost its power; switched off again, it boots.",
        "",
        lambda world, node: crash(world, node, "fault"),
        lambda world, node: power.boot(world, node, "fault off"),
    ),
}


def switch(world: World, node: Node, name: str, on: bool, /, **arguments: str) -> None:
    """Switch a fault of a node on or off. Raises `UnknownFault`."""
    fault = FAULTS.get(name)
    if fault is None:
        raise UnknownFault(f"No fault {name!r}; there are {', '.join(FAULTS)}.")
    if set(arguments) - {fault.argument}:
        raise UnknownFault(f"Fault {name} takes {fault.argument or 'no argument'}, not {', '.join(arguments)}.")
    with world.lock:
        before = name in node.faults
        if on:
            node.faults[name] = {key: str(value) for key, value in arguments.items()}
        else:
            node.faults.pop(name, None)
        world.record("fault", name, _word(before), _word(on), node=node.name, by=" ".join(arguments.values()))
        action = fault.on if on else fault.off
        if action and before != on:
            action(world, node)
        world.schedule.touch()


def _word(on: bool) -> str:
    return "on" if on else "off"
