"""The inventory as somebody writes it, in a file or a form, before it is known to be right.

What is right is told by `console.domain.inventory_rules`. Names refer to other objects of the same inventory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

GENERATION_CHOICES = [("2003", "Exchange Server 2003"), ("2007", "Exchange Server 2007")]
LDAP_SECURITY_CHOICES = [("ldaps", "LDAPS"), ("starttls", "StartTLS"), ("clear", "clear text")]
SCHEME_CHOICES = [("http", "HTTP"), ("https", "HTTPS")]
AUTH_CHOICES = [("ntlm", "NTLM"), ("basic", "Basic")]
SECOND_HOP_CHOICES = [("none", "refused"), ("credssp", "CredSSP"), ("kerberos", "Kerberos delegation")]
WINDOWS_CHOICES = [
    ("2003", "Windows Server 2003"),
    ("2008", "Windows Server 2008"),
    ("2008r2", "Windows Server 2008 R2"),
]
EDITION_CHOICES = [("standard", "Standard"), ("enterprise", "Enterprise")]
ARCHITECTURE_CHOICES = [("x86", "x86 (32 bit)"), ("x64", "x64 (64 bit)")]

DEFAULT_SPN_CLASSES = ("HOST", "exchangeMDB", "exchangeRFR", "SMTPSVC", "SMTP")
DEFAULT_GREETINGS = ("smtp:25",)

Kind = Literal["site", "credential", "directory", "cluster"]
KINDS: tuple[Kind, ...] = ("site", "credential", "directory", "cluster")
"""In the order in which they may refer to each other."""


@dataclass(frozen=True)
class SiteSpec:
    """A site, which is a name alone."""

    name: str


@dataclass(frozen=True)
class CredentialSpec:
    """An account and where its password is; `reference` is a variable's name, a path, or empty when stored."""

    name: str
    username: str
    source: str
    reference: str = ""


@dataclass(frozen=True)
class DirectorySpec:
    """A directory; `credential` is a name."""

    name: str
    host: str
    credential: str
    port: int = 636
    security: str = "ldaps"
    tls_name: str = ""
    ca: str = ""
    allow_old_tls: bool = False
    allow_clear_text: bool = False
    target_controller: str = ""
    target_tls_name: str = ""


@dataclass(frozen=True)
class ServerSpec:
    """The Exchange server object that belongs to a node."""

    name: str
    service_pack: int = 0


@dataclass(frozen=True)
class NodeSpec:
    """A node with its Exchange server; `credential` is a name."""

    role: str
    name: str
    address: str
    credential: str
    windows: str
    architecture: str
    server: ServerSpec
    edition: str = "standard"
    service_pack: int = 0
    port: int = 5985
    scheme: str = "http"
    auth: str = "ntlm"
    tls_name: str = ""
    ca: str = ""
    codepage: int = 65001
    allow_clear_text: bool = False
    second_hop: str = "none"


@dataclass(frozen=True)
class ClusterSpec:
    """A cluster; `site` and `directory` are names. What the group holds is a list until it is known to be right."""

    name: str
    site: str
    directory: str
    driver: str
    generation: str
    group: str
    floating_ips: tuple[str, ...]
    nodes: tuple[NodeSpec, ...]
    partitions: tuple[str, ...] = ("X:",)
    virtual_ips: tuple[str, ...] = ()
    spn_classes: tuple[str, ...] = DEFAULT_SPN_CLASSES
    greetings: tuple[str, ...] = DEFAULT_GREETINGS
    extra_services: tuple[str, ...] = ()
    membership_tolerance: int = 20
    cooldown_seconds: int = 600
    product_folder: str = ""
    timing: tuple[tuple[str, float], ...] = ()
    """Deadlines in seconds that differ from the defaults, by name, sorted."""
    reason_length: int = 0
    tickets: tuple[str, ...] = ()
    """What a ticket looks like, as `domain.tickets` reads it; empty: none is asked for."""
    ticket_kinds: tuple[str, ...] = ()
    """The kinds of operation that need one; empty: all that can be asked for one."""
    windows_required: bool = False
    """Whether a failover or failback needs an open maintenance window."""
    readiness_least: int = 80
    """A readiness below this is told."""


Spec = SiteSpec | CredentialSpec | DirectorySpec | ClusterSpec


@dataclass(frozen=True)
class Inventory:
    """Everything that is said to exist; objects of one kind differ by name, whatever its case."""

    sites: tuple[SiteSpec, ...] = ()
    credentials: tuple[CredentialSpec, ...] = ()
    directories: tuple[DirectorySpec, ...] = ()
    clusters: tuple[ClusterSpec, ...] = ()

    def of(self, kind: Kind) -> Sequence[Spec]:
        """The objects of one kind."""
        every: dict[Kind, Sequence[Spec]] = {
            "site": self.sites,
            "credential": self.credentials,
            "directory": self.directories,
            "cluster": self.clusters,
        }
        return every[kind]


Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """Why an inventory cannot be taken as it is written: what, where, what to do, and who says so."""

    kind: Kind
    subject: str
    """The name of the object that is wrong."""
    path: Path
    """The way to the field inside that object: names of fields and numbers of list items."""
    message: str
    remedy: str
    source: str = field(default="", kw_only=True)
    """The place in the guide, or the standard, that asks for it."""
    others: tuple[str, ...] = field(default=(), kw_only=True)
    """The objects of the same kind that it names beside; who may not see one of them may not be told this."""

    def __str__(self) -> str:
        where = ".".join(str(part) for part in self.path)
        place = f"{self.kind} {self.subject}" + (f", {where}" if where else "")
        source = f" ({self.source})" if self.source else ""
        return f"{place}: {self.message} {self.remedy}{source}"
