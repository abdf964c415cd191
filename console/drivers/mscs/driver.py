"""The driver of Microsoft's cluster service: what to ask a node, what its answers mean, how the group is moved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from console.catalog import cluster_product, generation
from console.domain.errors import Garbled
from console.domain.observation import ClusterView
from console.domain.ports import Argv, CommandResult
from console.domain.topology import Cluster, Node
from console.drivers.mscs import commands, details, rules
from console.drivers.mscs.numbers import completed, read_module, read_wmi
from console.drivers.mscs.rows import Lists
from console.drivers.mscs.tables import read_tables
from console.drivers.mscs.tools import ClusterExe, ExchangeShell, GroupTool
from console.drivers.mscs.view import view_of

WITH_MODULE = frozenset({"2008r2"})
"""The versions of Windows that have the FailoverClusters module, by which they are observed."""


class ServiceDown(Garbled):
    """The node answers but its cluster service does not."""

    remedy = "Start the cluster service of that node (`net start clussvc`), or use the node where it runs."


class Mscs:
    """Microsoft's cluster service with Exchange in it; implements `console.domain.carrying.CarryingDriver`."""

    key = "mscs"

    def __init__(self) -> None:
        self.product = cluster_product(self.key)
        self.title = self.product.title

    def questions(self, cluster: Cluster, node: Node) -> tuple[Argv, ...]:
        """The read-only commands that tell the state of the cluster: by the FailoverClusters module where there is."""
        return commands.MODULE_QUESTIONS if node.windows in WITH_MODULE else commands.TEXT_QUESTIONS

    def read_view(self, cluster: Cluster, results: Sequence[CommandResult]) -> ClusterView:
        """The node's view. Raises `ServiceDown` when its cluster service does not answer, `Garbled` for the rest."""
        return view_of(cluster, self.lists(results))

    def detail_questions(self, cluster: Cluster, node: Node, view: ClusterView) -> tuple[Argv, ...]:
        """For each resource of the group which nodes may run it, and what it depends on."""
        group = view.groups.get(cluster.group)
        return details.questions(group, by_module=node.windows in WITH_MODULE) if group else ()

    def read_details(
        self, cluster: Cluster, node: Node, view: ClusterView, results: Sequence[CommandResult]
    ) -> ClusterView:
        """`view` with that. Raises `Garbled`."""
        group = view.groups.get(cluster.group)
        if group is None:
            return view
        names = [node.name for node in cluster.nodes]
        read = details.read(group, names, results, by_module=node.windows in WITH_MODULE)
        return replace(view, groups={**view.groups, group.name: read})

    def read_resources(self, cluster: Cluster, results: Sequence[CommandResult]) -> tuple[str, ...]:
        """The group's resources, each `type@name`. Raises `Garbled`, also when their types cannot be told."""
        group = self.read_view(cluster, results).groups.get(cluster.group)
        resources = group.resources if group else ()
        if not resources:
            raise Garbled(
                f"The cluster shows no resource in a group {cluster.group}.",
                remedy="Correct the group's name in the inventory.",
            )
        if unknown := [resource.name for resource in resources if not resource.kind]:
            raise Garbled(
                f"The node does not tell the type of {', '.join(unknown)}.",
                remedy=r"Look why WMI's root\MSCluster does not answer on that node (wbemtest shows it).",
            )
        return tuple(f"{resource.kind}@{resource.name}" for resource in resources)

    def move(self, cluster: Cluster, target: str) -> Argv:
        """The command that moves the group to `target`."""
        return self._tool(cluster).move(cluster, target)

    def forced_move(self, cluster: Cluster, target: str) -> Argv:
        """The command that moves it whatever state its stores are in."""
        return self._tool(cluster).move(cluster, target, forced=True)

    def start(self, cluster: Cluster, node: str) -> Argv:
        """The command that brings the stopped group up on `node`."""
        return self._tool(cluster).start(cluster, node)

    def stop(self, cluster: Cluster, node: str) -> Argv:
        """The command that takes the group down."""
        return self._tool(cluster).stop(cluster, node)

    def move_questions(self, cluster: Cluster, target: str) -> tuple[Argv, ...]:
        """Read-only commands that only a planned move asks."""
        return self._tool(cluster).move_questions(cluster, target)

    def move_problems(
        self, cluster: Cluster, target: str, results: Sequence[CommandResult]
    ) -> tuple[rules.Problem, ...]:
        """What the answers to `move_questions` say against the move. Raises `Garbled`."""
        return self._tool(cluster).move_problems(cluster, target, results)

    def goes_on(self, exit_code: int) -> bool:
        """Whether a command that ended with this exit code has only stopped waiting."""
        return any(code.number == exit_code and code.goes_on for code in self.product.exit_codes)

    def explain(self, exit_code: int) -> tuple[str, str]:
        """What an exit code means, and what to do about it."""
        for code in self.product.exit_codes:
            if code.number == exit_code:
                known = ", ".join(part for part in (str(code.number), code.name) if part)
                return f"{code.says} (exit code {known})", code.remedy
        remedy = f"`net helpmsg {exit_code}` on the node says what it is."
        return f"The command ended with exit code {exit_code}.", remedy

    def group_problems(self, cluster: Cluster, resources: Sequence[str]) -> tuple[rules.Problem, ...]:
        """What is wrong with the make-up of the group."""
        return rules.group_problems(self.product, generation(cluster.generation), resources)

    def view_problems(self, cluster: Cluster, view: ClusterView, target: str) -> tuple[rules.Problem, ...]:
        """What in a node's view forbids a planned move to `target`; who may own what only where details were read."""
        return rules.view_problems(self.product, cluster, view, target)

    def move_back_problems(
        self, cluster: Cluster, view: ClusterView, target: str, *, waits: bool
    ) -> tuple[rules.Problem, ...]:
        """What in a node's view forbids that an undo moves the group back; no script ever waits here."""
        return rules.move_back_problems(self.product, cluster, view, target)

    def takeover_problems(self, cluster: Cluster, view: ClusterView, target: str) -> tuple[rules.Problem, ...]:
        """What in the target's view forbids that a person has the group brought up there."""
        return rules.takeover_problems(self.product, cluster, view, target)

    def read_script_timeouts(
        self, cluster: Cluster, results: Sequence[CommandResult]
    ) -> tuple[tuple[int | None, int | None], ...]:
        """None: the group runs no script."""
        return ()

    def script_settings(self, cluster: Cluster, results: Sequence[CommandResult]) -> tuple[Mapping[str, str], ...]:
        """None: the group runs no script."""
        return ()

    def script_questions(self, cluster: Cluster, resources: Sequence[str]) -> tuple[Argv, ...]:
        """None: the group runs no script."""
        return ()

    def script_folders(self, cluster: Cluster, resources: Sequence[str]) -> tuple[str, ...]:
        """None: the group runs no script."""
        return ()

    def script_state(self, resources: Sequence[str], scripts: Sequence[CommandResult] = ()) -> str:
        """Always `none`: Exchange's own resources start and stop it."""
        return "none"

    def _tool(self, cluster: Cluster) -> GroupTool:
        return ExchangeShell() if self.product.tool(cluster.generation) else ClusterExe(self.product)

    def lists(self, results: Sequence[CommandResult]) -> Lists:
        """The lists that the node gave. Raises `ServiceDown`, `Garbled`."""
        by_module = bool(results) and results[0].argv == commands.MODULE_NODES
        for result in results[:3]:
            if not result.ok:
                raise self._silent(result)
        if by_module:
            return read_module(results)
        nodes, groups, resources = results[:3]
        wmi = read_wmi(results[3:6])
        return completed(read_tables(nodes, groups, resources, [line["Name"] for line in wmi[2]]), *wmi)

    def _silent(self, result: CommandResult) -> Garbled:
        """Why a list could not be had."""
        said = " ".join((result.stdout + " " + result.stderr).split())[:200] or "nothing"
        meaning, remedy = self.explain(result.exit_code)
        command = result.argv[0] if result.argv[0] == commands.POWERSHELL[0] else " ".join(result.argv)
        text = f"{command}: {meaning} It said: {said}"
        down = any(code.number == result.exit_code and code.silent for code in self.product.exit_codes)
        return ServiceDown(text) if down else Garbled(text, remedy=remedy)
