"""The set-up procedures of the catalog, for pages and commands."""

from console import catalog
from console.domain.checks import Refusal
from console.domain.procedures import Means, Procedure


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
