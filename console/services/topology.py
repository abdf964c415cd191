"""Handing clusters, nodes and directories to the domain and the adapters, with their passwords."""

from django.conf import settings

from console.catalog import cluster_product
from console.domain import topology as domain
from console.models import Cluster, Directory, Node
from console.services.credentials import resolved
from console.services.node_rows import NodeRow, node_rows
from console.services.trust import ca_file


def topology(cluster: Cluster) -> domain.Cluster:
    """The cluster as the domain and the adapters take it, with its passwords.

    Raises `CredentialUnavailable` when one of them cannot be had.
    """
    nodes = {row.role: row for row in node_rows(cluster.pk)}
    primary, standby = nodes["primary"], nodes["standby"]
    return domain.Cluster(
        id=cluster.pk,
        name=cluster.name,
        driver=cluster.driver,
        generation=cluster.generation,  # type: ignore[arg-type]
        group=cluster.group,
        floating_ip=cluster.floating_ip,
        partition=cluster.partition,
        primary=_node(primary),
        standby=_node(standby),
        directory=directory_topology(cluster.directory),
        site=cluster.site.name,
        primary_server=primary.server,
        standby_server=standby.server,
        spn_classes=tuple(cluster.spn_classes),
        greetings=tuple(_greeting(text) for text in cluster.greetings),
        extra_services=tuple(cluster.extra_services),
        membership_tolerance=cluster.membership_tolerance,
        product_folder=product_folder(cluster),
        timing=domain.Timing(**cluster.timing),
    )


def product_folder(cluster: Cluster) -> str:
    """Where the cluster product is installed on the nodes; empty when it has no folder that matters."""
    return cluster.product_folder or cluster_product(cluster.driver).folder


def node_topology(node: Node) -> domain.Node:
    """One node with its password. Raises `CredentialUnavailable`."""
    return _node(node)


def directory_topology(directory: Directory) -> domain.Directory:
    """The directory with its password. Raises `CredentialUnavailable`."""
    return directory_as(directory, resolved(directory.credential))


def directory_as(directory: Directory, credential: domain.Credential) -> domain.Directory:
    """The directory as somebody else than the account that the inventory names for it."""
    return domain.Directory(
        name=directory.name,
        host=directory.host,
        port=directory.port,
        security=directory.security,  # type: ignore[arg-type]
        credential=credential,
        tls_name=directory.tls_name,
        ca_file=ca_file(directory.ca, settings.STATE_DIR),
        allow_old_tls=directory.allow_old_tls,
        allow_clear_text=directory.allow_clear_text,
        target_controller=directory.target_controller,
        target_tls_name=directory.target_tls_name,
    )


def _node(node: Node | NodeRow) -> domain.Node:
    return domain.Node(
        name=node.name,
        address=node.address,
        port=node.port,
        scheme=node.scheme,  # type: ignore[arg-type]
        auth=node.auth,  # type: ignore[arg-type]
        credential=resolved(node.credential),
        tls_name=node.tls_name,
        ca_file=ca_file(node.ca, settings.STATE_DIR),
        codepage=node.codepage,
        allow_clear_text=node.allow_clear_text,
        second_hop=node.second_hop,  # type: ignore[arg-type]
        windows=node.windows,
    )


def _greeting(text: str) -> domain.GreetingAt:
    protocol, _, port = text.partition(":")
    return domain.GreetingAt(protocol, int(port))
