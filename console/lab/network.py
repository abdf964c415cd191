"""A node's network adapters as Windows lists them: the public one and the interconnect, in binding order."""

import uuid
from dataclasses import dataclass, field

from console.lab import definition


@dataclass
class Adapter:
    """One adapter. `netbios` as WMI counts (0 as DHCP says, 1 on, 2 off)."""

    title: str
    address: str
    mask: str = "255.255.255.0"
    dns: list[str] = field(default_factory=list)
    netbios: int = 0
    registers: bool = False

    @property
    def guid(self) -> str:
        """The name that Windows has for it, the same every time."""
        return "{" + str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.title}/{self.address}")).upper() + "}"


def adapters_of(node: definition.Node) -> list[Adapter]:
    """What the guide asks for: public before interconnect; the latter without DNS and NetBIOS; no registration."""
    number = node.address.rpartition(".")[2]
    public = Adapter("Public LAN", node.address, dns=["192.0.2.53"])
    return [public, Adapter("Interconnect LAN", f"192.168.253.{number}", netbios=2)]


def configuration(adapter: Adapter, more: list[str]) -> dict[str, str]:
    """The adapter as an instance of Win32_NetworkAdapterConfiguration; `more` are addresses put on it meanwhile."""
    addresses = [adapter.address, *more]
    return {
        "Caption": f"[00000001] {adapter.title}",
        "DNSServerSearchOrder": _list(adapter.dns),
        "FullDNSRegistrationEnabled": str(adapter.registers).upper(),
        "IPAddress": _list(addresses),
        "IPSubnet": _list([adapter.mask] * len(addresses)),
        "SettingID": adapter.guid,
        "TcpipNetbiosOptions": str(adapter.netbios),
    }


def domain_of(world: definition.World) -> str:
    """The DNS name of the domain that every node is a member of."""
    base = str(world.directory.get("base_dn", "DC=lab,DC=example"))
    return ".".join(part.partition("=")[2] for part in base.split(","))


def computer_system(world: definition.World, cluster: definition.Cluster) -> dict[str, str]:
    """The computer as an instance of Win32_ComputerSystem; Exchange 2003 runs on 32 bits alone, 2007 on 64."""
    processor = "X86" if cluster.generation == "2003" else "x64"
    return {"Domain": domain_of(world), "PartOfDomain": "TRUE", "SystemType": f"{processor}-based PC"}


def controller_name(world: definition.World) -> str:
    """The domain controller from which the nodes took their policies, as the registry has it."""
    name = str(world.directory.get("domain_controller", "DC1"))
    return rf"\\{name}.{domain_of(world)}"


def _list(values: list[str]) -> str:
    return "{" + ",".join(f'"{value}"' for value in values) + "}" if values else ""
