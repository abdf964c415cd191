"""The rootDSE: what the domain controller says about itself to anyone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from console.lab.directory.base_tree import server_dn
from console.lab.directory.definition import Forest
from console.lab.directory.search import generalized_time

PAGED, PERMISSIVE, DOMAIN_SCOPE = "1.2.840.113556.1.4.319", "1.2.840.113556.1.4.1413", "1.2.840.113556.1.4.1339"
CONTROLS = (PAGED, PERMISSIVE, DOMAIN_SCOPE)
START_TLS, WHO_AM_I = "1.3.6.1.4.1.1466.20037", "1.3.6.1.4.1.4203.1.11.3"
EXTENSIONS = (START_TLS, WHO_AM_I)
# Active Directory; LDAP integration; Windows Server 2003; Windows Server 2008
CAPABILITIES = (
    "1.2.840.113556.1.4.800",
    "1.2.840.113556.1.4.1791",
    "1.2.840.113556.1.4.1670",
    "1.2.840.113556.1.4.1935",
)
WINDOWS_2012_R2 = "6"
POLICIES = ("MaxPageSize", "MaxValRange", "MaxConnIdleTime", "MaxQueryDuration", "MaxReceiveBuffer")


def root_dse(forest: Forest, name: str, highest_usn: int, now: datetime) -> dict[str, tuple[str, ...]]:
    """Every attribute of the rootDSE of the controller `name` with its values."""
    contexts = (forest.base_dn, forest.configuration_dn, forest.schema_dn)
    server = server_dn(replace(forest, domain_controller=name))
    host = f"{name.lower()}.{forest.domain}"
    single = {
        "defaultNamingContext": forest.base_dn,
        "rootDomainNamingContext": forest.base_dn,
        "configurationNamingContext": forest.configuration_dn,
        "schemaNamingContext": forest.schema_dn,
        "dnsHostName": host,
        "ldapServiceName": f"{forest.domain}:{name.lower()}$@{forest.domain.upper()}",
        "serverName": server,
        "dsServiceName": f"CN=NTDS Settings,{server}",
        "isSynchronized": "TRUE",
        "isGlobalCatalogReady": "TRUE",
        "highestCommittedUSN": str(highest_usn),
        "domainFunctionality": WINDOWS_2012_R2,
        "forestFunctionality": WINDOWS_2012_R2,
        "domainControllerFunctionality": WINDOWS_2012_R2,
        "currentTime": generalized_time(now).decode(),
        "subschemaSubentry": f"CN=Aggregate,{forest.schema_dn}",
    }
    return {
        **{name: (value,) for name, value in single.items()},
        "namingContexts": contexts,
        "supportedLDAPVersion": ("3", "2"),
        "supportedControl": CONTROLS,
        "supportedExtension": EXTENSIONS,
        "supportedCapabilities": CAPABILITIES,
        "supportedLDAPPolicies": POLICIES,
        "supportedSASLMechanisms": (),
    }
