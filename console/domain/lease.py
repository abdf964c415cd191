"""Who may carry an operation on: the holder of its lease, and nobody whose token has been passed by."""

from dataclasses import dataclass

from console.domain.errors import ChangeoverError


class LeaseLost(ChangeoverError):
    """Another worker owns the operation now; whoever sees this must stop without another write."""

    remedy = "Nothing to do: the operation goes on with another worker, or has been decided by a person."


@dataclass(frozen=True)
class Fence:
    """The mark of a lease on what is sent under it: tokens grow over all operations of a cluster."""

    cluster: int
    """The cluster's number in the database."""
    token: int
    valid_until: float
    """Until when the lease certainly holds, by this process's monotonic clock (`Clock.monotonic`)."""
