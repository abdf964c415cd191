"""Proofs about a node's network adapters: their order, the interconnect's DNS and NetBIOS, registration in DNS."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from console.domain.errors import Garbled
from console.domain.observation import NodeObservation
from console.domain.ports import Argv
from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, without
from console.domain.readings.windows import Block, read_blocks

_PROPERTIES = "Caption,DNSServerSearchOrder,FullDNSRegistrationEnabled,IPAddress,IPSubnet,SettingID,TcpipNetbiosOptions"
ADAPTERS: Argv = ("wmic", "path", "Win32_NetworkAdapterConfiguration", "where", "IPEnabled=TRUE", "get")
ADAPTERS = (*ADAPTERS, _PROPERTIES, "/value")
BINDING: Argv = ("reg", "query", r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Linkage", "/v", "Bind")
NETBIOS_OFF = "2"
_DEVICE = re.compile(r"\\Device\\(\{[0-9A-Fa-f-]{36}\})")
_QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Adapter:
    """An adapter with an address, as WMI tells."""

    title: str
    guid: str
    networks: tuple[ipaddress.IPv4Network, ...]
    dns: tuple[str, ...]
    netbios_off: bool
    registers: bool

    def reaches(self, address: str) -> bool:
        """Whether the address lies in one of its networks."""
        return any(ipaddress.ip_address(address) in network for network in self.networks)


def questions(_: Grounds, __: tuple[str, ...]) -> tuple[Argv, ...]:
    """The adapters, and the order in which TCP/IP is bound to them."""
    return (ADAPTERS, BINDING)


def order(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """On every node TCP/IP is bound to the public adapter before any other that has an address."""
    wrong = []
    for node in grounds.nodes(side):
        public, others = _split(grounds, node)
        bound = [guid.upper() for guid in _DEVICE.findall(grounds.answer(node, BINDING).stdout)]
        if missing := [one.title for one in (public, *others) if one.guid.upper() not in bound]:
            raise Garbled(f"The binding order of {node.node} does not name {', '.join(missing)}.")
        first = min((public, *others), key=lambda one: bound.index(one.guid.upper()))
        if first is not public:
            wrong.append(f"On {node.node} {first.title} comes before {public.title}, which is the public one.")
    return without(wrong, "The public adapter comes first.")


def interconnect(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """No adapter but the public one names a DNS server or has NetBIOS on; there is such an adapter on every node."""
    wrong = []
    for node in grounds.nodes(side):
        _public, others = _split(grounds, node)
        wrong += [f"{node.node} has no adapter for the interconnect."] if not others else []
        for one in others:
            wrong += [f"{one.title} on {node.node} names the DNS server {', '.join(one.dns)}."] if one.dns else []
            wrong += [] if one.netbios_off else [f"{one.title} on {node.node} has NetBIOS on."]
    return without(wrong, "The interconnect names no DNS server and has NetBIOS off.")


def registration(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """No node's public adapter registers itself in DNS."""
    publics = [(node.node, _split(grounds, node)[0]) for node in grounds.nodes(side)]
    wrong = [f"{one.title} on {name} registers itself." for name, one in publics if one.registers]
    return without(wrong, "No public adapter registers itself.")


def addresses(grounds: Grounds, node: NodeObservation) -> set[str]:
    """Every address that the node has now, a floating one among them. Raises `ChangeoverError`."""
    blocks = read_blocks(grounds.answer(node, ADAPTERS))
    return {address for block in blocks for address in _QUOTED.findall(block.get("IPAddress", ""))}


def _split(grounds: Grounds, node: NodeObservation) -> tuple[Adapter, list[Adapter]]:
    """The public adapter, in whose network the floating IP lies, and the others. Raises `Garbled` without the one."""
    adapters = list(_adapters(read_blocks(grounds.answer(node, ADAPTERS))))
    address = grounds.cluster.floating_ip
    public = next((one for one in adapters if one.reaches(address)), None)
    if public is None:
        raise Garbled(f"No adapter of {node.node} is in the network of the floating IP {address}.")
    return public, [one for one in adapters if one is not public]


def _adapters(blocks: tuple[Block, ...]) -> Iterator[Adapter]:
    for block in blocks:
        told = (_QUOTED.findall(block.get(name, "")) for name in ("IPAddress", "IPSubnet"))
        pairs = zip(*told, strict=False)
        try:
            networks = tuple(ipaddress.IPv4Network(f"{one}/{mask}", strict=False) for one, mask in pairs if "." in one)
        except ValueError as error:
            raise Garbled(f"An adapter has an address that cannot be read: {error}") from error
        yield Adapter(
            title=block.get("Caption", "").partition("] ")[2] or block.get("Caption", "an adapter"),
            guid=block.get("SettingID", ""),
            networks=networks,
            dns=tuple(_QUOTED.findall(block.get("DNSServerSearchOrder", ""))),
            netbios_off=block.get("TcpipNetbiosOptions") == NETBIOS_OFF,
            registers=block.get("FullDNSRegistrationEnabled", "").upper() == "TRUE",
        )
