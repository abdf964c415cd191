"""The faults that a node can be given while it runs: one table, each with what it does.

A fault is on or off per node. Its argument, where it takes one, is the name of a service, store or resource
(left out: all of them), the milliseconds of a delay, or another computer's name.
"""

from console.lab import event_log, groups, heartbeat, power, stores
from console.lab.cmd.registry_writing import DENIED
from console.lab.exchange import Installed
from console.lab.fault import Fault
from console.lab.files import write_configuration, write_scripts
from console.lab.groups import crash
from console.lab.mscs import move_faults
from console.lab.mscs.defects import DEFECTS
from console.lab.resources import log
from console.lab.state import RUNNING, Handle, Node, Service
from console.lab.world import World

EXPRESSCLUSTER = "expresscluster"
_FURTHER = "A service that a fault installed"


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
    move_faults.databases_follow(world, node, "fault")


def _mount(world: World, node: Node) -> None:
    for group, store in node.cluster.stores():
        stores.mount(world, node, group, store, "fault off")
    move_faults.databases_follow(world, node, "fault off")


def _install(world: World, node: Node) -> None:
    name = node.faults["service-installed"].get("service") or "MSADC"
    image = rf"C:\Program Files\{name}\{name}.exe"
    node.services[name.casefold()] = Service(Installed(name, _FURTHER, image, 2, exchange=False), 2, RUNNING)


def _uninstall(world: World, node: Node) -> None:
    for name in [name for name, service in node.services.items() if service.installed.display == _FURTHER]:
        del node.services[name]


def _rejoin(world: World, node: Node) -> None:
    heartbeat.regain(world, node)


def _monitor_fails(world: World, node: Node) -> None:
    """Recovery of a monitor: the group fails over, stopping in order where it was."""
    cluster = node.cluster
    log(world, node, "ERROR", "rm", "Detected an error in monitoring.")
    group = next((g for g in cluster.groups_of(node) if g.name == cluster.definition.group), None)
    if group is None or group.owner is not node or group.busy or cluster.suspended:
        return
    choices = groups.node_choices(cluster, group, but=node)
    if not choices:
        log(world, node, "WARN", "rc", "The final action was suppressed: there is no other normal server.")
        return
    log(world, node, "WARN", "rm", "Recovery target has been failed over.")
    world.schedule.start(groups.move_group(world, group, choices[0], "monitor error", "FAILOVER"))


