"""What lies on a node against what should: files compared, and put into place so that each is the old one or the new.

Nothing here rests on the wording of a message: that a file is there tells `dir`, what is in it tells `type`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import unified_diff
from enum import StrEnum
from typing import Any

from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.ports import Argv, CommandResult, Driver, NodeSession
from console.domain.scripts import MARKER, is_ours
from console.domain.topology import Cluster

DIFF_LINES = 400
"""Lines of a difference that are kept."""
BACKUPS = "backup"
"""The folder, within the console's own on a node, that keeps what was replaced, by date."""


class NotPlaced(ChangeoverError):
    """A file that is not on the node as it was written, so that the old one stays in its place."""

    remedy = (
        "Look at the folder, its rights and the space on the drive; then deploy again: what is right is left alone."
    )


class State(StrEnum):
    """How a file on a node stands to what should be there."""

    SAME = "same"
    DIFFERS = "differs"
    """Written by the console and unchanged, but for other settings than those of now."""
    EDITED = "edited by hand"
    FOREIGN = "not the console's"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Wanted:
    """The files that should be on both nodes, by name, and the console's own folder there."""

    files: Mapping[str, bytes]
    folder: str


@dataclass(frozen=True)
class FileState:
    """A file on a node: how it stands, checksums (SHA-256 in hex, empty when there is nothing), and what differs."""

    node: str
    name: str
    path: str
    state: State
    before: str = ""
    """Of what is there now."""
    wanted: str = ""
    diff: str = ""
    """From what is there to what should be, as a unified difference."""
    why: str = ""
    """Why it is unknown."""

    @property
    def to_do(self) -> bool:
        """Whether deploying would write it."""
        return self.state not in (State.SAME, State.UNKNOWN)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "FileState":
        """From what `to_json` gave."""
        return cls(**{**raw, "state": State(raw["state"])})


@dataclass(frozen=True)
class Placed:
    """A file that was put into its place. `backup` is where the old one is kept, empty when there was none."""

    node: str
    path: str
    backup: str
    before: str
    after: str

    def to_json(self) -> dict[str, str]:
        """As plain JSON values."""
        return asdict(self)


