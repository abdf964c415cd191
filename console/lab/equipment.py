"""What a set-up finds and leaves on nodes beside the cluster: components of Windows, transport, public folders."""

from console.lab.state import Cluster, Components, Node

FEATURES = {
    "RSAT-ADDS": "Active Directory Domain Services Tools",
    "PowerShell": "Windows PowerShell",
    "Web-Server": "Web Server (IIS)",
    "Web-ISAPI-Ext": "ISAPI Extensions",
    "Web-Metabase": "IIS 6 Metabase Compatibility",
    "Web-Lgcy-Mgmt-Console": "IIS 6 Management Console",
    "Web-Basic-Auth": "Basic Authentication",
    "Web-Digest-Auth": "Digest Authentication",
    "Web-Windows-Auth": "Windows Authentication",
    "Web-Dyn-Compression": "Dynamic Content Compression",
    "Telnet-Client": "Telnet Client",
}
"""Roles and features of Windows Server 2008 that ServerManagerCmd can install, as far as a set-up asks for them."""
FIXES_2007 = ("KB917283", "KB926776", "KB898060", "KB918986", "KB907265", "KB931836")
INSTALLED_AT = r"C:\Program Files\Microsoft\Exchange Server"
CONFIG = rf"{INSTALLED_AT}\Bin\EdgeTransport.exe.config"
LOCAL_QUEUE = rf"{INSTALLED_AT}\TransportRoles\data\Queue"
_ADMIN_GROUP = "First Administrative Group"
FREE_BUSY = f"/NON_IPM_SUBTREE/SCHEDULE+ FREE BUSY/EX:_x002F_o=Lab_x002F_ou={_ADMIN_GROUP}/"
_ADDRESS_BOOK = "/NON_IPM_SUBTREE/OFFLINE ADDRESS BOOK/_x002F_o=Lab_x002F_cn=addrlists_x002F_cn=oabs/"
FOLDERS = (
    "/Announcements/",
    "/Announcements/Archive/",
    FREE_BUSY,
    _ADDRESS_BOOK,
    f"{_ADDRESS_BOOK}OAB Version 2/",
    f"{_ADDRESS_BOOK}OAB Version 3a/",
    "/NON_IPM_SUBTREE/EFORMS REGISTRY/Organization Forms/",
)
"""Public folders and system folders of Exchange 2003, as Exchange_PublicFolder has their paths."""


def equip(cluster: Cluster) -> None:
    """Give both nodes all that a finished set-up needs."""
    generation = cluster.definition.generation
    for node in cluster.nodes:
        node.components = Components(set(FEATURES) - {"Telnet-Client"}, 1, True)
        if generation == "2007":
            node.fixes = list(FIXES_2007)
            write_transport(node, rf"{cluster.definition.partition}\Exchsrv\TransportRoles\data\Queue")
    if generation == "2003" and any("public" in store.casefold() for _, store in cluster.stores()):
        cluster.folders = {path: [node.name for node in cluster.nodes[:2]] for path in FOLDERS}
    elif generation == "2007":
        everybody = {r"BUILTIN\Administrators": "F", r"NT AUTHORITY\SYSTEM": "F", r"NT AUTHORITY\NETWORK SERVICE": "F"}
        cluster.partition.rights[rf"{cluster.definition.partition}\Exchsrv\TransportRoles".casefold()] = everybody


def write_transport(node: Node, queue: str) -> None:
    """Put EdgeTransport.exe.config on a node, with the queue there."""
    folder = CONFIG.rpartition("\\")[0]
    if node.disk.item(folder) is None:
        node.disk.mkdir(folder)
    node.disk.write(CONFIG, transport_text(queue).encode("utf-8-sig"))


def transport_text(queue: str) -> str:
    """The file as the product's set-up writes it, comments and all."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<configuration>",
        "  <runtime>",
        '    <gcServer enabled="true" />',
        "  </runtime>",
        "  <!-- Paths are those of this server alone. -->",
        "  <appSettings>",
        '    <add key="AgentLogEnabled" value="true" />',
        f'    <add key="QueueDatabasePath" value="{queue}" />',
        f'    <add key="QueueDatabaseLoggingPath" value = "{queue}" />',
        '    <add key="QueueDatabaseMaxConnections" value="4" />',
        "  </appSettings>",
        "</configuration>",
    ]
    return "\r\n".join(lines) + "\r\n"


def public_folders(node: Node) -> list[dict[str, str]]:
    """The folders as instances of Exchange_PublicFolder."""
    store = next((pair for pair in node.cluster.stores() if "public" in pair[1].casefold()), ("", ""))
    above = f"CN=Servers,CN={_ADMIN_GROUP},CN=Administrative Groups,CN=Lab,CN=Microsoft Exchange,CN=Services"

    def replica(server: str) -> str:
        return f'"CN={store[1]},CN={store[0]},CN=InformationStore,CN={server},{above}"'

    return [
        {"Path": path, "ReplicaList": "{" + ",".join(map(replica, servers)) + "}" if servers else ""}
        for path, servers in node.cluster.folders.items()
    ]
