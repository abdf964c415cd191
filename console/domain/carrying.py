"""Groups that carry the Exchange server's name and address: what their driver knows beside `ports.Driver`.

With such a product (`ClusterProduct.name_moves`) the directory knows one server, whichever node has the group.
"""

from collections.abc import Sequence
from typing import Protocol, TypeGuard

from console.domain.ports import Argv, CommandResult, Driver
from console.domain.topology import Cluster


class CarryingDriver(Driver, Protocol):
    """How a product is asked and told whose group carries name and address of the Exchange server.

    A command that must sign in to a further machine (`console.domain.second_hop`) is run in the session, with the line
    `operator: reason` as its standard input; any other is started detached.
    """

    def forced_move(self, cluster: Cluster, target: str) -> Argv:
        """The command that moves the group to `target`, run there, whatever state its stores are in."""

    def move_questions(self, cluster: Cluster, target: str) -> tuple[Argv, ...]:
        """Read-only commands that only a planned move asks (a dry run, the server's own state); none is an answer."""

    def move_problems(
        self, cluster: Cluster, target: str, results: Sequence[CommandResult]
    ) -> tuple[tuple[str, str], ...]:
        """What the answers to `move_questions` say against the move, as (reason, remedy) pairs. Raises `Garbled`."""

    def goes_on(self, exit_code: int) -> bool:
        """Whether a move that ended with this exit code has only stopped waiting, and goes on."""

    def explain(self, exit_code: int) -> tuple[str, str]:
        """What an exit code of the product's commands means, and what to do about it."""


def carries_names(driver: Driver) -> TypeGuard[CarryingDriver]:
    """Whether the driver's groups carry name and address of the Exchange server with them."""
    return driver.product.name_moves
