"""What makes a cluster one that Changeover can operate: two nodes, the driver's group, addresses that stay apart."""

import dataclasses
import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from console.domain import inventory, operating_environment, tickets
from console.domain import inventory_names as names
from console.domain.inventory import ClusterSpec, NodeSpec, Path, Problem
from console.domain.products import ClusterProduct
from console.domain.readiness import BEST
from console.domain.topology import Timing


@dataclass(frozen=True)
class Known:
    """What the rules have to know beyond the inventory itself."""

    resolve: Callable[[str], Collection[str]]
    """The IP addresses that a name leads to; none when it leads nowhere."""
    products: Mapping[str, ClusterProduct]
    """By driver, what the catalog knows of the product."""
    optional_services: Mapping[tuple[str, str], Collection[str]]
    """By driver and generation, the services that a cluster may run and need not."""


DNS_SOURCE = "ExpressCluster PP Guide, Installation Procedure, step 4"
SPN_SOURCE = "ExpressCluster PP Guide, Sample scripts"
MANDATORY_SPN_CLASSES = ("HOST", "exchangeMDB", "exchangeRFR")
LONGEST_DEADLINE = 86400.0
DEADLINES = tuple(f.name for f in dataclasses.fields(Timing))

Found = tuple[Path, str, str, str]
"""Path, message, remedy, source (or empty)."""


def cluster_problems(cluster: ClusterSpec, known: Known) -> Iterator[Problem]:
    """Everything that is wrong with `cluster` in itself, whatever else the inventory holds."""
    product = known.products.get(cluster.driver)
    own = (partial(_spn_classes, product), partial(_group, product), partial(_servers, product)) if product else ()
    for rule in (partial(_fields, known), _lists, partial(_services, known), _timing, _roles, *own):
        for path, message, remedy, source in rule(cluster):
            yield Problem("cluster", cluster.name, path, message, remedy, source=source)
    for index, node in enumerate(cluster.nodes):
        for path, message, remedy, source in _node(cluster, node, known):
            yield Problem("cluster", cluster.name, ("nodes", index, *path), message, remedy, source=source)


def complain(path: Path, complaint: names.Complaint | None, source: str = "") -> Iterator[Found]:
    """The complaint, if there is one, at `path`."""
    if complaint is not None:
        yield path, *complaint, source


def _fields(known: Known, cluster: ClusterSpec) -> Iterator[Found]:
    offered = [(key, product.title) for key, product in known.products.items()]
    yield from complain(("name",), names.title(cluster.name))
    yield from complain(("driver",), names.one_of(cluster.driver, offered))
    yield from complain(("generation",), names.one_of(cluster.generation, inventory.GENERATION_CHOICES))
    yield from complain(("group",), names.group(cluster.group))
    yield from complain(("product_folder",), names.product_folder(cluster.product_folder))
    if cluster.membership_tolerance < 0:
        yield ("membership_tolerance",), "The tolerance is below zero.", "Give 0 or a number of mailboxes.", ""
    if cluster.cooldown_seconds < 0:
        yield ("cooldown_seconds",), "The cooldown is below zero.", "Give 0 or a number of seconds.", ""
    if not 0 <= cluster.reason_length <= tickets.LONGEST_ASKED:
        remedy = f"Give 0 to {tickets.LONGEST_ASKED} characters."
        yield ("reason_length",), f"A reason cannot be asked to have {cluster.reason_length} characters.", remedy, ""
    if not 0 <= cluster.readiness_least <= BEST:
        remedy = f"Give 0 to {BEST}."
        yield ("readiness_least",), f"No readiness can be below {cluster.readiness_least}.", remedy, ""
    if len(cluster.tickets) > tickets.MOST_MASKS:
        remedy = f"Name at most {tickets.MOST_MASKS}."
        yield ("tickets",), f"{len(cluster.tickets)} forms of a ticket are more than anybody knows.", remedy, ""


def _lists(cluster: ClusterSpec) -> Iterator[Found]:
    checks: dict[str, Callable[[str], names.Complaint | None]] = {
        "spn_classes": names.spn_class,
        "greetings": names.greeting,
        "extra_services": names.service,
        "tickets": tickets.mask_complaint,
        "ticket_kinds": tickets.kind_complaint,
    }
    for field, check in checks.items():
        values: tuple[str, ...] = getattr(cluster, field)
        for index, value in enumerate(values):
            yield from complain((field, index), check(value))
        for value in _repeated(values):
            yield (field,), f"{value} is listed more than once.", "List it once.", ""
    if not cluster.greetings:
        text = "No greeting is named, so nothing could prove that mail is up."
        yield ("greetings",), text, "Name at least one, such as smtp:25.", ""


