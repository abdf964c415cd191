"""Changing what the console knows: checked by the rules, refused with every reason, audited in one transaction."""

import dataclasses
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from console import catalog
from console.domain.cluster_rules import Known
from console.domain.errors import ChangeoverError
from console.domain.inventory import (
    ClusterSpec,
    CredentialSpec,
    DirectorySpec,
    Inventory,
    Kind,
    Problem,
    SiteSpec,
    Spec,
)
from console.domain.inventory_names import is_ip
from console.domain.inventory_rules import problems
from console.domain.secrets import Secret
from console.drivers import generation_for
from console.models import Cluster, Credential, Directory, Operation, Site
from console.services import access, audit
from console.services.inventory_rows import Row, current_inventory, flat, kind_of, remove, spec_of, store

NOT_HERE = "This cannot be used here.", "Choose another one, or have somebody look who sees the whole inventory."
"""What is said, and what to do, where the reason is not for whoever asks."""
RESOLVE_WITHIN = 2.0
"""Seconds that the name server may take for all names; one without an answer by then counts as leading nowhere."""


class InventoryRefused(ChangeoverError):
    """A change that would make the inventory wrong; `problems` has every reason with its remedy."""

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in found), remedy="Correct what is named above.")
        self.problems = list(found)


class ClusterBusy(ChangeoverError):
    """A cluster cannot be changed while an operation acts on it."""

    remedy = "Wait until the operation has ended, or stop it, then try again."


def save_site(spec: SiteSpec, actor: audit.Actor, row: Site | None = None) -> Site:
    """Add the site, or rename `row`. Raises `InventoryRefused`."""
    return _save(spec, row, actor)  # type: ignore[return-value]


def save_credential(
    spec: CredentialSpec, actor: audit.Actor, row: Credential | None = None, password: Secret | None = None
) -> Credential:
    """Add or change a credential; for a stored one, None keeps the password. Raises `InventoryRefused`."""
    return _save(spec, row, actor, password)  # type: ignore[return-value]


def save_directory(spec: DirectorySpec, actor: audit.Actor, row: Directory | None = None) -> Directory:
    """Add or change a directory. Raises `InventoryRefused`."""
    return _save(spec, row, actor)  # type: ignore[return-value]


def save_cluster(spec: ClusterSpec, actor: audit.Actor, row: Cluster | None = None) -> Cluster:
    """Add or change a cluster with its nodes and servers. Raises `InventoryRefused` or `ClusterBusy`."""
    return _save(spec, row, actor)  # type: ignore[return-value]


def _save(spec: Spec, row: Row | None, actor: audit.Actor, password: Secret | None = None) -> Row:
    with transaction.atomic():
        audit.lock()
        found = veiled(problems_of(spec, row), actor.user)
        if found:
            raise InventoryRefused(found)
        if isinstance(row, Cluster) and flat(spec_of(row)) != flat(spec):
            refuse_if_busy(row)
        saved, _ = store(spec, row, actor, password=password)
    return saved


def delete(row: Row, actor: audit.Actor) -> None:
    """Remove a site, credential, directory or cluster. Raises `InventoryRefused` while something needs it."""
    with transaction.atomic():
        audit.lock()
        if isinstance(row, Cluster):
            refuse_if_busy(row)
        try:
            remove(row, actor)
        except ProtectedError as error:
            raise InventoryRefused([in_use(row, error)]) from None


def in_use(row: Row, error: ProtectedError) -> Problem:
    """The problem that `row` cannot go because of what refers to it."""
    users = sorted({str(user) for user in error.protected_objects})
    shown = ", ".join(users[:5]) + (" and others" if len(users) > 5 else "")
    remedy = "Its history has to stay." if isinstance(row, Cluster) else "Give those another one first."
    return Problem(kind_of(row), row.name, (), f"It is still used by {shown}.", remedy)


def problems_of(spec: Spec, row: Row | None) -> list[Problem]:
    """What would be wrong with `spec` in place of `row` (None: beside everything there is)."""
    kind = kind_of(spec)
    current = current_inventory()
    others = [other for other in current.of(kind) if row is None or other != spec_of(row)]
    same = tuple(other.name for other in others if other.name.casefold() == spec.name.casefold())
    if same:
        text = f"There is another {kind} of that name."
        return [Problem(kind, spec.name, ("name",), text, "Choose another name.", others=same)]
    whole = replaced(current, kind, [*others, spec])
    beyond = known([spec] if isinstance(spec, ClusterSpec) else [])
    return [p for p in problems(whole, beyond) if (p.kind, p.subject) == (kind, spec.name)]


def veiled(found: Sequence[Problem], user: access.Account) -> list[Problem]:
    """`found` for `user`: what is used by a cluster that they may not see is refused without saying so."""
    seen = set(access.visible_clusters(user).values_list("name", flat=True))
    return [
        dataclasses.replace(one, message=NOT_HERE[0], remedy=NOT_HERE[1], others=())
        if one.kind == "cluster" and not seen.issuperset(one.others)
        else one
        for one in found
    ]


PLURALS: dict[Kind, str] = {
    "site": "sites",
    "credential": "credentials",
    "directory": "directories",
    "cluster": "clusters",
}


def replaced(whole: Inventory, kind: Kind, specs: Sequence[Spec]) -> Inventory:
    """`whole` with other objects of one kind."""
    fields: dict[str, Any] = {PLURALS[kind]: tuple(specs)}
    return dataclasses.replace(whole, **fields)


def known(clusters: Iterable[ClusterSpec]) -> Known:
    """What the rules ask for: the catalog, and where the management addresses of `clusters` lead from here."""
    products = catalog.cluster_products()
    optional = {
        (driver, key): frozenset(s.name for s in generation_for(driver, key).services if s.optional)
        for driver in products
        for key in catalog.generations()
    }
    addresses = {node.address for cluster in clusters for node in cluster.nodes}
    found = addresses_of(name for name in addresses if not is_ip(name))
    return Known(lambda name: found.get(name, frozenset()), products, optional)


def addresses_of(names: Iterable[str]) -> dict[str, frozenset[str]]:
    """The addresses that each of `names` resolves to from here, as far as they come in time."""
    found: dict[str, frozenset[str]] = {}

    def ask(name: str) -> None:
        with suppress(OSError, UnicodeError):
            found[name] = frozenset(str(info[4][0]) for info in socket.getaddrinfo(name, None))

    # The system's resolver takes no deadline: all are asked at once, and the slow ones are left behind.
    asking = [threading.Thread(target=ask, args=[name], daemon=True) for name in names]
    deadline = time.monotonic() + RESOLVE_WITHIN
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(found)


def open_operation(cluster: Cluster) -> str | None:
    """The operation that acts on the cluster now, as a person would name it, or None."""
    acting = Operation.objects.filter(cluster=cluster, status__in=Operation.ACTING).first()
    return f"operation {acting.pk} ({acting.kind})" if acting else None


def refuse_if_busy(cluster: Cluster) -> None:
    """Raise `ClusterBusy` while an operation acts on the cluster."""
    busy = open_operation(cluster)
    if busy:
        raise ClusterBusy(f"The cluster {cluster.name} cannot be changed: {busy} is under way.")
