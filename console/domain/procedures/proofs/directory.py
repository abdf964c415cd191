"""Proofs from the directory: levels of Exchange and the domain, names and paths of what a server keeps on disk."""

import re
from collections.abc import Iterator

from console.domain.procedures.model import Side
from console.domain.procedures.proofs.base import Finding, Grounds, holds, lacks, untold, without
from console.domain.procedures.reading import SMTP_PATHS, ServerSetup, StoragePaths

_VERSION = re.compile(r"Version (\d+)\.(\d+)(?:\.\d+)*(?: \(Build (\d+))?")

_SERVER_2003 = 2
_KEPT = dict(zip(SMTP_PATHS, ("undeliverable mail", "its queue"), strict=True))


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


def smtp_paths(grounds: Grounds, side: Side, _: tuple[str, ...]) -> Finding:
    """Queue and undeliverable mail of every SMTP virtual server of the side's servers lie on the partition."""
    wrong = []
    for server in grounds.servers(side):
        wrong += [] if server.smtp else [f"{server.name} has no SMTP virtual server in the directory."]
        for virtual in server.smtp:
            missing = [what for name, what in _KEPT.items() if virtual.paths and name not in virtual.paths]
            wrong += [f"{virtual.name} on {server.name} names no folder for {what}." for what in missing]
        wrong += _elsewhere(server, server.smtp, grounds.cluster.partition)
    return without(wrong, f"All lie on {grounds.cluster.partition}")


def native_mode(grounds: Grounds, _: Side, __: tuple[str, ...]) -> Finding:
    """The domain lets no domain controller in that is older than Windows Server 2003."""
    if grounds.domain is None:
        return untold(grounds.no_setup or "The domain tells no functional level.")
    if grounds.domain.mixed or grounds.domain.version < _SERVER_2003:
        mode = "mixed mode" if grounds.domain.mixed else "the native mode of Windows 2000"
        return lacks(f"The domain is in {mode}.")
    return holds("The domain is in the native mode of Windows Server 2003, or of a later one.")


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
