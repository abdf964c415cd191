"""What the directory holds for a cluster: its two servers, their stores, names, and who points at them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Store:
    """A mailbox or public store of a server (msExchPrivateMDB, msExchPublicMDB)."""

    dn: str
    guid: str
    name: str
    storage_group: str
    public: bool
    overwritable: bool | None
    """msExchPatchMDB: the store may be mounted although its files were written by the other server; None: not set."""

    @property
    def label(self) -> str:
        """`storage group/store`, as the mount observation names it, casefolded."""
        return f"{self.storage_group}/{self.name}".casefold()


@dataclass(frozen=True)
class ServerObject:
    """An Exchange server object of the Configuration partition, with its stores (recovery groups left out)."""

    name: str
    dn: str
    guid: str
    legacy_dn: str
    """legacyExchangeDN: what msExchHomeServerName of its mailboxes holds."""
    mta_dn: str
    """Empty when the server has no MTA object."""
    stores: tuple[Store, ...]


@dataclass(frozen=True)
class ComputerObject:
    """The computer account of a node."""

    name: str
    dn: str
    guid: str
    dns_name: str
    spns: tuple[str, ...]


@dataclass(frozen=True)
class Pointer:
    """An object with one attribute that names a server: a routing group, an update service, an address list."""

    kind: str
    """`routing-master`, `update-service` or `address-list`."""
    dn: str
    guid: str
    name: str
    attribute: str
    value: str


@dataclass(frozen=True)
class Controller:
    """The domain controller that answered, from its rootDSE."""

    dns_name: str
    default_context: str
    configuration_context: str
    domain_contexts: tuple[str, ...]
    """The domain partitions that it holds."""
    other_domains: tuple[str, ...]
    """Domain partitions of the forest that it does not hold."""
    read_only: bool
    clock_offset: float
    """Seconds by which its clock is ahead of ours."""


@dataclass(frozen=True)
class Rights:
    """What the account that is bound may do, and what it is."""

    account: str
    domain_administrator: bool | None
    """None when it could not be told."""
    missing: tuple[str, ...]
    """`attribute on object` for each write right that the switch needs and the account lacks."""


@dataclass(frozen=True)
class DirectoryView:
    """What one reading of the directory found for a cluster."""

    at: datetime
    controller: Controller
    primary: ServerObject
    standby: ServerObject
    primary_computer: ComputerObject
    standby_computer: ComputerObject
    pointers: tuple[Pointer, ...]
    spn_holders: Mapping[str, tuple[str, ...]]
    """Each service principal name that may move (casefolded) to the DNs of the accounts that hold it."""
    rights: Rights
    mandatory_spns: tuple[str, ...] = ()
    """The names that move in any case, as they are registered when nobody holds them."""
    optional_spns: tuple[str, ...] = ()
    """The names that move where they are held."""
    notices: tuple[str, ...] = ()
    """What was left out and why, one sentence each (no public store, a third server's pointer)."""

    def server(self, name: str) -> ServerObject:
        """The server object called `name`. Raises `KeyError` when it is neither of the two."""
        for server in (self.primary, self.standby):
            if server.name.casefold() == name.casefold():
                return server
        raise KeyError(name)

    def computer_of(self, server: ServerObject) -> ComputerObject:
        """The computer account of the node that runs `server`."""
        return self.primary_computer if server is self.primary else self.standby_computer


@dataclass(frozen=True)
class AttributeChange:
    """One attribute of one object, before and after; an empty tuple means that it has no value.

    It is carried out as compare-and-set: the values that go are deleted by value, the ones that come are added,
    in one modify with the object's other changes.
    """

    attribute: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def removed(self) -> tuple[str, ...]:
        """The values that go."""
        return tuple(value for value in self.before if value not in self.after)

    @property
    def added(self) -> tuple[str, ...]:
        """The values that come."""
        return tuple(value for value in self.after if value not in self.before)

    def reversed(self) -> "AttributeChange":
        """The change that takes this one back."""
        return AttributeChange(self.attribute, before=self.after, after=self.before)


@dataclass(frozen=True)
class EntryChange:
    """Everything that changes on one object, sent as one modify."""

    dn: str
    guid: str
    changes: tuple[AttributeChange, ...]


@dataclass(frozen=True)
class Mailbox:
    """A mailbox-enabled object with the three attributes that tie it to a server; empty text for no value."""

    dn: str
    guid: str
    home_mdb: str
    home_mta: str
    home_server: str


@dataclass(frozen=True)
class Modified:
    """How one modify ended, for an object that was there to be tried."""

    outcome: str
    """`applied`; `conflict` (somebody else changed it); `missing` (the object is gone); `refused`."""
    detail: str = ""
    retry: bool = False
    """Whether the same change may succeed in a moment without anybody doing anything."""
