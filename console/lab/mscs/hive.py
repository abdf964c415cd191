"""HKLM\\Cluster: the cluster's database as the registry of a node shows it while the cluster service runs there."""

from console.lab.mscs.state import SERVICE
from console.lab.registry import Registry
from console.lab.state import RUNNING, Node

ROOT = r"HKEY_LOCAL_MACHINE\Cluster"


def hive(node: Node) -> Registry:
    """The keys, none while the cluster service does not run."""
    keys = Registry()
    service, mscs = node.service(SERVICE), node.cluster.mscs
    if mscs is None or service is None or service.state != RUNNING:
        return keys
    keys.set(ROOT, "ClusterName", node.cluster.name)
    for kind in mscs.types.values():
        place = rf"{ROOT}\ResourceTypes\{kind.name}"
        keys.set(place, "DllName", kind.dll)
        keys.set(place, "Name", kind.name)
        keys.set(place, "IsAlivePollInterval", hex(kind.is_alive), "REG_DWORD")
        keys.set(place, "LooksAlivePollInterval", hex(kind.looks_alive), "REG_DWORD")
        if kind.admin_extensions:
            keys.set(place, "AdminExtensions", r"\0".join(kind.admin_extensions), "REG_MULTI_SZ")
    for number, group in enumerate(node.cluster.groups, start=1):
        keys.set(rf"{ROOT}\Groups\{number:08x}", "Name", group.name)
    return keys
