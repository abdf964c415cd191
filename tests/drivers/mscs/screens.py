"""What cluster.exe, WMI and PowerShell print: lists as they were captured, and lists put together in the same form."""

from collections.abc import Sequence

from console.domain.ports import Argv, CommandResult
from console.domain.secrets import Secret
from console.domain.topology import Cluster, Credential, Directory, Node
from console.drivers.mscs import commands
from console.drivers.mscs.rows import GroupRow, NodeRow, ResourceRow

NODES = """Listing status for all available nodes:

Node           Node ID Status
-------------- ------- ---------------------
BJMSAPG1A            1 Up
BJMSAPG1B            2 Up
"""
GROUPS = """Listing status for all available resource groups:

Group                Node            Status
-------------------- --------------- ------
ATLPRODSQLC01V1      ATLPRODSQLC01N1 Online
Cluster Group        ATLPRODSQLC01N1 Online
"""
RESOURCES = """Listing status for all available resources:

Resource             Group                Node            Status
-------------------- -------------------- --------------- ------
Disks K:             Disk Group           BJMSAPG1A       Online
SQL Network Name (RVT1DB1) RVT1DB1              RST1DB2         Online
"""
OWNERS = """
Listing possible owners for resource 'SQL Server (SX01DBA03)':
Possible Owner Nodes
--------------------
LST01DB02
LST01DB01
"""
EVS = "EVS Kyoto"
MADE = {
    "IP Address": "IP Address (KYO-EVS1)",
    "Network Name": "Network Name (KYO-EVS1)",
    "Physical Disk": "Disk X:",
    "Microsoft Exchange System Attendant": "Exchange System Attendant Instance - (KYO-EVS1)",
    "Microsoft Exchange Information Store": "Exchange Information Store Instance - (KYO-EVS1)",
    "Microsoft Exchange Routing Service": "Exchange Routing Service Instance - (KYO-EVS1)",
    "Microsoft Exchange Message Transfer Agent": "Exchange Message Transfer Agent Instance - (KYO-EVS1)",
    "Microsoft Exchange SMTP Server Instance": "SMTP Virtual Server Instance 1 (KYO-EVS1)",
    "Microsoft Exchange HTTP Server Instance": "Exchange HTTP Virtual Server Instance 100 (KYO-EVS1)",
}
"""The group of an Exchange 2003 virtual server: type to name."""


def cluster(group: str = EVS, *, generation: str = "2003", windows: str = "2003") -> Cluster:
    """Kyoto, or a cluster like it."""
    account = Credential("nodes", "EXAMPLE\\operator", Secret(""))
    one, two = (
        Node(name, f"10.0.0.{n}", 5985, "http", "ntlm", account, windows=windows, second_hop="credssp")
        for n, name in ((1, "KYO-N1"), (2, "KYO-N2"))
    )
    return Cluster(
        id=1,
        name="Kyoto",
        driver="mscs",
        generation=generation,  # type: ignore[arg-type]
        group=group,
        floating_ip="10.0.1.1",
        partition="X:",
        primary=one,
        standby=two,
        directory=Directory("example.com", "dc1.example.com", 636, "ldaps", account),
        site="Kyoto",
        primary_server="KYO-EVS1",
        standby_server="KYO-EVS1",
        product_folder="",
    )


def said(argv: Argv, text: str, exit_code: int = 0) -> CommandResult:
    """What a command printed, with the ends of lines that Windows has."""
    return CommandResult(argv, exit_code, text.replace("\n", "\r\n"))


def node_list(rows: Sequence[NodeRow], head: str = "Listing status for all available nodes:") -> CommandResult:
    """The list of nodes, their numbers to the right."""
    lines = [f"{row.name:<14} {number:>7} {row.status}" for number, row in enumerate(rows, 1)]
    rule = "-------------- ------- ---------------------"
    return said(commands.NODES, "\n".join([head, "", "Node           Node ID Status", rule, *lines, ""]))


def group_list(rows: Sequence[GroupRow]) -> CommandResult:
    """The list of groups."""
    lines = [f"{row.name:<20} {row.node:<15} {row.status}" for row in rows]
    return said(commands.GROUPS, "\n".join([*GROUPS.splitlines()[:4], *lines, ""]))


def resource_list(rows: Sequence[ResourceRow]) -> CommandResult:
    """The list of resources."""
    lines = [f"{row.name:<20} {row.group:<20} {row.node:<15} {row.status}" for row in rows]
    return said(commands.RESOURCES, "\n".join([*RESOURCES.splitlines()[:4], *lines, ""]))


def wmi_list(argv: Argv, rows: Sequence[dict[str, str]]) -> CommandResult:
    """The instances as wmic sets them apart, each line with its one carriage return too many."""
    blocks = ["".join(f"{name}={value}\r\r\n" for name, value in row.items()) for row in rows]
    return CommandResult(argv, 0, "\r\r\n" + "\r\r\n\r\r\n".join(blocks))


def resources(node: str = "KYO-N1", group: str = EVS, status: str = "Online") -> list[ResourceRow]:
    """The resources of Kyoto's group."""
    return [ResourceRow(name, kind, group, node, status) for kind, name in MADE.items()]


def kyoto(
    *,
    nodes: Sequence[NodeRow] = (NodeRow("KYO-N1", "Up"), NodeRow("KYO-N2", "Up")),
    groups: Sequence[GroupRow] = (GroupRow("Cluster Group", "KYO-N2", "Online"), GroupRow(EVS, "KYO-N1", "Online")),
    rows: Sequence[ResourceRow] | None = None,
) -> list[CommandResult]:
    """The answers of a node of Kyoto to every question."""
    told = resources() if rows is None else rows
    kinds = [{"Name": row.name, "State": "2", "Type": row.kind} for row in told]
    return [
        node_list(nodes),
        group_list(groups),
        resource_list(told),
        wmi_list(commands.WMI_NODES, [{"Name": row.name, "State": "0"} for row in nodes]),
        wmi_list(commands.WMI_GROUPS, [{"Name": row.name, "State": "0"} for row in groups]),
        wmi_list(commands.WMI_RESOURCES, kinds),
    ]