FAULTS = {
    "refuse": Fault("WinRM's port refuses connections."),
    "hang": Fault("WinRM accepts requests (all, or those of one action) and never answers.", "action"),
    "drop": Fault("WinRM breaks the connection in the middle of its answer (to one action).", "action"),
    "wrong-password": Fault("Every sign-in is answered with 401."),
    "slow": Fault("Every request waits before it is answered.", "ms"),
    "garbage": Fault("WinRM answers with bytes that are no SOAP."),
    "clpstat-garbage": Fault("clpstat prints bytes that are no status screen.", product=EXPRESSCLUSTER),
    "other-name": Fault("hostname and the registry give another computer's name.", "computer"),
    "dns-refuses": Fault("The DNS server refuses what the node asks of it."),
    "service-does-not-stop": Fault("A service that is told to stop stays STOP_PENDING.", "service"),
    "service-does-not-start": Fault("A service that is started dies and is STOPPED again.", "service"),
    "service-installed": Fault(
        "A further service was installed: it starts by itself, and runs.", "service", _install, _uninstall
    ),
    "service-hangs": Fault("A service that is started stays START_PENDING.", "service"),
    "store-unmounted": Fault("A store is not mounted though its service runs.", "store", _dismount, _mount),
    "group-fails": Fault("A resource fails when a group starts here (Online Failure, Failed).", "resource"),
    "engine-down": Fault(
        "The cluster engine is gone while WinRM answers.",
        "",
        lambda world, node: power.kill_engine(world, node, "fault"),
        lambda world, node: power.revive_engine(world, node, "fault off"),
    ),
    "winrm-down": Fault("WinRM is gone (refused) while the cluster engine runs."),
    "partition-busy": Fault("explorer.exe has a folder of the partition open.", "", _open_explorer, _close_explorer),
    "handle-missing": Fault("handle.exe is not installed."),
    "fip-duplicate": Fault("The floating IP exists on the network already: it fails to come up here."),
    "script-fails": Fault("A script ends with exit code 9, whatever it has done.", "script", product=EXPRESSCLUSTER),
    "script-hangs": Fault(
        "A script hangs before it does anything, past its time-out.", "script", product=EXPRESSCLUSTER
    ),
    "script-edited": Fault(
        "Somebody has changed the group's batch files by hand.",
        "",
        lambda world, node: write_scripts(node.cluster, node, edited=True),
        lambda world, node: write_scripts(node.cluster, node),
        product=EXPRESSCLUSTER,
    ),
    "webhook-unreachable": Fault("The node's scripts get no answer from the console."),
    "counters-read": Fault(
        "The performance monitor is started: Exchange's counters are missing where the partition is not.",
        "",
        event_log.counters_read,
    ),
    "event-logged": Fault(
        "An error stands in the application log, of this source and number.", "event", event_log.from_fault
    ),
    "clock-off": Fault("The node's clock is off by so many seconds.", "seconds"),
    "heartbeats-lost": Fault(
        "No heartbeat passes between this node and the others: dual activation, or a network partition's action.",
        "",
        heartbeat.lose,
        _rejoin,
    ),
    "heartbeat-cut": Fault(
        "One heartbeat line is cut: it shows Caution, and so do the servers.", "line", product=EXPRESSCLUSTER
    ),
    "ping-unreachable": Fault(
        "The network partition resource's target is not reached from here (NP Error).", "line", product=EXPRESSCLUSTER
    ),
    "paused": Fault(
        "The machine stands still: nothing on it goes on or answers, its heartbeat stops.",
        "",
        heartbeat.lose,
        _rejoin,
    ),
    "monitor-error": Fault(
        "A monitor reports an error here: the group fails over.", "monitor", _monitor_fails, product=EXPRESSCLUSTER
    ),
    "not-administrator": Fault("Whoever signs in is no administrator of this node."),
    DENIED: Fault("Whoever asks may neither read nor change the registry."),
    "cp932": Fault("The node writes cp932 whatever is asked for, and its product speaks Japanese."),
    "long-names": Fault(
        "clpstat lists a monitor whose name is longer than its column and is cut.", product=EXPRESSCLUSTER
    ),
    "name-case": Fault("hostname and the registry give the computer's name in the other case."),
    "stale-configuration": Fault(
        "clp.conf is of an earlier time than the other node's.",
        "",
        lambda world, node: write_configuration(node.cluster, node, stale=True),
        lambda world, node: write_configuration(node.cluster, node),
        product=EXPRESSCLUSTER,
    ),
    "powered-off": Fault(
        "The node has lost its power; switched off again, it boots.",
        "",
        lambda world, node: crash(world, node, "fault"),
        lambda world, node: power.boot(world, node, "fault off"),
    ),
    **move_faults.FAULTS,
    **DEFECTS,
}


def switch(world: World, node: Node, name: str, on: bool, /, **arguments: str) -> None:
    """Switch a fault of a node on or off. Raises `UnknownFault`."""
    fault = FAULTS.get(name)
    if fault is None:
        raise UnknownFault(f"No fault {name!r}; there are {', '.join(FAULTS)}.")
    if set(arguments) - {fault.argument}:
        raise UnknownFault(f"Fault {name} takes {fault.argument or 'no argument'}, not {', '.join(arguments)}.")
    if fault.product not in ("", node.cluster.definition.product):
        raise UnknownFault(f"{node.name} is no node of {fault.product}: fault {name} is of those alone.")
    with world.lock:
        before = is_on(node, name)
        if on:
            node.faults[name] = {key: str(value) for key, value in arguments.items()}
        else:
            node.faults.pop(name, None)
        world.record("fault", name, _word(before), _word(on), node=node.name, by=" ".join(arguments.values()))
        action = fault.on if on else fault.off
        if action and (before != on or fault.each):
            action(world, node)
        world.schedule.touch()


def is_on(node: Node, name: str) -> bool:
    """Whether a fault is on; a node that was shut down has lost its power as well, whoever did it."""
    return name in node.faults or (name == "powered-off" and not node.powered)


def _word(on: bool) -> str:
    return "on" if on else "off"
