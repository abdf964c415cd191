"""Which resources a group of Exchange consists of: what the administrator makes, and what set-up adds."""

from console.lab import definition
from console.lab.mscs.resource_types import ADDRESS, DATABASE, DISK, NAME, Kind, exchange_kinds


def exchange_group(item: definition.Cluster) -> definition.Group:
    """The group that carries Exchange: the definition's resources, else all that a finished set-up leaves."""
    return definition.Group(item.group, item.resources or _made(item), automatic=item.automatic, owner=item.owner)


def core_group(address: str, cluster_name: str) -> definition.Group:
    """The cluster's own group: its address, its name and the quorum disk."""
    resources = [
        definition.Resource("Cluster IP Address", ADDRESS, subject=address),
        definition.Resource("Cluster Name", NAME, depends=["Cluster IP Address"], subject=cluster_name),
        definition.Resource("Disk Q:", DISK, subject="Q:"),
    ]
    return definition.Group("Cluster Group", resources)


def _made(item: definition.Cluster) -> list[definition.Resource]:
    server = item.network_name
    old = item.generation == "2003"
    address = f"Exchange IP Address ({server})" if old else f"IPv4 Static Address 1 ({server})"
    name = f"Exchange Network Name ({server})" if old else f"Network Name ({server})"
    made = [
        definition.Resource(address, ADDRESS, subject=item.floating_ip),
        definition.Resource(name, NAME, depends=[address], subject=server),
        *(definition.Resource(f"Disk {drive}", DISK, subject=drive) for drive in (item.partition, *item.disks)),
    ]
    for kind in exchange_kinds(item.generation):
        if kind.created:
            made += _instances(item, kind, made)
    return made


def _instances(item: definition.Cluster, kind: Kind, made: list[definition.Resource]) -> list[definition.Resource]:
    """One resource of the type, of a database's type one for each store; each depends on all of what it needs."""
    needs = [other.name for other in made if other.kind in kind.needs]
    stores = [f"{group}/{store}" for group, names in item.storage_groups.items() for store in names]
    return [
        definition.Resource(
            kind.instance.format(server=item.network_name, store=store),
            kind.name,
            depends=list(needs),
            subject=store.replace("/", "\\") if kind.name == DATABASE else "",
        )
        for store in (stores if kind.name == DATABASE else [""])
    ]
