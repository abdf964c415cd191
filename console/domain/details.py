"""What depends on what in a group, and where each resource may run: a second round, asked only where it is needed."""

from collections.abc import Sequence

from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.observation import ClusterView, ResourceState, Seen


def read_details(field: Field, node_name: str, view: ClusterView) -> Seen[ClusterView]:
    """`view` with the details of the group's resources, asked of that node; or why they could not be read."""
    driver, cluster, node = field.driver, field.cluster, field.cluster.node(node_name)
    try:
        asked = driver.detail_questions(cluster, node, view)
        results = field.session(node.name).batch(asked, within=cluster.timing.command) if asked else ()
        return Seen(driver.read_details(cluster, node, view, results))
    except ChangeoverError as error:
        return Seen.nothing(error.told)


def dependency_order(resources: Sequence[ResourceState]) -> tuple[str, ...]:
    """The names so that each comes after what it needs; where nothing tells, or in a circle, as they were listed."""
    left, found = list(resources), list[str]()
    while left:
        known = {resource.name for resource in left}
        ready = [r for r in left if not known & set(r.depends_on) - {r.name}]
        for resource in ready or left[:1]:
            found.append(resource.name)
            left.remove(resource)
    return tuple(found)
