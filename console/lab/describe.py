"""The lab's state as plain data, for the control channel and the command line."""

from typing import TYPE_CHECKING, Any

from console.lab.faults import FAULTS
from console.lab.partition import holders
from console.lab.state import STATE_WORDS, Cluster, Node

if TYPE_CHECKING:
    from console.lab.server import Lab


def describe(lab: "Lab") -> dict[str, Any]:
    """Clusters with groups, nodes with services and addresses, the directory, and the clock."""
    with lab.world.lock:
        clusters = [_cluster(lab, cluster) for cluster in lab.world.clusters]
        now = lab.world.clock.date().isoformat(timespec="milliseconds")
    return {
        "at": now,
        "clock": lab.world.definition.clock,
        "speed": lab.world.definition.speed,
        "ca": str(lab.authority.certificate_path),
        "clusters": clusters,
        "directory": lab.directory.describe() if lab.directory else None,
        "second_directory": lab.directories[1].describe() if len(lab.directories) > 1 else None,
        "webhook": lab.world.hooks.describe(),
    }


def fault_table() -> dict[str, dict[str, str]]:
    """Every fault with its sentence and the name of its argument."""
    return {name: {"does": fault.sentence, "argument": fault.argument} for name, fault in FAULTS.items()}


def _cluster(lab: "Lab", cluster: Cluster) -> dict[str, Any]:
    item = cluster.definition
    return {
        "name": cluster.name,
        "product": item.product,
        "network_name": item.network_name,
        "generation": item.generation,
        "floating_ip": item.floating_ip,
        "greetings": {
            greeter.protocol: {"port": greeter.listener.port, "answers": greeter.listener.open}
            for greeter in lab.greeters
            if greeter.cluster is cluster
        },
        "partition": item.partition,
        "groups": [
            {
                "name": group.name,
                "status": group.status,
                "current": group.owner.name if group.owner else None,
                "resources": {entry.definition.name: entry.status for entry in group.resources},
            }
            for group in cluster.groups
        ],
        "nodes": [_node(lab, node) for node in cluster.nodes],
    }


def _node(lab: "Lab", node: Node) -> dict[str, Any]:
    server = lab.servers[node.name]
    return {
        "name": node.name,
        "winrm": lab.endpoint(node.name),
        "winrm_tls": lab.endpoint(node.name, tls=True) if server.https else None,
        "powered": node.powered,
        "engine": node.engine,
        "listening": server.http.open,
        "partition": node.cluster.definition.partition[0].upper() in node.disk.volumes,
        "addresses": sorted(node.addresses),
        "services": {entry.installed.name: STATE_WORDS[entry.state] for entry in node.services.values()},
        "stores": sorted(f"{group}\\{store}" for group, store in node.mounted),
        "holders": [{"image": h.image, "pid": h.pid, "path": h.path} for h in holders(node)],
        "groups": {group.name: group.owner.name if group.owner else None for group in node.cluster.groups_of(node)},
        "faults": {name: dict(arguments) for name, arguments in node.faults.items()},
        "shells": len(server.shells),
    }
