"""The switching partition: who has it, and who has something open on it."""

from console.lab.state import STOPPED, Handle, Node


def holders(node: Node) -> list[Handle]:
    """Everything open on the switching partition of this node: the services' files and other handles."""
    definition = node.cluster.definition
    if definition.partition[0].upper() not in node.disk.volumes:
        return []
    services = () if node.own_disk else node.services.values()
    held = [
        Handle(
            service.installed.image.rpartition("\\")[2],
            service.pid,
            definition.partition + service.installed.holds.replace("SERVER", node.server),
        )
        for service in services
        if service.installed.holds and service.state != STOPPED
    ]
    prefix = definition.partition.casefold()
    return held + [handle for handle in node.handles if handle.path.casefold().startswith(prefix)]
