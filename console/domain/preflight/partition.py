"""The check of the switching partition: if it is in use during a move, the node is shut down (guide, Notes)."""

from console.domain.checks import Check, failed, passed, untold
from console.domain.observation import describe
from console.domain.observe import foreign_users
from console.domain.preflight.base import Situation


def check(situation: Situation) -> Check:
    """Whether somebody else than Exchange uses the switching partition on the source (guide, Notes)."""
    seen, drive = situation.seen(situation.source), situation.cluster.partition
    title = f"Nobody uses {drive} on {situation.source} but Exchange"
    users = foreign_users(seen.partition, situation.cluster, situation.generation)
    if users:
        return failed(
            "partition.free",
            title,
            f"{drive} is in use by {describe(users)}. If it is in use during the move, the node is shut down.",
            "Close the programs, log off the sessions and leave the folders named here, then check again.",
            about=situation.source,
            evidence="\n".join(f"{u.what}: {u.process} {u.pid or ''} {u.path}" for u in users),
        )
    if not seen.partition.complete:
        return untold(
            "partition.free",
            title,
            f"Not everything can be listed: {' '.join(seen.partition.unlisted)}",
            f"Install handle.exe in the search path of {situation.source}, or make sure by hand and accept this.",
            about=situation.source,
        )
    return passed("partition.free", title, "Handles, share sessions and programs were listed.", about=situation.source)
