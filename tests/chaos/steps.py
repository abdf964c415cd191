"""The ways that are tried, and the steps of each: held against the plan whenever one is gone without a fault."""

from dataclasses import dataclass

from tests.chaos.world import ASKING, PLAIN

SERVICES = ("MSExchangeSA", "MSExchangeMGMT", "MSExchangeIS", "RESvc", "MSExchangeMTA", "SMTPSVC", "POP3Svc")
"""As the lab's nodes have them, in the order in which they start."""
DIRECTORY = ("mount-flags", "release-names", "claim-names", "mailboxes")
POINTERS = frozenset({"pointers", "undo-pointers"})
"""Steps of the one cluster that carries what the whole organization has once."""
LOOKING = frozenset(
    {
        *("recheck", "partition-free", "verify-directory", "verify-restored", "second-opinion"),
        *("bring-up", "stores-mounted", "greetings", "proof"),
    }
)
"""Steps that only look."""
IN_DIRECTORY = frozenset({*DIRECTORY, *(f"undo-{step}" for step in DIRECTORY), *POINTERS, "unmark"})
"""Steps that write to the directory."""
PROOFS = ("stores-mounted", "greetings", "proof")


@dataclass(frozen=True)
class Way:
    """A kind of operation, on a cluster of a sort, from where the group must be: `home`, `away` or empty for either."""

    kind: str
    sort: str
    begins: str
    ends: str
    steps: tuple[str, ...]
    first: str = ""
    """A way that must have been gone right before, since this one takes it back."""
    struck: bool = True
    """Whether faults strike it; else it is only gone to come back from another."""

    def acts(self, step: str) -> bool:
        """Whether the step changes something."""
        return step not in LOOKING


MOVE = (
    "recheck",
    *(f"stop-{name}" for name in reversed(SERVICES)),
    "partition-free",
    "move-group",
    *DIRECTORY,
    "pointers",
    "verify-directory",
    *(f"start-{name}" for name in SERVICES),
    *PROOFS,
)
UNDO = (
    *MOVE[: MOVE.index("mount-flags") + 1],
    *("undo-pointers", "undo-mailboxes", "undo-claim-names", "undo-release-names", "verify-restored"),
    *(f"start-{name}" for name in SERVICES),
    *("stores-mounted", "unmark", "greetings", "proof"),
)
GO = ("go", "bring-up", *PROOFS)
WAYS = {
    "failover": Way("failover", PLAIN, "home", "away", MOVE),
    "failback": Way("failback", PLAIN, "away", "home", MOVE),
    "undo": Way("undo", PLAIN, "away", "home", UNDO, first="failover"),
    "handover": Way("failover", ASKING, "home", "away", ("recheck", "hand-over", *DIRECTORY, "verify-directory", *GO)),
    "handback": Way(
        "failback", ASKING, "away", "home", ("recheck", "hand-over", *DIRECTORY, "verify-directory", *GO), struck=False
    ),
    "takeover": Way("takeover", ASKING, "", "other", ("second-opinion", *DIRECTORY, "verify-directory", *GO)),
    "start": Way("start", ASKING, "", "same", ("second-opinion", *GO)),
}
