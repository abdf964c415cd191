"""Pair the stores of two servers: one set of files, an object in the directory for each server."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from console.domain.checks import Reason
from console.domain.directory import ServerObject, Store


@dataclass(frozen=True)
class Pairing:
    """Which store of the target stands for which store of the source, and what could not be paired."""

    pairs: tuple[tuple[Store, Store], ...]
    """(store of the source, store of the target)."""
    problems: tuple[Reason, ...]


def pair_stores(source: ServerObject, target: ServerObject) -> Pairing:
    """Pair by storage group, store name and kind; a server's own name in brackets at the end does not count."""
    ours, theirs = _by_name(source), _by_name(target)
    pairs: list[tuple[Store, Store]] = []
    problems: list[Reason] = []
    for name in sorted(ours.keys() | theirs.keys()):
        left, right = ours.get(name, []), theirs.get(name, [])
        if len(left) == 1 and len(right) == 1:
            pairs.append((left[0], right[0]))
        elif left and right:
            problems += _ambiguous(source, left) + _ambiguous(target, right)
        else:
            problems += _unpaired(left, source, target) + _unpaired(right, target, source)
    return Pairing(tuple(pairs), tuple(problems))


def bare_name(name: str, server: str) -> str:
    """`name` without ` (SERVER)` at its end when that names `server` itself, casefolded, blanks squeezed."""
    plain = " ".join(name.split()).casefold()
    suffix = f"({server.casefold()})"
    return plain.removesuffix(suffix).rstrip() or plain


def _by_name(server: ServerObject) -> dict[tuple[str, str, bool], list[Store]]:
    found: dict[tuple[str, str, bool], list[Store]] = defaultdict(list)
    for store in server.stores:
        group = bare_name(store.storage_group, server.name)
        found[(group, bare_name(store.name, server.name), store.public)].append(store)
    return found


def _ambiguous(server: ServerObject, stores: list[Store]) -> list[Reason]:
    if len(stores) < 2:
        return []
    names = " and ".join(f"{store.storage_group}/{store.name}" for store in stores)
    return [
        Reason(
            f"The stores {names} of {server.name} cannot be told apart by name.",
            "Rename one of them, together with its partner on the other server.",
            "directory.stores-paired",
            stores[0].dn,
        )
    ]


def _unpaired(stores: Iterable[Store], here: ServerObject, there: ServerObject) -> list[Reason]:
    return [
        Reason(
            f"The store {store.storage_group}/{store.name} of {here.name} has no partner on {there.name}.",
            f"Create a storage group and a store with the same names on {there.name}, or correct their names there; "
            f"a name may end in the own server's name in brackets.",
            "directory.stores-paired",
            store.dn,
        )
        for store in stores
    ]