def _spn_classes(product: ClusterProduct, cluster: ClusterSpec) -> Iterator[Found]:
    """Where the server's name moves, its service principal names stay with it and none has to be moved."""
    have = {value.casefold() for value in cluster.spn_classes}
    missing = [value for value in MANDATORY_SPN_CLASSES if value.casefold() not in have]
    if missing and not product.name_moves:
        text = f"The service classes lack {', '.join(missing)}, which always move with Exchange."
        yield ("spn_classes",), text, "Add them.", SPN_SOURCE


def _services(known: Known, cluster: ClusterSpec) -> Iterator[Found]:
    """A service that the generation does not know would be neither started nor stopped, without a word."""
    offered = known.optional_services.get((cluster.driver, cluster.generation))
    for index, service in enumerate(cluster.extra_services if offered is not None else ()):
        if service.casefold() not in {name.casefold() for name in offered or ()}:
            text = f"{service} is not an optional service of Exchange Server {cluster.generation}."
            remedy = f"Use {', '.join(sorted(offered or ()))}, or leave it out."
            yield ("extra_services", index), text, remedy, ""


def _repeated(values: Iterable[str]) -> list[str]:
    counted = Counter(value.casefold() for value in values)
    return [value for value, times in counted.items() if times > 1]


def _timing(cluster: ClusterSpec) -> Iterator[Found]:
    for name, seconds in cluster.timing:
        if name not in DEADLINES:
            yield ("timing", name), f"{name!r} is not a deadline.", f"Use one of {', '.join(DEADLINES)}.", ""
        elif not 0 < seconds <= LONGEST_DEADLINE:
            yield ("timing", name), f"{seconds:g} seconds is no deadline.", "Give more than 0 and at most 86400.", ""


def _group(product: ClusterProduct, cluster: ClusterSpec) -> Iterator[Found]:
    """The rule of the product for how the Exchange group is called and what is said of what it holds."""
    rule = product.group_rule
    if not re.fullmatch(rule.name, cluster.group) and names.group(cluster.group) is None:
        text = f"{cluster.group!r} is not the name of a group of {product.title}."
        yield ("group",), text, rule.remedy, rule.source
    if cluster.product_folder and not product.folder:
        text = f"{product.title} has no folder of its own on a node."
        yield ("product_folder",), text, "Leave it out.", ""
    if len(cluster.floating_ips) != 1:
        text = f"The group has {len(cluster.floating_ips)} floating IP addresses; it needs exactly 1."
        yield ("floating_ips",), text, "Keep the one that clients and other Exchange servers use.", rule.source
    if cluster.virtual_ips:
        text = (
            f"The group has {len(cluster.virtual_ips)} virtual IP addresses, which Exchange's group does not support."
        )
        yield ("virtual_ips",), text, "Use a floating IP address instead.", rule.source
    if len(cluster.partitions) != 1:
        text = f"{len(cluster.partitions)} switching partitions are named; it has to be exactly 1."
        yield ("partitions",), text, "Name the one that holds Exchange's data.", rule.source
    for index, address in enumerate(cluster.floating_ips):
        yield from complain(("floating_ips", index), _floating_ip(address), rule.source)
    for index, drive in enumerate(cluster.partitions):
        yield from complain(("partitions", index), names.drive(drive), rule.source)


def _floating_ip(text: str) -> names.Complaint | None:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return f"{text!r} is not an IPv4 address.", "Give the floating IP address, such as 10.0.0.10."
    if address.is_multicast or address.is_unspecified or address == ipaddress.IPv4Address("255.255.255.255"):
        return f"{text} is not the address of a single host.", "Give the floating IP address of the group."
    return None


def _roles(cluster: ClusterSpec) -> Iterator[Found]:
    roles = Counter(node.role for node in cluster.nodes)
    if len(cluster.nodes) != 2:
        text = f"The cluster has {len(cluster.nodes)} nodes; it needs exactly two."
        yield ("nodes",), text, "Name one primary and one standby node.", ""
    elif roles != {"primary": 1, "standby": 1}:
        yield ("nodes",), "The two nodes are not one primary and one standby.", "Give each its own role.", ""
    for index, node in enumerate(cluster.nodes):
        if node.role not in ("primary", "standby"):
            yield ("nodes", index, "role"), f"{node.role!r} is not a role.", "Use primary or standby.", ""


def _servers(product: ClusterProduct, cluster: ClusterSpec) -> Iterator[Found]:
    """Each node has an Exchange server of its own; where the server's name moves, both have the one."""
    told = [node.server.name for node in cluster.nodes]
    if not product.name_moves:
        if _repeated(told):
            text = "Both nodes name the same Exchange server object."
            yield ("nodes",), text, "Name for each node the server object that setup made on it.", ""
        return
    remedy = "Name for both nodes the one Exchange server that moves between them, by its network name."
    if len({name.casefold() for name in told}) > 1:
        text = f"The nodes name different Exchange servers, {' and '.join(told)}; with {product.title} there is one."
        yield ("nodes",), text, remedy, product.group_rule.source
    for index, node in enumerate(cluster.nodes):
        if node.server.name.casefold() in {other.name.casefold() for other in cluster.nodes}:
            text = f"The Exchange server {node.server.name} is called like a node."
            yield ("nodes", index, "server", "name"), text, remedy, product.group_rule.source


