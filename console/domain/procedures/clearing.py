"""Which files of the standby's half are set aside between the two halves of a set-up, and what speaks against it.

The guide has a person delete what lies in the folders of the stores (2003 step 17, 2007 step 15), though the same
folders hold the live mail ever after. Here a file moves only when it was inventoried as the standby's half ended and
has not changed since, and only while the directory names no path of the primary's server on the partition. What moves
is renamed on the same partition; nothing is deleted.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from console.domain.procedures.partition_files import FileSeen
from console.domain.procedures.reading import ServerSetup, StoragePaths

ASIDE = "Set aside"
"""The folder on the partition below which each set-up has one of its own, called by date and operation."""
EACH_GROUP = "{storage group}"
_LOCAL = re.compile(r"(?P<drive>[A-Za-z]:)\\")
_NAMED = 5
"""So many files are named in a sentence."""


@dataclass(frozen=True)
class Inventory:
    """The files of the standby's half, as they were when it ended and Exchange had stopped on both nodes."""

    folder: str
    """Where they go, on the same partition."""
    files: tuple[FileSeen, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"folder": self.folder, "files": [asdict(file) for file in self.files]}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Inventory":
        """From what `to_json` gave."""
        return cls(raw["folder"], tuple(FileSeen(**file) for file in raw["files"]))

    def within(self, folders: Collection[str]) -> tuple[FileSeen, ...]:
        """Those that lie in one of the folders, or below it."""
        return tuple(file for file in self.files if any(_below(file.path, folder) for folder in folders))

    def place(self, path: str) -> str:
        """Where the file at `path` goes: its whole way from the drive on is kept."""
        return f"{self.folder}\\{path[3:]}"


@dataclass(frozen=True)
class Circumstances:
    """What is true at the moment of asking, as the directory and both nodes tell."""

    partition: str
    """The drive, such as `X:`."""
    primary: ServerSetup
    standby: ServerSetup
    owner: str | None
    """The node that has the group; None when that is not known."""
    primary_node: str
    running: tuple[str, ...]
    """One sentence for each service of Exchange, on either node, that is not certainly stopped."""
    live_queue: tuple[str, ...] = ()
    """Paths of the primary's transport queue, where it has one."""


@dataclass(frozen=True)
class Decision:
    """What is to be renamed, in order; nothing while anything speaks against it."""

    moves: tuple[FileSeen, ...]
    against: tuple[str, ...]


def aside_folder(partition: str, date: str, operation: str) -> str:
    """Where an operation's files go."""
    return f"{partition}\\{ASIDE}\\{date} {operation}"


def folders_about(partition: str, about: Sequence[str], servers: Sequence[ServerSetup]) -> tuple[str, ...]:
    """The guide's folders on X: as folders on the partition, with one for each storage group of the servers."""
    groups = dict.fromkeys(group.name for server in servers for group in server.groups)
    found: dict[str, None] = {}
    for path in about:
        own = partition + path.removeprefix("X:")
        found |= dict.fromkeys([own.replace(EACH_GROUP, name) for name in groups] if EACH_GROUP in own else [own])
    return tuple(found)


def decide(
    now: Circumstances,
    inventory: Inventory | None,
    folders: Sequence[str],
    present: Sequence[FileSeen],
    aside: Collection[str],
) -> Decision:
    """Which of the `present` files in `folders` are set aside. `aside`: the paths that lie where they would go."""
    if inventory is None:
        return Decision((), (*_circumstances(now), NO_INVENTORY))
    wanted = inventory.within(folders)
    against = (*_circumstances(now), *_strange(wanted, present), *_in_the_way(inventory, present, aside))
    known = {file.key for file in wanted}
    return Decision((), against) if against else Decision(tuple(f for f in present if f.key in known), ())


NO_INVENTORY = (
    "This set-up has no inventory of the standby's files: it is taken as the console itself moves the group to the "
    "primary node, after the standby's stores and logs were moved. Move the group back to the standby node, then let "
    "the procedure move it."
)


def ready_for_inventory(now: Circumstances) -> tuple[str, ...]:
    """What speaks against taking stock of the partition: it is done when the standby's half is over, and only then."""
    return (*_halves(now), *now.running)


def _circumstances(now: Circumstances) -> tuple[str, ...]:
    found = list(_halves(now))
    if now.owner is None or now.owner.casefold() != now.primary_node.casefold():
        found.append(f"The group is on {now.owner or 'no known node'}, not on {now.primary_node}.")
    return (*found, *now.running)


def _halves(now: Circumstances) -> Iterator[str]:
    """Between the halves every path of the standby's server is on the partition, and none of the primary's."""
    for thing, path in _paths(now.primary):
        drive = _drive(path)
        if drive is None or drive == now.partition.casefold():
            where = f"lies on {now.partition} already" if drive else "cannot be told from one on the partition"
            yield f"{thing.name} of {now.primary.name} {where}: {path or 'it has no path'}."
    for thing, path in _paths(now.standby):
        if _drive(path) != now.partition.casefold():
            yield f"{thing.name} of {now.standby.name} does not lie on {now.partition} yet: {path or 'it has no path'}."
    for path in now.live_queue:
        if _drive(path) in (None, now.partition.casefold()):
            yield f"The transport queue of {now.primary.name} lies on {now.partition} already: {path}."
    if not now.primary.stores or not now.standby.stores:
        yield "The directory does not name the stores of both servers."


def _paths(server: ServerSetup) -> Iterator[tuple[StoragePaths, str]]:
    for thing in (*server.groups, *server.stores):
        for path in thing.paths.values() or ("",):
            yield thing, path


def _drive(path: str) -> str | None:
    """The drive, casefolded; None for any text that is not plainly a path on a drive."""
    found = _LOCAL.match(path)
    return found["drive"].casefold() if found else None


def _strange(wanted: Sequence[FileSeen], present: Sequence[FileSeen]) -> Iterator[str]:
    known = {file.key: file for file in wanted}
    new = [file.path for file in present if file.key not in known]
    changed = [
        file.path
        for file in present
        if (was := known.get(file.key)) is not None and (was.size, was.modified) != (file.size, file.modified)
    ]
    if new:
        yield f"These files came after the standby's half: {_some(new)}."
    if changed:
        yield f"These files have changed since the standby's half: {_some(changed)}."


def _in_the_way(inventory: Inventory, present: Sequence[FileSeen], aside: Collection[str]) -> Iterator[str]:
    there = {path.casefold() for path in aside}
    if twice := [file.path for file in present if inventory.place(file.path).casefold() in there]:
        yield f"These files lie in {inventory.folder} already, and would be replaced: {_some(twice)}."


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more


def _below(path: str, folder: str) -> bool:
    return path.casefold().startswith(folder.casefold().rstrip("\\") + "\\")