def checksum(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def script_folder(driver: Driver, cluster: Cluster, resources: Sequence[str]) -> str:
    """The folder of the group's one script resource on every node. Raises `Refusal` when there is none, or several."""
    folders = driver.script_folders(cluster, resources)
    if len(folders) == 1:
        return folders[0]
    if folders:
        text = f"The group {cluster.group} has {len(folders)} script resources: which is the console's cannot be told."
        raise Refusal.of(text, "Leave one script resource in the group.", key="scripts.resource")
    text = f"The group {cluster.group} has no script resource, by the cluster's configuration."
    remedy = "Add one in the cluster's builder, behind the partition and the floating IP, upload, then deploy."
    raise Refusal.of(text, remedy, key="scripts.resource")


def reading(path: str) -> tuple[Argv, Argv]:
    """Asks whether a file is there, and what is in it."""
    return ("dir", "/b", path), ("type", path)


def text_of(there: CommandResult, shown: CommandResult) -> str | None:
    """What a file holds, from the answers to `reading`; None when there is none. Raises `NotPlaced` when unreadable."""
    if not there.ok:
        return None
    if not shown.ok:
        said = " ".join(shown.stdout.split())[:200]
        raise NotPlaced(f"{shown.argv[-1]} is there and cannot be read: {said}")
    return shown.stdout


def read_file(session: NodeSession, path: str, *, within: float) -> str | None:
    """What a file on the node holds; None when there is none. Raises `ReachError`, `NotPlaced`."""
    there, shown = session.batch(reading(path), within=within)
    return text_of(there, shown)


def compare(session: NodeSession, folder: str, wanted: Mapping[str, bytes], *, within: float) -> tuple[FileState, ...]:
    """Each wanted file as it is in that folder of the node. Raises `ReachError`."""
    paths = {name: rf"{folder}\{name}" for name in wanted}
    asked = [argv for path in paths.values() for argv in reading(path)]
    answers = iter(session.batch(asked, within=within))
    return tuple(
        file_state(session.node.name, name, path, wanted[name], next(answers), next(answers))
        for name, path in paths.items()
    )


def file_state(node: str, name: str, path: str, wanted: bytes, there: CommandResult, shown: CommandResult) -> FileState:
    """How the file stands, from the answers to `reading`."""
    aim = checksum(wanted)
    try:
        text = text_of(there, shown)
    except NotPlaced as error:
        return FileState(node, name, path, State.UNKNOWN, wanted=aim, why=error.message)
    if text is None:
        return FileState(node, name, path, State.MISSING, wanted=aim)
    before = checksum(text.encode())
    if before == aim:
        return FileState(node, name, path, State.SAME, before, aim)
    return FileState(node, name, path, _whose(text), before, aim, difference(text, wanted.decode("ascii")))


def difference(there: str, wanted: str) -> str:
    """From what is there to what should be, as a unified difference of at most `DIFF_LINES` lines."""
    lines = list(unified_diff(there.splitlines(), wanted.splitlines(), "on the node", "as rendered", lineterm=""))
    more = [f"… and {len(lines) - DIFF_LINES} more lines"] if len(lines) > DIFF_LINES else []
    text = "\n".join([*lines[:DIFF_LINES], *more])
    return text or "Only the ends of lines differ."


def _whose(text: str) -> State:
    if is_ours(text):
        return State.DIFFERS
    first = [line.strip().casefold() for line in text.splitlines()[:2]]
    return State.EDITED if any(line.startswith(MARKER) for line in first) else State.FOREIGN


def put_in_place(session: NodeSession, path: str, data: bytes, backup: str, *, within: float) -> Placed:
    """Make `path` hold `data`; what is there before is kept as `backup`, whose folder must be there.

    Written beside, read back, then moved over the old file: a break at any point leaves the old one or the new one
    whole. Raises `ReachError`, `LeaseLost`, `NotPlaced`.
    """
    node, beside = session.node.name, f"{path}.new"
    session.put(beside, data, within=within)
    _proved(session, beside, data.decode(), within)
    before = read_file(session, path, within=within)
    if before is not None:
        _done(session, ("copy", "/y", path, backup), within)
        _proved(session, backup, before, within)
    _done(session, ("move", "/y", beside, path), within)
    _proved(session, path, data.decode(), within)
    kept, was = ("", "") if before is None else (backup, checksum(before.encode()))
    return Placed(node, path, kept, was, checksum(data))


def take_back(session: NodeSession, placed: Placed, aside: str, *, within: float) -> Placed:
    """Bring back what `placed` replaced; what is there now is kept as `aside`, whose folder must be there.

    Nothing is lost of a file that somebody has changed since: it is what is kept. Raises like `put_in_place`.
    """
    node = session.node.name
    old = read_file(session, placed.backup, within=within) if placed.backup else None
    if placed.backup and (old is None or checksum(old.encode()) != placed.before):
        raise NotPlaced(f"{placed.backup} on {node} is not the file that was kept there any more.")
    now = read_file(session, placed.path, within=within)
    if now is not None:
        _done(session, ("copy", "/y", placed.path, aside), within)
        _proved(session, aside, now, within)
    if old is not None:
        beside = f"{placed.path}.new"
        _done(session, ("copy", "/y", placed.backup, beside), within)
        _done(session, ("move", "/y", beside, placed.path), within)
    elif now is not None:
        _done(session, ("del", placed.path), within)
    _proved(session, placed.path, old, within)
    kept, was = ("", "") if now is None else (aside, checksum(now.encode()))
    return Placed(node, placed.path, kept, was, placed.before)


def make_folder(session: NodeSession, folder: str, *, within: float) -> None:
    """Have the folder there; that it is there already is no failure: whoever writes into it will see."""
    session.run(("mkdir", folder), within=within)


def _done(session: NodeSession, argv: Argv, within: float) -> None:
    result = session.run(argv, within=within)
    if not result.ok:
        said = " ".join((result.stdout + " " + result.stderr).split())[:200] or "nothing"
        raise NotPlaced(f"{session.node.name}: {' '.join(argv)} ended with {result.exit_code} and said: {said}")


def _proved(session: NodeSession, path: str, wanted: str | None, within: float) -> None:
    found = read_file(session, path, within=within)
    if found != wanted:
        is_, was = (checksum(text.encode()) if text is not None else "nothing" for text in (found, wanted))
        raise NotPlaced(f"{path} on {session.node.name} holds {is_}, and {was} was put there.")
