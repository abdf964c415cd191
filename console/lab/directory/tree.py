"""A forest's objects in the order in which they can be created: Exchange 2003 and 2007 side by side."""

from __future__ import annotations

from collections.abc import Iterator

from console.lab.directory.definition import RECOVERY, Cluster, Forest, Generation, Server
from console.lab.directory.entry import TreeEntry, entry
from console.lab.directory.layout import Layout
from console.lab.directory.names import join, parent
from console.lab.directory.people import people
from console.lab.directory.servers import Tenant, computer, server

SCHEDULE = bytes(84)  # offLineABSchedule is exactly 84 bytes: a week in quarters of an hour, none chosen


def tenants(forest: Forest) -> list[Tenant]:
    """Every Exchange server of the forest with what stands below it."""
    found = []
    for cluster in forest.clusters:
        found.append(_tenant_of(cluster, cluster.primary, ()))
        found.append(_tenant_of(cluster, cluster.standby, cluster.absent_on_standby))
    for lone in forest.servers:
        found.append(Tenant(lone.name, lone.generation, lone.groups(), lone.computers, ()))
    return found


def _tenant_of(cluster: Cluster, name: str, absent: tuple[str, ...]) -> Tenant:
    groups = cluster.groups() + ((RECOVERY,) if cluster.recovery_group else ())
    return Tenant(name, cluster.generation, groups, cluster.computers, absent)


def exchange_tree(forest: Forest) -> list[TreeEntry]:
    """All that Exchange and its people add to an empty domain: parents first, deterministic for a seed.

    Not part of it: what every domain has anyway (`base_tree`) and the accounts of the forest.
    """
    layout, servers = Layout(forest), tenants(forest)
    generations = sorted({tenant.generation for tenant in servers})
    found = [*_containers(forest, layout), *_organization(layout)]
    for generation in generations:
        found += _admin_group(layout, generation, [item for item in servers if item.generation == generation])
    for tenant in servers:
        found += computer(layout, tenant, _spns(forest, layout, tenant.name))
        found += server(layout, tenant)
    for name, generation in forest.members:
        own = tuple(f"HOST/{host}" for host in (layout.fqdn(name), name))
        found += computer(layout, Tenant(name, generation, (), "CN=Computers", ()), own)
    found += _address_lists(forest, layout, servers)
    found += people(forest, layout)
    return found


def _containers(forest: Forest, layout: Layout) -> Iterator[TreeEntry]:
    """The organizational units that servers and people live in, and the system objects container."""
    owners: list[Cluster | Server] = [*forest.clusters, *forest.servers]
    wanted = [path for owner in owners for path in (*owner.ous, owner.computers)]
    wanted += [person.container for person in forest.people]
    seen: set[str] = set()
    for path in wanted:
        for ou in _ancestors(path):
            if ou.lower() not in seen and ou.upper().startswith("OU="):
                seen.add(ou.lower())
                yield entry(join(ou, forest.base_dn), "organizationalUnit")
    yield entry(layout.system_objects, "msExchSystemObjectsContainer")


def _ancestors(path: str) -> list[str]:
    return ([*_ancestors(parent(path)), path]) if path else []


def _organization(layout: Layout) -> Iterator[TreeEntry]:
    org = layout.organization
    yield entry(layout.exchange, "msExchConfigurationContainer")
    yield entry(
        org, "msExchOrganizationContainer", legacyExchangeDN=layout.legacy_organization(), msExchMixedMode="FALSE"
    )
    yield entry(join("CN=Administrative Groups", org), "msExchAdminGroupContainer")
    for name in ("Addressing", "Global Settings", "Recipient Policies", "System Policies", "Connections"):
        yield entry(join(f"CN={name}", org), "msExchContainer")


def _admin_group(layout: Layout, generation: Generation, servers: list[Tenant]) -> Iterator[TreeEntry]:
    group, routing = layout.admin_group(generation), layout.routing_group(generation)
    first = generation == "2003"
    yield entry(
        group,
        "msExchAdminGroup",
        legacyExchangeDN=layout.legacy_group(generation),
        msExchAdminGroupMode="0",
        msExchDefaultAdminGroup="TRUE" if first else "FALSE",
    )
    yield entry(join("CN=Servers", group), "msExchServersContainer")
    yield entry(join("CN=Routing Groups", group), "msExchRoutingGroupContainer")
    names = tuple(layout.server(item.name, generation) for item in servers)
    yield entry(
        routing, "msExchRoutingGroup", {"msExchRoutingMasterDN": names[0], "msExchRoutingGroupMembersDN": names}
    )
    yield entry(join("CN=Connections", routing), "msExchConnectors")
    if first:
        yield entry(join("CN=Folder Hierarchies", group), "msExchPublicFolderTreeContainer")
        yield entry(layout.public_tree(generation), "msExchPFTree")


def _spns(forest: Forest, layout: Layout, name: str) -> tuple[str, ...]:
    """The names on a computer account, after what the definition says is split or doubled."""
    own = layout.spns(name)
    for cluster in forest.clusters:
        if name == cluster.primary:
            return tuple(spn for spn in own if spn not in cluster.spns_on_standby)
        if name == cluster.standby:
            return own + cluster.spns_on_standby + cluster.spns_on_both
    return own


def _address_lists(forest: Forest, layout: Layout, servers: list[Tenant]) -> Iterator[TreeEntry]:
    base = layout.address_lists
    yield entry(base, "msExchContainer")
    for name in ("All Address Lists", "All Global Address Lists"):
        yield entry(join(f"CN={name}", base), "addressBookContainer", displayName=name)
    default = join("CN=Default Global Address List", "CN=All Global Address Lists", base)
    yield entry(default, "addressBookContainer", displayName="Default Global Address List")
    yield entry(join("CN=Offline Address Lists", base), "msExchContainer")
    if not servers:
        return
    if forest.offline_address_list:
        yield _offline_address_list(layout, servers, default)
    # A pure Exchange 2007 organization has no Recipient Update Service.
    legacy = [item for item in servers if item.generation == "2003"]
    if legacy and forest.recipient_update_services:
        yield from _update_services(forest, layout, layout.server(legacy[0].name, "2003"))


def _offline_address_list(layout: Layout, servers: list[Tenant], source: str) -> TreeEntry:
    first = servers[0]
    return entry(
        layout.offline_address_list,
        "msExchOAB",
        offLineABServer=layout.server(first.name, first.generation),
        offLineABContainers=source,
        offLineABStyle="1",
        offLineABSchedule=SCHEDULE,
        msExchOABFolder=bytes(22),
        doOABVersion="1",
        msExchOABDefault="TRUE",
    )


def _update_services(forest: Forest, layout: Layout, owner: str) -> Iterator[TreeEntry]:
    base = layout.update_services
    yield entry(base, "msExchContainer")
    links = {
        "Recipient Update Service (Enterprise Configuration)": forest.configuration_dn,
        f"Recipient Update Service ({forest.netbios})": forest.base_dn,
    }
    for name, target in links.items():
        yield entry(
            join(f"CN={name}", base),
            "msExchAddressListService",
            msExchAddressListServiceLink=owner,
            msExchDomainLink=target,
            activationStyle="1",
            msExchServer1NetworkAddress=f"{forest.domain_controller.lower()}.{forest.domain}",
        )
