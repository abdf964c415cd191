"""Where things stand in an Exchange organization: distinguished names and legacy names of every object."""

from __future__ import annotations

from dataclasses import dataclass

from console.lab.directory.definition import Forest, Generation
from console.lab.directory.names import join, rdn

ADMIN_GROUPS: dict[str, str] = {
    "2003": "First Administrative Group",
    "2007": "Exchange Administrative Group (FYDIBOHF23SPDLT)",
}
ROUTING_GROUPS: dict[str, str] = {
    "2003": "First Routing Group",
    "2007": "Exchange Routing Group (DWBGZMFD01QNBJR)",
}
SPN_CLASSES = ("HOST", "exchangeMDB", "exchangeRFR", "SMTPSVC", "SMTP")


@dataclass(frozen=True)
class Layout:
    """Names of the objects of one forest."""

    forest: Forest

    @property
    def exchange(self) -> str:
        """The container of everything Exchange."""
        return join("CN=Microsoft Exchange", "CN=Services", self.forest.configuration_dn)

    @property
    def organization(self) -> str:
        """The organization, of which a forest has one."""
        return join(rdn("CN", self.forest.organization), self.exchange)

    @property
    def address_lists(self) -> str:
        """Above every address list."""
        return join("CN=Address Lists Container", self.organization)

    @property
    def offline_address_list(self) -> str:
        """The one that a server makes for download."""
        return join("CN=Default Offline Address List", "CN=Offline Address Lists", self.address_lists)

    @property
    def update_services(self) -> str:
        """Above the Recipient Update Services, which only Exchange 2003 has."""
        return join("CN=Recipient Update Services", self.address_lists)

    @property
    def system_objects(self) -> str:
        """Exchange's own objects in the domain."""
        return join("CN=Microsoft Exchange System Objects", self.forest.base_dn)

    def admin_group(self, generation: Generation) -> str:
        """The generation's administrative group, which holds its servers."""
        return join(rdn("CN", ADMIN_GROUPS[generation]), "CN=Administrative Groups", self.organization)

    def routing_group(self, generation: Generation) -> str:
        """The generation's routing group, which names its master."""
        return join(rdn("CN", ROUTING_GROUPS[generation]), "CN=Routing Groups", self.admin_group(generation))

    def public_tree(self, generation: Generation) -> str:
        """The hierarchy of public folders."""
        return join("CN=Public Folders", "CN=Folder Hierarchies", self.admin_group(generation))

    def server(self, name: str, generation: Generation) -> str:
        """The server, as Exchange knows it."""
        return join(rdn("CN", name), "CN=Servers", self.admin_group(generation))

    def mta(self, server: str, generation: Generation) -> str:
        """Its message transfer agent, which mailboxes name in homeMTA."""
        return join("CN=Microsoft MTA", self.server(server, generation))

    def storage_group(self, server: str, generation: Generation, group: str) -> str:
        """A storage group of the server."""
        return join(rdn("CN", group), "CN=InformationStore", self.server(server, generation))

    def store(self, server: str, generation: Generation, group: str, store: str) -> str:
        """A store, which mailboxes name in homeMDB."""
        return join(rdn("CN", store), self.storage_group(server, generation, group))

    def computer(self, name: str, container: str = "CN=Computers") -> str:
        """The account of the machine; `container` is relative to the domain."""
        return join(rdn("CN", name), container, self.forest.base_dn)

    def legacy_organization(self) -> str:
        """The beginning of every legacy name."""
        return f"/o={self.forest.organization}"

    def legacy_group(self, generation: Generation) -> str:
        """The legacy name of the generation's administrative group."""
        return f"{self.legacy_organization()}/ou={ADMIN_GROUPS[generation]}"

    def legacy_server(self, name: str, generation: Generation) -> str:
        """The server's legacy name, as in msExchHomeServerName."""
        return f"{self.legacy_group(generation)}/cn=Configuration/cn=Servers/cn={name}"

    def fqdn(self, server: str) -> str:
        """The full host name of a server."""
        return f"{server.lower()}.{self.forest.domain}"

    def spns(self, server: str) -> tuple[str, ...]:
        """Every name of the server's own, each class with the full and the short name."""
        return tuple(f"{kind}/{host}" for kind in SPN_CLASSES for host in (self.fqdn(server), server))
