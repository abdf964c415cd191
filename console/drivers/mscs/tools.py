"""With what a group is moved, brought up and taken down: cluster.exe, or Exchange 2007's own cmdlets.

Which one it is, the catalog says by the generation of Exchange.
"""

from collections.abc import Sequence
from typing import Protocol

from console.domain.errors import Garbled
from console.domain.ports import Argv, CommandResult
from console.domain.products import ClusterProduct
from console.domain.topology import Cluster
from console.drivers.filling import filled
from console.drivers.mscs import commands, rules, status_list

Problem = tuple[str, str]


class GroupTool(Protocol):
    """The commands for one group; every one is planned as it stands and run as it is planned."""

    def move(self, cluster: Cluster, target: str, *, forced: bool = False) -> Argv:
        """Move the group to `target`; `forced` whatever state its stores are in."""

    def start(self, cluster: Cluster, node: str) -> Argv:
        """Bring the group up on `node`."""

    def stop(self, cluster: Cluster, node: str) -> Argv:
        """Take the group down."""

    def move_questions(self, cluster: Cluster, target: str) -> tuple[Argv, ...]:
        """What the tool itself can tell of a move to `target` beforehand."""

    def move_problems(self, cluster: Cluster, target: str, results: Sequence[CommandResult]) -> tuple[Problem, ...]:
        """What the answers say against it. Raises `Garbled`."""


class ClusterExe:
    """cluster.exe, which moves any group and looks at nothing beforehand."""

    def __init__(self, product: ClusterProduct) -> None:
        self._product = product

    def move(self, cluster: Cluster, target: str, *, forced: bool = False) -> Argv:
        """A move is one command, whatever state the stores are in."""
        return filled(self._product.move, group=cluster.group, node=cluster.node(target).name)

    def start(self, cluster: Cluster, node: str) -> Argv:
        """Bring the group up on `node`."""
        return filled(self._product.start, group=cluster.group, node=cluster.node(node).name)

    def stop(self, cluster: Cluster, node: str) -> Argv:
        """Take the group down, wherever it is."""
        return filled(self._product.stop, group=cluster.group, node=cluster.node(node).name)

    def move_questions(self, cluster: Cluster, target: str) -> tuple[Argv, ...]:
        """None."""
        return ()

    def move_problems(self, cluster: Cluster, target: str, results: Sequence[CommandResult]) -> tuple[Problem, ...]:
        """None."""
        return ()


class ExchangeShell:
    """The cmdlets for clustered mailbox servers; the server is called as its network name, which both nodes carry."""

    def move(self, cluster: Cluster, target: str, *, forced: bool = False) -> Argv:
        """Move the server; reads one line, the comment, from standard input."""
        return commands.cms_move(cluster.primary_server, cluster.node(target).name, forced=forced)

    def start(self, cluster: Cluster, node: str) -> Argv:
        """Bring the server up where its group is."""
        return commands.cms_start(cluster.primary_server)

    def stop(self, cluster: Cluster, node: str) -> Argv:
        """Take the server down until it is started; reads one line, the reason, from standard input."""
        return commands.cms_stop(cluster.primary_server)

    def move_questions(self, cluster: Cluster, target: str) -> tuple[Argv, ...]:
        """The server's own state, and its dry run of the move."""
        server = cluster.primary_server
        return (commands.cms_status(server), commands.cms_move_check(server, cluster.node(target).name))

    def move_problems(self, cluster: Cluster, target: str, results: Sequence[CommandResult]) -> tuple[Problem, ...]:
        """What the state and the dry run say against it. Raises `Garbled`."""
        if len(results) != 2:
            raise Garbled(f"There are {len(results)} answers about the clustered mailbox server, not two.")
        told, dry_run = results
        problems = rules.server_problems(cluster.primary_server, status_list.read(told))
        if not dry_run.ok:
            said = " ".join((dry_run.stdout + " " + dry_run.stderr).split())[:300] or "nothing"
            remedy = "Mend what it names; `Move-ClusteredMailboxServer -ValidateOnly` on the node shows it again."
            problems = (*problems, (f"Exchange's own check of a move to {target} refuses it: {said}", remedy))
        return problems
