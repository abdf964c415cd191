"""What speaks for or against touching the standby's files, read afresh from the directory and both nodes."""

from collections.abc import Sequence

from console.domain.procedures.clearing import Circumstances
from console.domain.procedures.reading import DirectorySetup, ServerSetup
from console.domain.readings.transport import read_queue_paths, transport_config
from console.domain.steps.base import Stage, StepFailed
from console.domain.steps.setup.exchange import not_stopped


def circumstances(stage: Stage, setup: DirectorySetup, stopped: Sequence[str]) -> Circumstances:
    """What is true now; on the nodes in `stopped` Exchange shall not run. Raises `ReachError`, `StepFailed`."""
    cluster = stage.field.cluster
    return Circumstances(
        partition=cluster.partition,
        primary=setup.primary,
        standby=setup.standby,
        owner=stage.field.observe().owner(cluster.group).value,
        primary_node=cluster.primary.name,
        running=not_stopped(stage, stopped),
        live_queue=_queue(stage, setup.primary),
    )


def _queue(stage: Stage, server: ServerSetup) -> tuple[str, ...]:
    """The primary's transport queue by its own file; Exchange 2003 keeps none in a folder that is cleared."""
    if stage.field.cluster.generation == "2003":
        return ()
    node = stage.field.cluster.primary.name
    if not server.installed_at:
        raise StepFailed(f"The directory does not tell where Exchange is installed on {server.name}.")
    path = transport_config(server.installed_at)
    told = stage.field.session(node).batch([("type", path)], within=stage.field.cluster.timing.command)[0]
    if not told.ok:
        raise StepFailed(f"{path} on {node} cannot be read, so nobody knows where its queue lies.")
    return tuple(read_queue_paths(told.stdout).values())
