"""Everything that carries out a switch, in one place to import from."""

from console.domain.switch.objects import NamesNotMoved, apply_changes, claim_names, pending
from console.domain.switch.outcome import Outcome
from console.domain.switch.patience import Patience, patiently
from console.domain.switch.users import compare_membership, switch_mailboxes
from console.domain.switch.verify import Remaining, remaining_differences, verify

__all__ = [
    "NamesNotMoved",
    "Outcome",
    "Patience",
    "Remaining",
    "apply_changes",
    "claim_names",
    "compare_membership",
    "patiently",
    "pending",
    "remaining_differences",
    "switch_mailboxes",
    "verify",
]
