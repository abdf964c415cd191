"""The runs of a cluster's START.BATs as the domain sees them, and those of a console that hears of none."""

from datetime import datetime
from typing import Protocol

from console.domain.errors import ChangeoverError
from console.domain.events.facts import RunView


class GoHeld(ChangeoverError):
    """Another run holds a go that has not expired: there is at most one for each cluster."""

    remedy = "Wait until that go has expired, and find out whether its node is active."


class Runs(Protocol):
    """The runs of the cluster's own START.BATs that asked for a go, and the goes they were given.

    At most one go of a cluster is unexpired at any time, whoever asks. What a run was told with a no stays told.
    """

    def starting(self, node: str, since: datetime) -> RunView | None:
        """The latest run of `node` that asked at or after `since`."""

    def run(self, run_id: str) -> RunView | None:
        """The run called so."""

    def give_go(self, run_id: str, *, valid_seconds: float) -> None:
        """Answer the run with a go; a run that has one keeps it. Raises `GoHeld` when another's is unexpired."""

    def say_no(self, run_id: str, reason: str) -> None:
        """Answer the run with a no, unless it has fetched a go."""

    def withdraw(self, run_id: str, reason: str) -> None:
        """End the run's go, if it has one that it has not fetched, and answer no from now on."""


class NoRuns:
    """The runs where no script ever asks: for plans whose groups run none."""

    def starting(self, node: str, since: datetime) -> RunView | None:
        """None."""
        return None

    def run(self, run_id: str) -> RunView | None:
        """None."""
        return None

    def give_go(self, run_id: str, *, valid_seconds: float) -> None:
        """Raises `KeyError`: there is no such run."""
        raise KeyError(run_id)

    def say_no(self, run_id: str, reason: str) -> None:
        """Raises `KeyError`: there is no such run."""
        raise KeyError(run_id)

    def withdraw(self, run_id: str, reason: str) -> None:
        """Raises `KeyError`: there is no such run."""
        raise KeyError(run_id)
