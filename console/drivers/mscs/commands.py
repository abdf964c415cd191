"""The commands by which Microsoft's cluster service and Exchange 2007's clustered mailbox servers are asked and told.

They go to the cluster service of the node itself, so none of them names a cluster and none of cluster.exe's needs to
sign in to a further machine; Exchange's cmdlets do, since they ask a domain controller. Sources: Microsoft's command
reference for cluster.exe, the FailoverClusters cmdlets of Windows Server 2008 R2, the Exchange 2007 help.
"""

from console.domain.ports import Argv
from console.domain.quoting import powershell_literal
from console.drivers.filling import filled

NODES: Argv = ("cluster", "node")
GROUPS: Argv = ("cluster", "group")
RESOURCES: Argv = ("cluster", "resource")

# From Windows Server 2008 on this namespace asks for encrypted connections (Microsoft KB2590230).
_WMI: Argv = ("wmic", r"/namespace:\\root\MSCluster", "/authlevel:pktprivacy", "path")
WMI_NODES: Argv = (*_WMI, "MSCluster_Node", "get", "Name,State", "/value")
WMI_GROUPS: Argv = (*_WMI, "MSCluster_ResourceGroup", "get", "Name,State", "/value")
WMI_RESOURCES: Argv = (*_WMI, "MSCluster_Resource", "get", "Name,State,Type", "/value")
"""The same as numbers, which no language changes, and the types of the resources, which cluster.exe leaves out."""

TEXT_QUESTIONS: tuple[Argv, ...] = (NODES, GROUPS, RESOURCES, WMI_NODES, WMI_GROUPS, WMI_RESOURCES)

POWERSHELL: Argv = ("powershell", "-NoProfile", "-NonInteractive", "-Command")
_CSV = "| ConvertTo-Csv -NoTypeInformation"
_STATE = "@{n='State';e={[int]$_.State}}"
_GROUP = "@{n='Group';e={$_.OwnerGroup.Name}}"
_OWNER = "@{n='Owner';e={$_.OwnerNode.Name}}"
_TYPE = "@{n='Type';e={$_.ResourceType.Name}}"


def clusters_module(text: str) -> Argv:
    """What the FailoverClusters module, which Windows Server 2008 R2 brought, is to do."""
    return (*POWERSHELL, f"Import-Module FailoverClusters; {text}")


MODULE_NODES = clusters_module(f"Get-ClusterNode | Select-Object Name,{_STATE} {_CSV}")
MODULE_GROUPS = clusters_module(f"Get-ClusterGroup | Select-Object Name,{_OWNER},{_STATE} {_CSV}")
MODULE_RESOURCES = clusters_module(
    f"Get-ClusterResource | Select-Object Name,{_TYPE},{_GROUP},{_OWNER},{_STATE} {_CSV}"
)
MODULE_QUESTIONS: tuple[Argv, ...] = (MODULE_NODES, MODULE_GROUPS, MODULE_RESOURCES)


def owners(resource: str) -> Argv:
    """Which nodes may run `resource`. Raises `Unquotable` for a name that would be taken for an option."""
    return filled((*RESOURCES, "{resource}", "/listowners"), resource=resource)


def dependencies(resource: str) -> Argv:
    """What `resource` depends on. Raises `Unquotable` likewise."""
    return filled((*RESOURCES, "{resource}", "/listdep"), resource=resource)


def module_owners(resource: str) -> Argv:
    """Which nodes may run `resource`, one name to a line under `Name`."""
    found = f"(Get-ClusterResource -Name {powershell_literal(resource)} | Get-ClusterOwnerNode).OwnerNodes"
    return clusters_module(f"{found} | Select-Object Name {_CSV}")


def module_dependencies(resource: str) -> Argv:
    """What `resource` depends on, as an expression in which each name stands between brackets."""
    text = f"Get-ClusterResourceDependency -Resource {powershell_literal(resource)}"
    return clusters_module(f"{text} | Select-Object DependencyExpression {_CSV}")


def exchange_shell(text: str) -> Argv:
    """What Exchange 2007's cmdlets are to do."""
    return (*POWERSHELL, f"Add-PSSnapin Microsoft.Exchange.Management.PowerShell.Admin; {text}")


_COMMENT = "([Console]::In.ReadLine())"
"""The comment comes by standard input: nothing of it is quoted, and the planned line is the one that runs."""
_LOOK = "'Changeover only looks'"
"""The comment of what moves nothing."""


def cms_status(server: str) -> Argv:
    """How the clustered mailbox server `server` stands, as a list of `name : value` lines."""
    return exchange_shell(f"Get-ClusteredMailboxServerStatus -Identity {powershell_literal(server)} | Format-List")


def cms_move(server: str, node: str, *, forced: bool = False) -> Argv:
    """Move it to `node`; `forced` also when databases are dismounted."""
    return _cms_move(server, node, _COMMENT, " -IgnoreDismounted" if forced else "")


def cms_move_check(server: str, node: str) -> Argv:
    """Whether it could be moved to `node`; moves nothing."""
    return _cms_move(server, node, _LOOK, " -ValidateOnly")


def _cms_move(server: str, node: str, comment: str, extra: str) -> Argv:
    names = f"-Identity {powershell_literal(server)} -TargetMachine {powershell_literal(node)}"
    return exchange_shell(f"Move-ClusteredMailboxServer {names} -MoveComment {comment}{extra} -Confirm:$false")


def cms_start(server: str) -> Argv:
    """Bring it up where it is, also after a stop that was to last."""
    return exchange_shell(f"Start-ClusteredMailboxServer -Identity {powershell_literal(server)} -Confirm:$false")


def cms_stop(server: str) -> Argv:
    """Take it down for good: no failover and no restart brings it back, only a start does."""
    text = f"Stop-ClusteredMailboxServer -Identity {powershell_literal(server)} -StopReason {_COMMENT}"
    return exchange_shell(f"{text} -Confirm:$false")
