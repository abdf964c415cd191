"""The ExpressCluster driver: what to ask a node, what its answers mean, and how the group is moved."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from console.catalog import cluster_product
from console.domain.errors import Garbled
from console.domain.observation import ClusterView, GroupState, ResourceState
from console.domain.ports import Argv, CommandResult
from console.domain.scripts import is_ours
from console.domain.topology import Cluster, Node
from console.drivers.expresscluster import rules
from console.drivers.expresscluster.clpconf import group_resources, script_settings, script_timeouts
from console.drivers.expresscluster.clpstat import STATUS_WIDTH, Block, Screen, read_screen
from console.drivers.filling import filled

Value = TypeVar("Value")

SCRIPT = "script"
"""The kind of resource that runs START.BAT and STOP.BAT."""


class EngineDown(Garbled):
    """The node answers but its cluster engine does not."""

    remedy = "Start the cluster engine on that node (`clpcl -s`), or use the node that still runs it."


class ExpressCluster:
    """EXPRESSCLUSTER X on Windows, by its command line; implements `console.domain.ports.Driver`."""

    key = "expresscluster"

    def __init__(self) -> None:
        self.product = cluster_product(self.key)
        self.title = self.product.title

    def questions(self, cluster: Cluster, node: Node) -> tuple[Argv, ...]:
        """The read-only commands that tell the state of the cluster on one node; the same whatever its Windows."""
        return tuple(_filled(argv, cluster) for argv in self.product.questions)

    def read_view(self, cluster: Cluster, results: Sequence[CommandResult]) -> ClusterView:
        """The node's view. Raises `EngineDown` for an error exit and for a screen on which all is Offline.

        With the whole cluster stopped some versions print an error and others a screen; both mean that this node
        cannot tell who has the group. Raises `Garbled` for anything that cannot be read.
        """
        status = results[0]
        if not status.ok:
            said = " ".join((status.stdout + " " + status.stderr).split()) or "nothing"
            raise EngineDown(f"clpstat ended with exit code {status.exit_code} and said: {said[:200]}")
        screen = read_screen(status.stdout)
        if all(server.status == "Offline" for server in screen.servers):
            raise EngineDown("clpstat shows every server Offline: the cluster engine does not run here.")
        return _view(cluster, screen, self._kinds(cluster, results))

    def detail_questions(self, cluster: Cluster, node: Node, view: ClusterView) -> tuple[Argv, ...]:
        """None: every resource of a group runs on both servers, and the product itself knows their order."""
        return ()

    def read_details(
        self, cluster: Cluster, node: Node, view: ClusterView, results: Sequence[CommandResult]
    ) -> ClusterView:
        """`view` as it is."""
        return view

    def read_resources(self, cluster: Cluster, results: Sequence[CommandResult]) -> tuple[str, ...]:
        """The group's resources by configuration, each `kind@name`. Raises `Garbled`."""
        return group_resources(_configuration(results), cluster.group)

    def read_script_timeouts(
        self, cluster: Cluster, results: Sequence[CommandResult]
    ) -> tuple[tuple[int | None, int | None], ...]:
        """Seconds for the start and the stop of each script of the group, None where none is written."""
        names = _scripts(self.read_resources(cluster, results))
        return tuple(script_timeouts(_configuration(results), name) for name in names)

    def script_settings(self, cluster: Cluster, results: Sequence[CommandResult]) -> tuple[dict[str, str], ...]:
        """What clp.conf says of each script of the group: `act/timeout`, `act/retry`, `deact/action` and the like."""
        names = _scripts(self.read_resources(cluster, results))
        return tuple(script_settings(_configuration(results), name) for name in names)

    def script_folders(self, cluster: Cluster, resources: Sequence[str]) -> tuple[str, ...]:
        """Where the product keeps the batch files of each script resource of the group, on every node."""
        (file, *_) = self.product.script_files
        folder = file.rpartition("\\")[0]
        return tuple(_filled((folder.replace("{resource}", name),), cluster)[0] for name in _scripts(resources))

    def move(self, cluster: Cluster, target: str) -> Argv:
        """The command that moves the Exchange group to `target`, run on the node that has it; never forced."""
        return _filled(self.product.move, cluster, target)

    def start(self, cluster: Cluster, node: str) -> Argv:
        """The command that brings the stopped group up on `node`, run there; never forced."""
        return _filled(self.product.start, cluster, node)

    def stop(self, cluster: Cluster, node: str) -> Argv:
        """The command that takes the group down on `node`, run there; never forced."""
        return _filled(self.product.stop, cluster, node)

    def group_problems(self, cluster: Cluster, resources: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """What is wrong with the make-up of the group, as (reason, remedy) pairs."""
        return rules.group_problems(self.product, resources)

    def view_problems(self, cluster: Cluster, view: ClusterView, target: str) -> tuple[tuple[str, str], ...]:
        """What in a node's view forbids a planned move to `target`, as (reason, remedy) pairs."""
        return rules.view_problems(self.product, cluster, view, target)

    def move_back_problems(
        self, cluster: Cluster, view: ClusterView, target: str, *, waits: bool
    ) -> tuple[tuple[str, str], ...]:
        """What in a node's view forbids that an undo moves the group back to `target`, as (reason, remedy) pairs."""
        return rules.move_back_problems(self.product, cluster, view, target, waits=waits)

    def takeover_problems(self, cluster: Cluster, view: ClusterView, target: str) -> tuple[tuple[str, str], ...]:
        """What in the target's view forbids that a person takes the group over, as (reason, remedy) pairs."""
        return rules.takeover_problems(self.product, cluster, view, target)

    def script_questions(self, cluster: Cluster, resources: Sequence[str]) -> tuple[Argv, ...]:
        """The commands that show the group's batch files; other kinds of programs are not looked into."""
        names = _scripts(resources)
        files = [(name, file) for name in names for file in self.product.script_files]
        return tuple(_filled(("type", file.replace("{resource}", name)), cluster) for name, file in files)

    def script_state(self, resources: Sequence[str], scripts: Sequence[CommandResult] = ()) -> str:
        """`none` when the group runs nothing of its own; `console` when all it runs is ours; else `guide/unknown`."""
        runs = [kind for kind in (text.partition("@")[0] for text in resources) if kind in self.product.script_kinds]
        if not runs:
            return "none"
        every = len(scripts) == len(runs) * len(self.product.script_files)
        ours = every and all(result.ok and is_ours(result.stdout) for result in scripts)
        return "console" if ours and set(runs) == {SCRIPT} else "guide/unknown"

    def _kinds(self, cluster: Cluster, results: Sequence[CommandResult]) -> dict[str, str]:
        """Resource name (casefolded) to kind, as far as the configuration can be read."""
        try:
            resources = self.read_resources(cluster, results)
        except Garbled:
            return {}
        return {name.casefold(): kind for kind, _, name in (text.partition("@") for text in resources)}


def _scripts(resources: Sequence[str]) -> list[str]:
    """The names of the script resources."""
    return [name for kind, _, name in (text.partition("@") for text in resources) if kind == SCRIPT]


def _configuration(results: Sequence[CommandResult]) -> str:
    configuration = results[1]
    if not configuration.ok:
        said = " ".join((configuration.stdout + " " + configuration.stderr).split()) or "nothing"
        raise Garbled(
            f"clp.conf cannot be read: {said[:200]}",
            remedy="Correct the product's folder in the inventory, or the rights of the account.",
        )
    return configuration.stdout


def _filled(template: Argv, cluster: Cluster, node: str = "") -> Argv:
    """`template` with the cluster's names in it. Raises `KeyError` for a node that is not the cluster's."""
    values = {"group": cluster.group, "product_folder": cluster.product_folder.rstrip("\\")}
    if any("{node}" in word for word in template):
        values["node"] = cluster.node(node).name
    return filled(template, **values)


def _view(cluster: Cluster, screen: Screen, kinds: dict[str, str]) -> ClusterView:
    known = [node.name for node in cluster.nodes]
    own = [server for server in screen.servers if server.own]
    if len(own) != 1:
        raise Garbled(f"clpstat marks {len(own)} servers as the one that answers; it should be one.")
    servers = _unique(((_known(server.name, known, screen), server.status) for server in screen.servers), "server")
    groups = [_group(block, cluster, screen, known, kinds) for block in screen.groups]
    return ClusterView(
        cluster=screen.cluster,
        own=_known(own[0].name, known, screen),
        servers=servers,
        groups=_unique(((group.name, group) for group in groups), "group"),
        monitors=dict(screen.monitors),
        links={
            f"{_known(server.name, known, screen)}/{name}": value[:STATUS_WIDTH].strip()
            for server in screen.servers
            for name, value in server.lines
        },
    )


def _group(block: Block, cluster: Cluster, screen: Screen, known: Sequence[str], kinds: dict[str, str]) -> GroupState:
    current = [value for name, value in block.lines if name == "current"]
    if len(current) != 1:
        raise Garbled(f"clpstat's group {block.name} does not say once on which server it is.")
    holder = "" if current[0] == "None" else _known(current[0], known, screen)
    names = [_known(server.name, known, screen) for server in screen.servers]
    if holder and holder not in names:
        raise Garbled(f"clpstat says that group {block.name} is on {holder}, which is none of its servers.")
    resources = tuple(
        ResourceState(name, kinds.get(name.casefold(), ""), value[:STATUS_WIDTH].strip())
        for name, value in block.lines
        if name != "current"
    )
    return GroupState(_known(block.name, [cluster.group], screen), block.status, holder, resources)


def _known(shown: str, names: Sequence[str], screen: Screen) -> str:
    """The inventory's spelling of a name on the screen, which may be cut and in another case; longest match first."""
    for name in names:
        if name.casefold() == shown.casefold():
            return name
    if len(shown.encode("cp932", "replace")) < screen.width - 1:
        return shown
    longer = [name for name in names if name.casefold().startswith(shown.casefold())]
    return max(longer, key=len) if longer else shown


def _unique(pairs: Iterable[tuple[str, Value]], what: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in pairs:
        if name in found:
            raise Garbled(f"clpstat shows two {what}s that cannot be told apart: {name}.")
        found[name] = value
    return found
