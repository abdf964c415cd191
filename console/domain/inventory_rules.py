"""The rules that the whole inventory keeps: every object in itself, references, and what must differ."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from console.domain import inventory
from console.domain import inventory_names as names
from console.domain.cluster_rules import Known, cluster_problems, complain
from console.domain.inventory import ClusterSpec, CredentialSpec, DirectorySpec, Inventory, Path, Problem, SiteSpec

Owner = tuple[str, Path]
"""The name of a cluster and the way to a field in it."""


def problems(whole: Inventory, known: Known) -> list[Problem]:
    """Everything that is wrong with `whole`, in the order of its objects; empty when it can be used.

    `known.resolve` is asked for the addresses of management addresses that are names.
    """
    found: list[Problem] = []
    for site in whole.sites:
        found += _site(site)
    for credential in whole.credentials:
        found += _credential(credential)
    for directory in whole.directories:
        found += _directory(directory, whole)
    for cluster in whole.clusters:
        found += cluster_problems(cluster, known)
        found += _references(cluster, whole)
    found += _apart(whole.clusters)
    return found


def _site(site: SiteSpec) -> Iterator[Problem]:
    for path, message, remedy, source in complain(("name",), names.title(site.name)):
        yield Problem("site", site.name, path, message, remedy, source=source)


def _credential(credential: CredentialSpec) -> Iterator[Problem]:
    found = [*complain(("name",), names.title(credential.name))]
    found += complain(("username",), names.username(credential.username))
    if credential.source == "env":
        found += complain(("reference",), names.variable(credential.reference))
    elif credential.source == "file":
        found += complain(("reference",), names.secret_path(credential.reference))
    elif credential.source == "vault":
        found += complain(("reference",), names.vault_reference(credential.reference))
    elif credential.source != "stored":
        text = "It is not said where the password is."
        found.append((("source",), text, "Give one of env, file, vault or stored.", ""))
    for path, message, remedy, source in found:
        yield Problem("credential", credential.name, path, message, remedy, source=source)


def _directory(directory: DirectorySpec, whole: Inventory) -> Iterator[Problem]:
    found = [*complain(("name",), names.title(directory.name))]
    found += complain(("host",), names.host(directory.host))
    found += complain(("port",), names.port(directory.port))
    found += complain(("security",), names.one_of(directory.security, inventory.LDAP_SECURITY_CHOICES))
    if directory.tls_name:
        found += complain(("tls_name",), names.host(directory.tls_name))
    if directory.target_controller:
        found += complain(("target_controller",), names.endpoint(directory.target_controller))
    if directory.target_tls_name:
        found += complain(("target_tls_name",), names.host(directory.target_tls_name))
    if directory.security == "clear" and not directory.allow_clear_text:
        text = "LDAP in clear text shows the password and every change to whoever listens."
        found.append((("security",), text, "Use ldaps or starttls, or allow clear text for this directory.", ""))
    for path, message, remedy, source in found:
        yield Problem("directory", directory.name, path, message, remedy, source=source)
    yield from _refers("directory", directory.name, ("credential",), directory.credential, whole)


def _references(cluster: ClusterSpec, whole: Inventory) -> Iterator[Problem]:
    yield from _refers("cluster", cluster.name, ("site",), cluster.site, whole)
    yield from _refers("cluster", cluster.name, ("directory",), cluster.directory, whole)
    for index, node in enumerate(cluster.nodes):
        path = ("nodes", index, "credential")
        yield from _refers("cluster", cluster.name, path, node.credential, whole)


def _refers(kind: inventory.Kind, subject: str, path: Path, name: str, whole: Inventory) -> Iterator[Problem]:
    """The problem of a field, called after the kind that it names, whose object does not exist."""
    wanted: inventory.Kind = path[-1]  # type: ignore[assignment]
    if name.casefold() in {spec.name.casefold() for spec in whole.of(wanted)}:
        return
    yield Problem(
        kind, subject, path, f"There is no {wanted} called {name!r}.", f"Correct the name, or add the {wanted}."
    )


def _apart(clusters: Iterable[ClusterSpec]) -> Iterator[Problem]:
    """What two clusters, or two nodes, must not share."""
    uses: dict[tuple[str, str], list[Owner]] = defaultdict(list)
    for cluster in clusters:
        for index, address in enumerate(cluster.floating_ips):
            uses["floating IP address", address].append((cluster.name, ("floating_ips", index)))
        for index, node in enumerate(cluster.nodes):
            path = ("nodes", index)
            uses["node name", node.name.casefold()].append((cluster.name, (*path, "name")))
            endpoint = f"{node.address.casefold()} port {node.port}"
            uses["management address", endpoint].append((cluster.name, (*path, "address")))
        for name, way in _servers(cluster):
            server = f"{name} in directory {cluster.directory}".casefold()
            uses["Exchange server", server].append((cluster.name, way))
    for (what, value), owners in uses.items():
        if len(owners) > 1:
            yield from _shared(what, value, owners)


def _servers(cluster: ClusterSpec) -> Iterator[tuple[str, Path]]:
    """Each Exchange server of the cluster once, whether its nodes may name the same one or not, and where it stands."""
    seen: set[str] = set()
    for index, node in enumerate(cluster.nodes):
        if node.server.name.casefold() not in seen:
            seen.add(node.server.name.casefold())
            yield node.server.name, ("nodes", index, "server", "name")


def _shared(what: str, value: str, owners: list[Owner]) -> Iterator[Problem]:
    for subject, path in owners:
        others = sorted({name for name, other in owners if (name, other) != (subject, path)})
        message = f"The {what} {value} is also used by cluster {', '.join(others)}."
        yield Problem(
            "cluster",
            subject,
            path,
            message,
            f"Give each its own {what}.",
            others=tuple(n for n in others if n != subject),
        )
