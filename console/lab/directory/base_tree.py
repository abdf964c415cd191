"""What every domain has before Exchange: naming contexts, well-known containers, the domain controller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from console.lab.directory.definition import Account, Forest
from console.lab.directory.entry import TreeEntry, entry
from console.lab.directory.names import join
from console.lab.directory.schema import words

# The services that HOST stands for when they have no name of their own (sPNMappings).
HOST_ALIASES = words("host_aliases")
SITE = "Default-First-Site-Name"
LEVEL = "6"
"""Windows Server 2012 R2, as the rootDSE says as well."""
NORMAL_ACCOUNT, DOMAIN_CONTROLLER_ACCOUNT = "512", "532480"


def base_tree(forest: Forest) -> Iterator[TreeEntry]:
    """Parents first; only the lab loads it, a real domain controller brings its own."""
    base, configuration = forest.base_dn, forest.configuration_dn
    level = {"nTMixedDomain": "0", "msDS-Behavior-Version": LEVEL}
    yield entry(base, "domainDNS", dc=base.partition("=")[2].partition(",")[0], **level)
    for name in ("Users", "Computers", "System"):
        yield entry(join(f"CN={name}", base), "container")
    yield entry(join("OU=Domain Controllers", base), "organizationalUnit")
    yield entry(configuration, "configuration")
    yield entry(forest.schema_dn, "container")
    services = join("CN=Services", configuration)
    yield entry(services, "container")
    yield entry(join("CN=Windows NT", services), "container")
    mapping = f"host={','.join(HOST_ALIASES)}"
    yield entry(join("CN=Directory Service", "CN=Windows NT", services), "nTDSService", sPNMappings=mapping)
    sites = join("CN=Sites", configuration)
    yield entry(sites, "container")
    yield entry(join(f"CN={SITE}", sites), "container")
    yield entry(join("CN=Servers", f"CN={SITE}", sites), "serversContainer")
    for name in (forest.domain_controller, *forest.other_controllers):
        yield from _controller(replace(forest, domain_controller=name))
    yield from _accounts(forest)


def server_dn(forest: Forest) -> str:
    """The domain controller's own server object (rootDSE serverName)."""
    return join(f"CN={forest.domain_controller}", "CN=Servers", f"CN={SITE}", "CN=Sites", forest.configuration_dn)


def _controller(forest: Forest) -> Iterator[TreeEntry]:
    host = f"{forest.domain_controller.lower()}.{forest.domain}"
    yield entry(server_dn(forest), "server", dNSHostName=host)
    yield entry(join("CN=NTDS Settings", server_dn(forest)), "container")
    yield entry(
        join(f"CN={forest.domain_controller}", "OU=Domain Controllers", forest.base_dn),
        "computer",
        sAMAccountName=f"{forest.domain_controller}$",
        userAccountControl=DOMAIN_CONTROLLER_ACCOUNT,
        dNSHostName=host,
        servicePrincipalName=(f"HOST/{host}", f"HOST/{forest.domain_controller}", f"ldap/{host}"),
    )


def _accounts(forest: Forest) -> Iterator[TreeEntry]:
    members = [account for account in forest.accounts if account.role == "administrator"]
    for account in forest.accounts:
        yield entry(
            _account_dn(forest, account),
            "user",
            sAMAccountName=account.name,
            userAccountControl=NORMAL_ACCOUNT,
            userPrincipalName=f"{account.name}@{forest.domain}",
        )
    yield entry(
        join("CN=Domain Admins", "CN=Users", forest.base_dn),
        "group",
        sAMAccountName="Domain Admins",
        groupType="-2147483646",
        member=tuple(_account_dn(forest, account) for account in members),
    )


def _account_dn(forest: Forest, account: Account) -> str:
    return join(f"CN={account.name}", "CN=Users", forest.base_dn)
