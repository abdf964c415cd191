"""The set-up procedures of the catalog, for pages and commands; proving one on a cluster changes nothing."""

from console import catalog
from console.domain.checks import Refusal
from console.domain.procedures import Means, Procedure
from console.domain.procedures.examine import Examined, examine
from console.models import Cluster
from console.services import products
from console.services.fields import open_field


def all_procedures() -> tuple[Procedure, ...]:
    """Every procedure that the catalog knows, by its key."""
    return tuple(catalog.procedure(key) for key in catalog.procedures())


def means() -> Means:
    """The proofs and actions that procedures name."""
    return catalog.means()


def find(key: str) -> Procedure:
    """The procedure called `key`. Raises `Refusal`, naming those that there are."""
    if key not in catalog.procedures():
        remedy = f"Name one of these: {', '.join(catalog.procedures())}."
        raise Refusal.of(f"There is no procedure called {key!r}.", remedy, key="procedure")
    return catalog.procedure(key)


def prove(cluster: Cluster, key: str) -> tuple[Examined, ...]:
    """How every step of the procedure stands on the cluster, read now.

    Raises `Refusal` for a procedure of another generation of Exchange, `CredentialUnavailable` without a password.
    """
    procedure = require_fitting(cluster, key)
    with open_field(cluster) as field:
        return examine(procedure, means(), field)


def fitting(cluster: Cluster) -> tuple[Procedure, ...]:
    """The procedures of the cluster's generation of Exchange; none where the guide is not about its product."""
    if not products.guided(cluster):
        return ()
    return tuple(one for one in all_procedures() if one.generation == cluster.generation)


def require_fitting(cluster: Cluster, key: str) -> Procedure:
    """The procedure called `key`, which must fit the cluster's product and generation. Raises `Refusal`."""
    procedure = find(key)
    if not products.guided(cluster):
        title = products.product_of(cluster).title
        text = f"{cluster.name} runs on {title}; there Exchange's own set-up does what the guide's procedures do."
        raise Refusal.of(text, "Have it diagnosed: that shows what the set-up left on its nodes.", key="procedure")
    if procedure.generation != cluster.generation:
        names = ", ".join(one.key for one in fitting(cluster))
        text = f"{procedure.key} is for Exchange {procedure.generation}; {cluster.name} runs {cluster.generation}."
        raise Refusal.of(text, f"Name one of these: {names}.", key="procedure")
    return procedure
