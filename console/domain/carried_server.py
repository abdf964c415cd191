"""The one Exchange server of a group that carries its name: read in the directory for its stores; nothing is written.

Whichever node has the group, the server object, its stores and its mailboxes stay as they are: there is nothing to
switch, and so neither mailboxes nor service principal names are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.domain.checks import Reason, Refusal
from console.domain.directory import Controller, ServerObject
from console.domain.ports import DirectorySession
from console.domain.switch.servers import read_server
from console.domain.topology import Cluster


@dataclass(frozen=True)
class CarriedServer:
    """The server object that goes with the group, by the controller that showed it."""

    controller: Controller
    server: ServerObject

    @property
    def labels(self) -> frozenset[str]:
        """Its stores, as the mount observation names them."""
        return frozenset(store.label for store in self.server.stores)

    def fingerprint(self) -> dict[str, Any]:
        """What a plan relies on, by name, as JSON values."""
        stores: Mapping[str, str] = {store.dn: store.guid for store in self.server.stores}
        return {
            "server": [self.server.dn, self.server.legacy_dn],
            "stores": dict(stores),
            "domain controller": self.controller.dns_name,
        }


def read_carried(session: DirectorySession, cluster: Cluster) -> CarriedServer:
    """The server that the cluster's group carries. Raises `Refusal` when there is not exactly one, and `ReachError`."""
    controller = session.controller()
    found = read_server(session, controller, cluster.primary_server)
    if isinstance(found, Reason):
        raise Refusal(f"The directory does not hold the server of {cluster.name}.", [found])
    return CarriedServer(controller, found)
