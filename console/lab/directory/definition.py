"""What a lab forest contains: the domain, the organization, its clusters, its people and its accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Generation = Literal["2003", "2007"]
Role = Literal["administrator", "service", "reader"]


@dataclass(frozen=True)
class Store:
    """A mailbox or public folder store; `{server}` in the name stands for the server it is below."""

    name: str
    public: bool = False

    def name_on(self, server: str) -> str:
        """Its name on `server`."""
        return self.name.replace("{server}", server)


@dataclass(frozen=True)
class StorageGroup:
    """A storage group with its stores; a recovery storage group is never part of a switch."""

    name: str
    stores: tuple[Store, ...]
    recovery: bool = False


RECOVERY = StorageGroup("Recovery Storage Group", (Store("Mailbox Store (Recovered)"),), recovery=True)
GROUPS_2003 = (
    StorageGroup("First Storage Group", (Store("Mailbox Store"), Store("Public Folder Store", public=True))),
    StorageGroup("Second Storage Group", (Store("Executive Store"),)),
)
GROUPS_2007 = (
    StorageGroup("First Storage Group", (Store("Mailbox Database"),)),
    StorageGroup("Second Storage Group", (Store("Mailbox Database 2"),)),
)
DEFAULT_OUS = ("OU=Staff", "OU=Sales,OU=Staff", "OU=Osaka,OU=Sales,OU=Staff", "OU=Engineering,OU=Staff")


@dataclass(frozen=True)
class Server:
    """An Exchange server that belongs to no cluster."""

    name: str
    generation: Generation
    storage_groups: tuple[StorageGroup, ...] = ()
    mailboxes: int = 0
    ous: tuple[str, ...] = ("CN=Users",)
    computers: str = "CN=Computers"

    def groups(self) -> tuple[StorageGroup, ...]:
        """Its storage groups, its generation's usual ones where none are named."""
        default = GROUPS_2003 if self.generation == "2003" else GROUPS_2007
        return self.storage_groups or default


@dataclass(frozen=True)
class Cluster:
    """Two servers that share their stores' files.

    `ous` and `computers` are relative to the domain. `absent_on_standby` names stores that the standby's
    tree lacks; `spns_on_standby` names of the primary that the standby's account holds instead of it, and
    `spns_on_both` names that both hold (only a lab can be loaded with those).
    """

    name: str
    generation: Generation
    primary: str
    standby: str
    storage_groups: tuple[StorageGroup, ...] = ()
    recovery_group: bool = True
    mailboxes: int = 20
    ous: tuple[str, ...] = DEFAULT_OUS
    computers: str = "CN=Computers"
    absent_on_standby: tuple[str, ...] = ()
    spns_on_standby: tuple[str, ...] = ()
    spns_on_both: tuple[str, ...] = ()

    def groups(self) -> tuple[StorageGroup, ...]:
        """The storage groups, the generation's usual ones where none are named."""
        default = GROUPS_2003 if self.generation == "2003" else GROUPS_2007
        return self.storage_groups or default


@dataclass(frozen=True)
class Person:
    """One named recipient.

    With `server` it has a mailbox in that server's first mailbox store; `mta_on`, `server_name_on` name the
    server that homeMTA or msExchHomeServerName points to when that is another one (a half-moved mailbox).
    Without `server` it is mail-enabled only. `kind` is the structural class.
    """

    name: str
    server: str = ""
    container: str = "CN=Users"
    kind: Literal["user", "inetOrgPerson", "contact"] = "user"
    mta_on: str = ""
    server_name_on: str = ""
    mail: bool = True


@dataclass(frozen=True)
class Account:
    """Someone who may bind: by DN, by NAME@domain or by DOMAIN\\NAME."""

    name: str
    role: Role
    password: str = field(repr=False)


DEFAULT_ACCOUNTS = (
    Account("Administrator", "administrator", "Lab-Admin-2003!"),
    Account("svc-changeover", "service", "Lab-Service-2003!"),
    Account("svc-reader", "reader", "Lab-Reader-2003!"),
)


@dataclass(frozen=True)
class Forest:
    """One domain forest with one Exchange organization.

    `members` are computers on which no Exchange server of their own name runs, such as the nodes of a cluster whose
    Exchange server has a network name; each with the generation whose Windows it has.
    `clear_text` lets a simple bind with a password through without TLS; `seed` fixes names and GUIDs. With
    `nodes_delegated` the clusters' computer accounts have the same rights as the service account.
    """

    base_dn: str = "DC=example,DC=test"
    netbios: str = "EXAMPLE"
    organization: str = "Example Org"
    clusters: tuple[Cluster, ...] = ()
    servers: tuple[Server, ...] = ()
    members: tuple[tuple[str, Generation], ...] = ()
    people: tuple[Person, ...] = ()
    accounts: tuple[Account, ...] = DEFAULT_ACCOUNTS
    recipient_update_services: bool = True
    offline_address_list: bool = True
    domain_controller: str = "DC1"
    other_controllers: tuple[str, ...] = ()
    mail_only_users: int = 3
    contacts: int = 2
    clear_text: bool = False
    nodes_delegated: bool = True
    seed: int = 1

    @property
    def domain(self) -> str:
        """The DNS name, `example.test`."""
        return ".".join(part.partition("=")[2] for part in self.base_dn.split(","))

    @property
    def configuration_dn(self) -> str:
        """The naming context of the configuration."""
        return f"CN=Configuration,{self.base_dn}"

    @property
    def schema_dn(self) -> str:
        """The naming context of the schema."""
        return f"CN=Schema,{self.configuration_dn}"

    def account(self, role: Role) -> Account:
        """The first account of the role; raises LookupError when the forest has none."""
        for account in self.accounts:
            if account.role == role:
                return account
        raise LookupError(f"the forest has no account with the role {role}")

    def account_dn(self, role: Role) -> str:
        """The DN of the first account of the role; raises LookupError when the forest has none."""
        return f"CN={self.account(role).name},CN=Users,{self.base_dn}"


def demo_forest(mailboxes: int = 2000) -> Forest:
    """One cluster of each generation, with the given number of mailboxes each."""
    return Forest(
        clusters=(
            Cluster("mail2003", "2003", "EXCH03A", "EXCH03B", mailboxes=mailboxes),
            Cluster("mail2007", "2007", "EXCH07A", "EXCH07B", mailboxes=mailboxes, computers="OU=Mail Servers"),
        ),
    )
