"""The runs of a console that hears of none: for plans whose groups run no script."""

from datetime import datetime

from console.domain.errors import ChangeoverError
from console.domain.events.facts import RunView


class GoHeld(ChangeoverError):
    """Another run holds a go that has not expired: there is at most one for each cluster."""

    remedy = "Wait until that go has expired, and find out whether its node is active."


class NoRuns:
    """Implements `console.domain.ports.Runs` where no script ever asks."""

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
