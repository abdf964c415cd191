"""Preparing a node: the sheet for a person, and how the node stands."""

from collections.abc import Sequence

from console.domain import topology as domain
from console.domain.checks import Check, Refusal, Verdict
from console.domain.delegation.checking import look
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.prepare import Item, Machine, Surroundings, check_node, sheet
from console.domain.secrets import Secret
from console.models import Cluster, Node
from console.services.access import Account, visible_clusters
from console.services.fields import open_field
from console.services.products import guided
from console.services.topology import product_folder

WITHIN = 60.0
BUILT_IN = frozenset({"type", "dir", "ver", "hostname"})
"""What cmd.exe and Windows have themselves."""


def find_node(name: str, user: Account) -> Node:
    """The node called `name`, whatever its case. Raises `Refusal`, naming those that `user` may see."""
    seen = Node.objects.filter(cluster__in=visible_clusters(user))
    nodes = seen.select_related("cluster__site", "cluster__directory", "credential", "server")
    found = nodes.filter(name__iexact=name).first()
    if found is None:
        known = ", ".join(seen.order_by("name").values_list("name", flat=True)) or "none yet"
        raise Refusal.of(
            f"There is no node called {name!r} in the inventory.", f"Name one of these: {known}.", key="node"
        )
    return found


def nodes_of(cluster: Cluster) -> list[Node]:
    """The cluster's nodes, primary first."""
    return list(cluster.nodes.select_related("cluster", "credential").order_by("role"))


def sheet_of(node: Node, consoles: Sequence[str] = ()) -> tuple[Item, ...]:
    """What is to be done on the node, in order; `consoles` are the addresses from which the console reaches it.

    Needs no password. Raises `Unquotable`.
    """
    return sheet(_described(node), _machine(node), folder=product_folder(node.cluster), consoles=consoles)


def everything(cluster: Cluster) -> tuple[Check, ...]:
    """How both nodes stand, and the rights in the directory; changes nothing. What cannot be read is *unknown*.

    Raises `CredentialUnavailable`.
    """
    with open_field(cluster) as field:
        nodes = [check for node in nodes_of(cluster) for check in _checks(field, node)]
        return (*nodes, *(_rights(field) if guided(cluster) else ()))


def _rights(field: Field) -> tuple[Check, ...]:
    title = "What may be written in the directory is known"
    try:
        return look(field.directory(), field.read_directory()).checks
    except ChangeoverError as error:
        return (Check("directory.rights", title, Verdict.UNKNOWN, error.message, error.remedy),)
    except Refusal as refusal:
        remedy = " ".join(reason.remedy for reason in refusal.reasons)
        return (Check("directory.rights", title, Verdict.UNKNOWN, refusal.headline, remedy),)


def checks_of(node: Node) -> tuple[Check, ...]:
    """How the node stands, read now; changes nothing. Raises `CredentialUnavailable`."""
    with open_field(node.cluster) as field:
        return _checks(field, node)


def _checks(field: Field, node: Node) -> tuple[Check, ...]:
    surroundings = Surroundings(_programs(field, node.name), field.cluster.directory.host)
    return check_node(field.session(node.name), _machine(node), surroundings, field.clock, within=WITHIN)


def _described(node: Node) -> domain.Node:
    """The node as the inventory has it, without its password: nobody is reached with it."""
    account = domain.Credential(node.credential.name, node.credential.username, Secret(""))
    return domain.Node(
        name=node.name,
        address=node.address,
        port=node.port,
        scheme=node.scheme,  # type: ignore[arg-type]
        auth=node.auth,  # type: ignore[arg-type]
        credential=account,
        tls_name=node.tls_name,
        second_hop=node.second_hop,  # type: ignore[arg-type]
        windows=node.windows,
    )


def _machine(node: Node) -> Machine:
    return Machine(node.windows, node.service_pack, node.architecture, guided(node.cluster))


def _programs(field: Field, node: str) -> tuple[str, ...]:
    """Everything that the driver would call on `node`, each once."""
    driver, cluster, target = field.driver, field.cluster, field.cluster.primary.name
    called = [
        *driver.questions(cluster, cluster.node(node)),
        driver.move(cluster, target),
        driver.start(cluster, target),
    ]
    return tuple(dict.fromkeys(argv[0] for argv in called if argv[0].casefold() not in BUILT_IN))
