"""A pair of nodes before anybody has set anything up: Windows and the cluster product are there, and nothing else."""

from console.lab.files import write_configuration
from console.lab.state import STOPPED, Cluster, Components


def strip(cluster: Cluster) -> None:
    """Take everything away that the guide has a person or the console do."""
    item = cluster.definition
    cluster.groups = [group for group in cluster.groups if group.name != item.group]
    cluster.partition.items.clear()
    cluster.partition.rights.clear()
    cluster.folders.clear()
    cluster.store_homes.clear()
    cluster.names = {node.name.casefold(): [node.definition.address] for node in cluster.nodes}
    for node in cluster.nodes:
        node.disk.volumes.pop(item.partition[0].upper(), None)
        node.addresses.discard(item.floating_ip)
        node.mounted.clear()
        node.own_disk = True
        node.services = {name: one for name, one in node.services.items() if not one.installed.exchange}
        coordinator = node.services["msdtc"]
        coordinator.start, coordinator.state, coordinator.pid = 3, STOPPED, 0
        node.components, node.fixes = Components(), []
        node.service_pack = 1 if node.definition.windows == "2003" else 2
        for adapter in node.adapters:
            adapter.dns, adapter.netbios, adapter.registers = ["192.0.2.53"], 0, True
        node.adapters.reverse()
        write_configuration(cluster, node)
