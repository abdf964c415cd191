"""The screens of clpstat, rendered from state in the product's exact layout.

Frame 70 wide; the colon stands in column 21 (plain) or 38 (--long), names are cut to 16 or 33 characters; a status
is padded to 17 characters, on some builds even where nothing follows.
"""

from collections.abc import Iterator

from console.lab.definition import Line
from console.lab.state import Cluster, Group, Node

LONG_NAME = "servicew-MSExchangeIS-and-its-dependants"
"""A monitor whose name is longer than the column of either screen."""
_WIDTH = 70
_JAPANESE = {
    "Kernel Mode LAN Heartbeat": "カーネルモード LAN ハートビート",
    "LAN Heartbeat": "LAN ハートビート",
    "ping resolution": "ping 解決",
}
"""The comments as a Japanese build words them; the labels and the status words are the same."""


def status_screen(cluster: Cluster, own: Node, *, long: bool = False) -> list[str]:
    """The CLUSTER STATUS screen as `own` shows it, one string per line."""
    screen = _Screen(cluster, own, 34 if long else 17)
    return [
        _title("CLUSTER STATUS", 24),
        f"  Cluster : {cluster.name}",
        "  <server>",
        *screen.servers(),
        "  <group>",
        *screen.groups(),
        "  <monitor>",
        *screen.monitors(),
        " " + "=" * (_WIDTH - 1),
    ]


def group_map(cluster: Cluster, own: Node) -> list[str]:
    """The GROUPMAP INFORMATION screen (clpstat -g)."""
    lines = [_title("GROUPMAP INFORMATION", 22), f"  Cluster : {cluster.name}"]
    for number, node in enumerate(cluster.nodes):
        lines.append(f"   {'*' if node is own else ' '}server{number} : {node.name}")
    lines += ["", "  " + "-" * (_WIDTH - 2)]
    for number, node in enumerate(cluster.nodes):
        here = [group for group in cluster.groups_of(own) if group.owner is node]
        cells = "".join(f"{group.name}[{_flag(group)}] " for group in here)
        lines.append(f"    server{number} [{'o' if _up(own, node) else 'x'}] : {cells}")
    return [*lines, " " + "=" * (_WIDTH - 1)]


def configuration_screen(cluster: Cluster) -> list[str]:
    """A short CLUSTER INFORMATION screen (clpstat -i): heartbeats, groups and resources."""
    lines = ["=" * 23 + "  CLUSTER INFORMATION  " + "=" * 23, f"[Cluster : {cluster.name}]"]
    for number, node in enumerate(cluster.nodes):
        lines += [f"[Server{number} : {node.name}]", _entry("IP Address", node.definition.address)]
    for number, group in enumerate(cluster.groups):
        lines += [f"[Group{number} : {group.name}]"]
        lines += [_entry("Resource", f"{item.definition.kind}@{item.definition.name}") for item in group.resources]
    return [*lines, "=" * 69]


class _Screen:
    """The lines of one CLUSTER STATUS screen; `field` is the width of a name after its four blanks."""

    def __init__(self, cluster: Cluster, own: Node, field: int) -> None:
        self.cluster = cluster
        self.own = own
        self.field = field

    def servers(self) -> Iterator[str]:
        for node in self.cluster.nodes:
            status = self._server_status(node)
            mark = "*" if node is self.own else " "
            yield f"   {mark}{self._dotted(node.name)}: {self._padded(status)}"
            item, heartbeats = self.cluster.definition, node.definition.heartbeats
            for line in item.heartbeats if heartbeats is None else heartbeats:
                yield self._heartbeat(line, node, "Caution" if self._cut(line) else line.status)
            for line in item.resolutions:
                blind = node.faulty("ping-unreachable", line.name)
                yield self._heartbeat(line, node, "Error" if blind else line.status)

    def groups(self) -> Iterator[str]:
        for group in self.cluster.groups_of(self.own):
            yield f"    {self._dotted(group.name)}: {self._padded(group.status)}"
            yield f"      {'current':<{self.field - 2}}: {group.owner.name if group.owner else 'None'}"
            for resource in group.resources:
                yield f"      {self._name(resource.definition.name, 2)}: {self._padded(resource.status)}"

    def monitors(self) -> Iterator[str]:
        up = any(_up(self.own, node) for node in self.cluster.nodes)
        more = [Line(LONG_NAME)] if self.own.faulty("long-names") else []
        for line in [*self.cluster.definition.monitors, *more]:
            failed = any(node.faulty("monitor-error", line.name) for node in self.cluster.nodes)
            status = "Suspend" if self.cluster.suspended else "Error" if failed else line.status
            status = status if up else "Offline"
            yield f"    {self._name(line.name, 0)}: {self._padded(status)}"

    def _server_status(self, node: Node) -> str:
        if not _up(self.own, node):
            return "Offline"
        if self.cluster.suspended:
            return "Suspend"
        return "Caution" if self._half_broken(node) else "Online"

    def _half_broken(self, node: Node) -> bool:
        """The WebUI calls such a server Warning, this screen Caution."""
        item = self.cluster.definition
        blind = any(node.faulty("ping-unreachable", line.name) for line in item.resolutions)
        return blind or any(self._cut(line) for line in item.heartbeats)

    def _cut(self, line: Line) -> bool:
        return any(node.faulty("heartbeat-cut", line.name) for node in self.cluster.nodes)

    def _heartbeat(self, line: Line, node: Node, status: str) -> str:
        status = status if _up(self.own, node) else "Offline"
        comment = _JAPANESE.get(line.comment, line.comment) if self.own.faulty("cp932") else line.comment
        text = f"{status:<17}{comment}" if comment else self._padded(status)
        return f"      {self._name(line.name, 2)}: {text}"

    def _padded(self, status: str) -> str:
        return f"{status:<17}" if self.cluster.definition.status_padding else status

    def _dotted(self, name: str) -> str:
        cut = name[: self.field - 1]
        return f"{cut} " if len(cut) == self.field - 1 else f"{cut} {'.' * (self.field - 1 - len(cut))}"

    def _name(self, name: str, indent: int) -> str:
        width = self.field - indent
        return f"{name[: width - 1]:<{width}}"


def _up(own: Node, node: Node) -> bool:
    """Whether a server is up in the eyes of another."""
    return (node.engine or node.unnoticed) and node.cluster.reaches(own, node)


def _flag(group: Group) -> str:
    if group.status.endswith("Pending"):
        return "p"
    return "o" if group.status == "Online" else "e"


def _title(text: str, left: int) -> str:
    return f" {'=' * left}  {text}  {'=' * (_WIDTH - 1 - left - 4 - len(text))}"


def _entry(label: str, value: str) -> str:
    return f"  {label:<55}: {value}"
