"""What the inventory says exists: clusters, nodes, Exchange servers and directories, as frozen snapshots."""

from dataclasses import dataclass, field
from typing import Literal

from console.domain.secrets import Secret

GenerationKey = Literal["2003", "2007"]
WinrmScheme = Literal["http", "https"]
WinrmAuth = Literal["ntlm", "basic", "credssp", "kerberos"]
"""The last two are for what needs a second hop alone."""
SecondHop = Literal["none", "credssp", "kerberos"]
LdapSecurity = Literal["ldaps", "starttls", "clear"]

UNNAMED = "The machine"
"""In place of the name of a node that is only being found out about: it may be asked for its name, and told nothing."""


@dataclass(frozen=True)
class Credential:
    """An account by which the console speaks to a node or a directory; the password never prints."""

    name: str
    username: str
    password: Secret


@dataclass(frozen=True)
class Node:
    """A Windows server of a cluster, reached over WinRM at its management address."""

    name: str
    """The computer name (NetBIOS), which the node must answer when asked who it is."""
    address: str
    """An IP, or a name that is not the node's own computer name."""
    port: int
    scheme: WinrmScheme
    auth: WinrmAuth
    credential: Credential
    tls_name: str = ""
    ca_file: str = ""
    codepage: int = 65001
    allow_clear_text: bool = False
    second_hop: SecondHop = "none"
    """How a command on the node may sign in to a further machine; `none`: what needs that is refused."""
    windows: str = "2003"
    """The version of Windows as the inventory names it: `2003`, `2008` or `2008r2`."""


@dataclass(frozen=True)
class Directory:
    """An Active Directory domain, spoken to through one pinned domain controller."""

    name: str
    host: str
    port: int
    security: LdapSecurity
    credential: Credential
    tls_name: str = ""
    ca_file: str = ""
    allow_old_tls: bool = False
    allow_clear_text: bool = False
    target_controller: str = ""
    """`host:port` of the domain controller that the nodes themselves use, where that is another one."""
    target_tls_name: str = ""


@dataclass(frozen=True)
class GreetingAt:
    """A protocol greeting expected on the floating IP: `smtp`, `pop3`, `imap` or `http` at a TCP port."""

    protocol: str
    port: int


@dataclass(frozen=True)
class Timing:
    """Deadlines in seconds, a cluster's setting each."""

    stop_service: float = 600.0
    start_service: float = 1800.0
    move_group: float = 1800.0
    mount_stores: float = 600.0
    greeting: float = 300.0
    go: float = 120.0
    """How long a go stays valid."""
    replication: float = 600.0
    command: float = 60.0


@dataclass(frozen=True)
class Cluster:
    """Two nodes with one Exchange failover group, one generation, one driver."""

    id: int
    name: str
    driver: str
    generation: GenerationKey
    group: str
    floating_ip: str
    partition: str
    """The switching partition's drive, such as `X:`."""
    primary: Node
    standby: Node
    directory: Directory
    site: str
    primary_server: str
    """The Exchange server object that belongs to the primary node; its name is the one clients use."""
    standby_server: str
    spn_classes: tuple[str, ...] = ("HOST", "exchangeMDB", "exchangeRFR", "SMTPSVC", "SMTP")
    greetings: tuple[GreetingAt, ...] = (GreetingAt("smtp", 25),)
    extra_services: tuple[str, ...] = ()
    """Optional services that this cluster also runs, such as IMAP4Svc."""
    membership_tolerance: int = 20
    """How many mailboxes may come, go or move between plan and run."""
    product_folder: str = ""
    """Where the cluster product is installed on the nodes; empty when nothing of it is read there."""
    timing: Timing = field(default_factory=Timing)

    @property
    def nodes(self) -> tuple[Node, Node]:
        """Primary first."""
        return (self.primary, self.standby)

    def node(self, name: str) -> Node:
        """The node called `name`, whatever its case. Raises `KeyError` when the cluster has none such."""
        for node in self.nodes:
            if node.name.casefold() == name.casefold():
                return node
        raise KeyError(name)

    def other(self, name: str) -> Node:
        """The node that is not `name`."""
        return self.standby if self.node(name) is self.primary else self.primary

    def server_of(self, node_name: str) -> str:
        """The name of the Exchange server object that belongs to that node."""
        return self.primary_server if self.node(node_name) is self.primary else self.standby_server
