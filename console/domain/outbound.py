"""Where the console may send something of its own accord: hosts and networks that somebody named, and nowhere else.

Nodes, directories, the database and the queue are not meant here: those are named one by one in inventory and settings.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

from console.domain.errors import ChangeoverError, ReachError
from console.domain.inventory_names import host as host_complaint

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_WITH_PORT = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<other>[^:\[\]/]+))(?::(?P<port>[0-9]{1,5}))?")
_WITHIN_OTHERS = (ip_network("2002::/16"), ip_network("2001::/32"))
"""6to4 and Teredo (RFC 3056, RFC 4380): addresses that carry another address, which may be any."""


class OutboundRefused(ReachError):
    """The console does not send anything there."""

    remedy = "Name the host in CHANGEOVER_OUTBOUND, and its network too when its address is a private one."


class Unreadable(ChangeoverError):
    """An entry of the list that is neither a host nor a network."""

    remedy = "Write siem.example.com:6514, siem.example.com, 10.1.2.3:514, [2001:db8::5]:443 or 10.1.0.0/16."


@dataclass(frozen=True)
class Entry:
    """One line of the list: a name or a network, and a port, or any port when that is 0."""

    name: str = ""
    network: Network | None = None
    port: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """The entry that `text` writes. Raises `Unreadable`."""
        try:
            return cls(network=ip_network(text.strip()))
        except ValueError:
            found = _WITH_PORT.fullmatch(text.strip())
        host = (found["six"] or found["other"]) if found else ""
        port = int((found and found["port"]) or 0)
        if not found or host_complaint(host) or port > 65535 or (found["port"] and not port):
            raise Unreadable(f"{text!r} is neither a host nor a network.")
        address = literal(host)
        return cls(network=ip_network(address), port=port) if address else cls(name=_plain(host), port=port)

    def leads_home(self) -> bool:
        """Whether all that it names lies on this machine or its link, so that it allows nothing."""
        if self.network is None:
            return self.name == "localhost" or self.name.endswith(".localhost")
        return never(self.network[0]) == never(self.network[-1]) is not None

    def names(self, host: str, port: int) -> bool:
        """Whether it is this name that is meant."""
        return bool(self.name) and self.name == _plain(host) and self.port in (0, port)

    def holds(self, address: Address, port: int) -> bool:
        """Whether the address lies in its network."""
        return self.network is not None and address in self.network and self.port in (0, port)


@dataclass(frozen=True)
class AllowList:
    """All entries. A name must be named, an address must lie in a named network, a private one in any case."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def read(cls, texts: Iterable[str]) -> Self:
        """The list that these texts write. Raises `Unreadable` for the first that is none."""
        return cls(tuple(map(Entry.read, texts)))

    def why_not(self, host: str, port: int, address: Address) -> str | None:
        """Why nothing is sent to `host`, which leads to `address`, or None."""
        if reason := never(address):
            return f"{host} leads to {address}, {reason}: nothing is ever sent there."
        held = any(entry.holds(address, port) for entry in self.entries)
        if not (held if literal(host) else any(entry.names(host, port) for entry in self.entries)):
            return f"{host} port {port} is not among the places that the console may send to."
        if not address.is_global and not held:
            return f"{host} leads to {address}, a private address that is in no network of the list."
        return None

    def chosen(self, host: str, port: int, addresses: Sequence[str]) -> list[str]:
        """Those of a host's addresses that may be used. Raises `OutboundRefused` when there are none."""
        reasons = {text: self.why_not(host, port, ip_address(text)) for text in addresses}
        allowed = [text for text, reason in reasons.items() if reason is None]
        if not allowed:
            raise OutboundRefused(next(iter(reasons.values()), None) or f"{host} has no address.")
        return allowed


def never(address: Address) -> str | None:
    """What an address is to which nothing may be sent whatever the list says, or None.

    Reserved IPv6 space holds the forms that carry an IPv4 address (RFC 4291, RFC 6052).
    """
    if address.is_loopback or address.is_unspecified or (address.version == 4 and address in ip_network("0.0.0.0/8")):
        return "this machine itself"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast or address.is_reserved:
        return "no address of a single machine"
    if any(address in network for network in _WITHIN_OTHERS):
        return "an address that carries another one"
    return None


def literal(host: str) -> Address | None:
    """The address that `host` writes, if it is one and no name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _plain(host: str) -> str:
    return host.removesuffix(".").casefold()
