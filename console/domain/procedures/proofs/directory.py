"""Proofs from the directory: levels of Exchange, names and paths of storage groups and stores."""

import re
from collections.abc import Iterator

from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, untold, without
from console.domain.procedures.reading import ServerSetup, StoragePaths

_VERSION = re.compile(r"Version (\d+)\.(\d+)(?:\.\d+)*(?: \(Build (\d+))?")


def level(grounds: Grounds, side: Side, about: tuple[str, ...]) -> Finding:
    """Exchange is at least at the level that the step is about, such as `6.5.7638`, on every server of the side."""
    wanted = tuple(int(part) for part in about[0].split("."))
    low = []
    for server in grounds.servers(side):
        told = _VERSION.match(server.serial)
        if not told:
            return untold(f"{server.name} names no level that can be read: {server.serial or 'nothing'}.")
        if tuple(int(part or 0) for part in told.groups()) < wanted:
            low.append(f"{server.name} is at {server.serial}; {about[0]} or later is needed.")
    return without(low, "The level is there.")


def store_names(grounds: Grounds, _: Side, __: tuple[str, ...]) -> Finding:
    """Both servers have stores of the same names, and none holds a server's name."""
    primary, standby = grounds.servers(Side.BOTH)
    names = {(store.storage_group, store.name) for store in primary.stores + standby.stores}
    wrong = [
        f"The store {name} ({group}) holds the name {server.name}."
        for group, name in sorted(names)
        for server in (primary, standby)
        if re.search(rf"(?<![^\W_]){re.escape(server.name)}(?![^\W_])", name, re.IGNORECASE)
    ]
    for one, other in ((primary, standby), (standby, primary)):
        theirs = {_key(store) for store in other.stores}
        wrong += [
            f"{other.name} has no store {store.name} in {store.storage_group}, as {one.name} has."
            for store in one.stores
            if _key(store) not in theirs
        ]
    return without(wrong, f"{len(primary.stores)} stores on each, with the same names.")


def store_paths(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """The files of every store of the side's servers lie on the partition."""
    wrong = [
        text
        for server in grounds.servers(side)
        for text in _elsewhere(server, server.stores, grounds.cluster.partition)
    ]
    return without(wrong, f"All lie on {grounds.cluster.partition}")


def log_paths(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """Logs and system path of every storage group of the side's servers lie on the partition."""
    wrong = [
        text
        for server in grounds.servers(side)
        for text in _elsewhere(server, server.groups, grounds.cluster.partition)
    ]
    return without(wrong, f"All lie on {grounds.cluster.partition}")


def _elsewhere(server: ServerSetup, things: tuple[StoragePaths, ...], partition: str) -> Iterator[str]:
    """One sentence for each path that is not on the partition, and for each thing without any."""
    for thing in things:
        if not thing.paths:
            yield f"{thing.name} on {server.name} names no path."
        for path in thing.paths.values():
            if not path.casefold().startswith(f"{partition.casefold()}\\"):
                yield f"{thing.name} on {server.name} lies at {path}."


def _key(store: StoragePaths) -> tuple[str, str]:
    return store.storage_group.casefold(), store.name.casefold()
