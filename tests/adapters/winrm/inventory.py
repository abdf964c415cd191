"""The lab's machines as the inventory would describe them."""

from dataclasses import replace
from typing import Any

from console.domain.secrets import Secret
from console.domain.topology import Cluster, Credential, Directory, GreetingAt, Node
from console.lab.server import Lab


def make_node(
    lab: Lab, name: str, password: str, *, tls: bool = False, user: str = "LAB\\svc-changeover", **changes: Any
) -> Node:
    """A node of the lab; over HTTPS its certificate is for its lower-case name, not for its address."""
    server = lab.servers[name]
    listener = server.https if tls else server.http
    assert listener is not None
    node = Node(
        name=name,
        address=listener.address,
        port=listener.port,
        scheme="https" if tls else "http",
        auth="ntlm",
        credential=Credential("lab", user, Secret(password)),
        tls_name=name.lower() if tls else "",
        ca_file=str(lab.authority.certificate_path) if tls else "",
    )
    return replace(node, **changes)


def make_cluster(lab: Lab, name: str, password: str) -> Cluster:
    """A cluster of the lab."""
    found = next(cluster for cluster in lab.world.clusters if cluster.name == name)
    item = found.definition
    primary, standby = (make_node(lab, node.name, password) for node in found.nodes)
    return Cluster(
        id=1,
        name=name,
        driver="expresscluster",
        generation="2003" if item.generation == "2003" else "2007",
        group=item.group,
        floating_ip=item.floating_ip,
        partition=item.partition,
        primary=primary,
        standby=standby,
        directory=Directory("AD", "127.0.0.1", 636, "ldaps", primary.credential),
        site=name,
        primary_server=primary.name,
        standby_server=standby.name,
        product_folder=r"C:\Program Files\EXPRESSCLUSTER",
        greetings=tuple(GreetingAt(protocol, port) for protocol, port in item.greetings.items()),
    )
