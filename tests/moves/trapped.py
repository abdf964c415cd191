"""A real domain controller whose forest holds every trap at once; a module shares it, and each test puts it right.

An organization called like a server, servers whose names begin alike, units whose names need escaping, and mailboxes
that were moved by halves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import ldap3

from console.lab import definition, presets
from console.lab.assemble import DirectoryPart
from console.lab.assemble import forest as forest_of
from console.lab.directory.definition import DEFAULT_ACCOUNTS, Forest, Person, Server
from console.lab.directory.schema import schema
from console.lab.directory.traps import AWKWARD_OUS
from tests.directory.backends import Backend
from tests.directory.snapshot import Snapshot, difference, snapshot

SPN = "servicePrincipalName"
HALF_MOVED = (
    Person("Moved Mta", server="MAIL", mta_on="MAIL2"),
    Person("Moved Server Name", server="MAIL", server_name_on="MAIL2"),
    Person("Moved Both", server="MAIL", mta_on="MAIL2", server_name_on="MAIL2"),
)


def _named(name: str, primary: str, standby: str) -> definition.Cluster:
    """An Exchange 2003 cluster whose nodes are called so."""
    made = presets.tokyo()
    nodes = [replace(node, name=called) for node, called in zip(made.nodes, (primary, standby), strict=True)]
    return replace(made, name=name, nodes=nodes)


CLUSTERS = {
    "2003": _named("Tokyo", "EXCH", "SPARE"),
    "2007": presets.osaka(),
    "standby-contains-primary": _named("Mail", "MAIL", "MAIL2"),
    "similar-names": _named("Numbers", "SERVER1", "SERVER2"),
}
"""The clusters of the forest; the first one's organization, “EXCH Org”, is called like its primary."""


def trapped_forest() -> Forest:
    """One forest with all of them; people of the first cluster live in units with commas, quotes and parentheses."""
    part = DirectoryPart(base_dn="DC=example,DC=test", netbios="EXAMPLE", organization="EXCH Org", mailboxes=10)
    made = forest_of(presets.fast_definition(*CLUSTERS.values()), part)
    first, *others = made.clusters
    clusters = (replace(first, ous=AWKWARD_OUS), *(replace(cluster, mailboxes=4) for cluster in others))
    lone = (Server("SERVER10", "2003", mailboxes=3), Server("SERVER20", "2003", mailboxes=1))
    return replace(made, clusters=clusters, servers=lone, people=HALF_MOVED, accounts=DEFAULT_ACCOUNTS)


@dataclass
class MountRule:
    """What an information store asks the directory before it mounts a store that another server wrote."""

    backend: Backend

    def __call__(self, server_name: str, storage_group: str, store: str) -> bool:
        """Whether msExchPatchMDB of that store is TRUE. Reads afresh each time."""
        forest, layout = self.backend.forest, self.backend.layout
        kind = next(c.generation for c in forest.clusters if server_name in (c.primary, c.standby))
        dn = layout.store(server_name, kind, storage_group, store)
        with self.backend.connect("administrator") as connection:
            found = connection.search(dn, "(msExchPatchMDB=TRUE)", ldap3.BASE)
        return bool(found)


def all_of_it(backend: Backend) -> Snapshot:
    """The domain and the Exchange organization: everything that a move could change, and little else."""
    with backend.connect("administrator") as connection:
        return snapshot(connection, backend.forest.base_dn, backend.layout.exchange)


@contextmanager
def put_right(backend: Backend, before: Snapshot) -> Iterator[None]:
    """After the block every object is as in `before`; fails when one that was there is gone."""
    try:
        yield
    finally:
        _put_right(backend, before)


def _put_right(backend: Backend, before: Snapshot) -> None:
    now = all_of_it(backend)
    with backend.connect("administrator") as connection:
        for dn in now.keys() - before.keys():
            _must(connection, connection.delete(dn), dn)
        changed = difference(before, {dn: found for dn, found in now.items() if dn in before})
        for shrink in (True, False):  # no name may be on two accounts, so every account gives before one takes
            for (dn, attribute), (old, new) in changed.items():
                _restore(connection, dn, attribute, old & new if shrink and attribute == SPN else old)


def _restore(connection: Any, dn: str, attribute: str, values: frozenset[bytes]) -> None:
    known = schema().attribute(attribute)
    if known is None or not known.is_back_link:
        _must(connection, connection.modify(dn, {attribute: [(ldap3.MODIFY_REPLACE, list(values))]}), dn)


def _must(connection: Any, done: bool, dn: str) -> None:
    assert done, f"{dn}: {connection.result}"