def _node(cluster: ClusterSpec, node: NodeSpec, known: Known) -> Iterator[Found]:
    yield from complain(("name",), names.computer_name(node.name))
    yield from complain(("server", "name"), names.computer_name(node.server.name))
    yield from complain(("windows",), names.one_of(node.windows, inventory.WINDOWS_CHOICES))
    yield from complain(("edition",), names.one_of(node.edition, inventory.EDITION_CHOICES))
    yield from complain(("architecture",), names.one_of(node.architecture, inventory.ARCHITECTURE_CHOICES))
    yield from _service_packs(node)
    product = known.products.get(cluster.driver)
    if product is not None:
        yield from operating_environment.mismatches(product, cluster.generation, node)
        yield from _own_tool(product, cluster, node)
    yield from _connection(node)
    complaint = names.host(node.address)
    yield from complain(("address",), complaint)
    if complaint is None:
        yield from _address(cluster, node, known)


def _service_packs(node: NodeSpec) -> Iterator[Found]:
    packs: dict[Path, int] = {
        ("service_pack",): node.service_pack,
        ("server", "service_pack"): node.server.service_pack,
    }
    for path, pack in packs.items():
        if not 0 <= pack <= 9:
            yield path, f"{pack} is not a service pack.", "Give its number; 0 means none.", ""


def _connection(node: NodeSpec) -> Iterator[Found]:
    yield from complain(("port",), names.port(node.port))
    yield from complain(("scheme",), names.one_of(node.scheme, inventory.SCHEME_CHOICES))
    yield from complain(("auth",), names.one_of(node.auth, inventory.AUTH_CHOICES))
    yield from _second_hop(node)
    if node.tls_name:
        yield from complain(("tls_name",), names.host(node.tls_name))
    if not 1 <= node.codepage <= 65535:
        yield ("codepage",), f"{node.codepage} is not a code page.", "Give its number, such as 65001 or 932.", ""
    if node.scheme == "http" and node.auth == "basic" and not node.allow_clear_text:
        yield (
            ("auth",),
            "Basic over HTTP sends the password in clear text.",
            "Use NTLM or HTTPS, or allow clear text for this node.",
            "RFC 7617, section 4",
        )


def _second_hop(node: NodeSpec) -> Iterator[Found]:
    yield from complain(("second_hop",), names.one_of(node.second_hop, inventory.SECOND_HOP_CHOICES))
    if node.second_hop == "credssp" and node.windows == "2003":
        text = "Windows Server 2003 does not know CredSSP."
        yield ("second_hop",), text, "Use Kerberos delegation, or none.", "MS-CSSP, appendix of product behavior"


def _own_tool(product: ClusterProduct, cluster: ClusterSpec, node: NodeSpec) -> Iterator[Found]:
    tool = product.tool(cluster.generation)
    if tool is not None and node.second_hop == "none":
        text = f"{tool.name}, which alone moves this group, asks a domain controller from the node; nothing lets it."
        remedy = "Set second_hop to credssp, or to kerberos where the domain trusts the node for delegation."
        yield ("second_hop",), text, remedy, "docs/preparing.md, the second hop"


def _address(cluster: ClusterSpec, node: NodeSpec, known: Known) -> Iterator[Found]:
    """The management address must lead to this machine whoever is active, so neither address nor name may move."""
    remedy = "Give the node's own fixed IP address, or another name that leads to it."
    if node.address in cluster.floating_ips:
        yield (
            ("address",),
            f"{node.address} is the floating IP address, which moves with the group.",
            remedy,
            DNS_SOURCE,
        )
        return
    if names.is_ip(node.address):
        return
    first_label = node.address.split(".")[0].casefold()
    product = known.products.get(cluster.driver)
    if product is not None and product.name_moves:
        if first_label in {other.server.name.casefold() for other in cluster.nodes}:
            text = f"{node.address} is the Exchange server's network name, which moves with the group."
            yield ("address",), text, remedy, product.group_rule.source
            return
    elif first_label in {other.name.casefold() for other in cluster.nodes}:
        text = f"{node.address} is a computer name of this cluster; the primary's leads to the floating IP address."
        yield ("address",), text, remedy, DNS_SOURCE
        return
    if moving := sorted(set(known.resolve(node.address)) & set(cluster.floating_ips)):
        yield ("address",), f"{node.address} resolves to the floating IP address {moving[0]}.", remedy, DNS_SOURCE
