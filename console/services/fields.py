"""Where the domain's ports get their adapters: the field of a cluster, reached over WinRM, LDAP and TCP."""

from console.adapters.clock import SystemClock
from console.adapters.greeting import NetworkGreeter
from console.adapters.ldap import LdapDirectories
from console.adapters.winrm import WinrmNodes
from console.domain.field import Field
from console.domain.ports import Clock, Control, Nodes
from console.drivers import driver_for, generation_for
from console.models import Cluster
from console.services.topology import topology


def open_field(
    cluster: Cluster, clock: Clock | None = None, control: Control | None = None, nodes: Nodes | None = None
) -> Field:
    """The cluster's field, with nothing connected yet; a context that closes what it opened.

    Whatever waits in it waits by `clock`, the system's own when there is none; with an operation's `control` whatever
    changes something is sent under the operation's lease. The nodes are reached through `nodes`; without, over
    connections of the field's own. Raises `CredentialUnavailable` when a password cannot be had.
    """
    clock = clock or SystemClock()
    snapshot = topology(cluster)
    return Field(
        snapshot,
        generation_for(snapshot.driver, snapshot.generation),
        driver_for(snapshot.driver),
        nodes=WinrmNodes(clock) if nodes is None else nodes,
        directories=LdapDirectories(clock),
        greeter=NetworkGreeter(),
        clock=clock,
        control=control,
    )
