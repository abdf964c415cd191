"""Mailbox and public folder stores: which of them a running information store has mounted."""

from console.lab.exchange import INFORMATION_STORE
from console.lab.schedule import Outcome, Procedure
from console.lab.state import RUNNING, Node
from console.lab.world import World


def mount_all(world: World, node: Node, by: str) -> Procedure:
    """Mount every store that may mount, one after the other."""
    boots = node.boots
    for group, store in node.cluster.stores():
        yield node.cluster.definition.timings.store_mount
        if node.boots != boots or not _runs(node):
            break
        mount(world, node, group, store, by)
    return Outcome()


def mount(world: World, node: Node, group: str, store: str, by: str) -> bool:
    """Mount one store if the information store runs, no fault forbids it and the directory allows it.

    A store that last lived on another server mounts only when the directory's overwrite flag
    (msExchPatchMDB) is set, which `world.may_mount` knows.
    """
    key = (group, store)
    if key in node.mounted or not _runs(node) or node.faulty("store-unmounted", store):
        return False
    home = node.cluster.store_homes.get(key, node.server)
    if home != node.server and not node.own_disk and world.may_mount and not world.may_mount(node.name, group, store):
        world.record("store", f"{group}\\{store}", "dismounted", "refused", node=node.name, by=by)
        return False
    node.mounted.add(key)
    if not node.own_disk:
        node.cluster.store_homes[key] = node.server
    world.record("store", f"{group}\\{store}", "dismounted", "mounted", node=node.name, by=by)
    world.schedule.touch()
    return True


def dismount(world: World, node: Node, group: str, store: str, by: str) -> None:
    """Dismount one store if it is mounted."""
    if (group, store) in node.mounted:
        node.mounted.discard((group, store))
        world.record("store", f"{group}\\{store}", "mounted", "dismounted", node=node.name, by=by)
        world.schedule.touch()


def dismount_all(world: World, node: Node, by: str) -> None:
    """Dismount every store, as the information store does when it stops."""
    for group, store in sorted(node.mounted):
        dismount(world, node, group, store, by)


def _runs(node: Node) -> bool:
    service = node.service(INFORMATION_STORE)
    return service is not None and service.state == RUNNING
