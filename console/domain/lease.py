"""Who may carry an operation on: the holder of its lease, and nobody whose token has been passed by."""

from console.domain.errors import ChangeoverError


class LeaseLost(ChangeoverError):
    """Another worker owns the operation now; whoever sees this must stop without another write."""

    remedy = "Nothing to do: the operation goes on with another worker, or has been decided by a person."
