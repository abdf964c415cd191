"""The checks of what the nodes' own accounts may write: only a silent console needs it, so none refuses a move."""

from console.domain.checks import Check
from console.domain.delegation.dsacls import delegations
from console.domain.delegation.node_check import node_check
from console.domain.preflight.base import Situation


def checks(situation: Situation) -> list[Check]:
    """One for each node; none when nothing was read of them."""
    wanted = delegations(situation.view)[1:]
    return [node_check(found, one) for found, one in zip(situation.node_rights, wanted, strict=False)]
