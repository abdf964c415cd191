"""The file that holds a node's key: put there over a sealed channel, for SYSTEM and Administrators alone."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from console.domain.deployment import NotPlaced, read_file
from console.domain.errors import ChangeoverError, Garbled
from console.domain.ports import Argv, CommandResult, NodeSession
from console.domain.readings.windows import read_blocks, said
from console.domain.secrets import Secret
from console.domain.topology import Node

NAME = "node.key"
OWNERS = {"S-1-5-18": "SYSTEM", "S-1-5-32-544": "Administrators"}
"""Who may read it, by their identifiers: what Windows calls them depends on its language."""
ACCOUNTS: tuple[Argv, ...] = (
    ("wmic", "sysaccount", "get", "Name,SID", "/value"),
    ("wmic", "group", "where", "LocalAccount=TRUE and SID='S-1-5-32-544'", "get", "Name,SID", "/value"),
)
_ENTRY = re.compile(r"^\s*(?P<who>[^:]+):(?P<right>.*)$")
_LOCKED = re.compile(r"(?:\((?:OI|CI|IO|NP|ID)\))*F\s*")


@dataclass(frozen=True)
class KeyFile:
    """How the file stands on a node."""

    node: str
    path: str
    key_id: str = ""
    """The id that it names; empty when there is no file, or none in it."""
    private: bool = False
    """Whether SYSTEM and Administrators, and nobody else, may read it."""
    unknown: str = ""
    """Why any of that could not be told."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def read_key_file(session: NodeSession, folder: str, *, within: float) -> KeyFile:
    """How the file stands; the key in it is not read. What cannot be told is said, never raised."""
    path = rf"{folder}\{NAME}"
    asked = (("dir", "/b", path), ("findstr", "/b", "/c:id=", path), ("cacls", path), *ACCOUNTS)
    try:
        there, line, rights, *accounts = session.batch(asked, within=within)
        if not there.ok:
            return KeyFile(session.node.name, path)
        key_id = line.stdout.strip().removeprefix("id=")
        return KeyFile(session.node.name, path, key_id, is_private(rights, path, account_names(accounts)))
    except ChangeoverError as error:
        return KeyFile(session.node.name, path, unknown=error.told)


def is_private(rights: CommandResult, path: str, names: dict[str, str]) -> bool:
    """Whether full control for `names` (by identifier) is all that cacls shows. Raises `Garbled`."""
    if not rights.ok:
        raise Garbled(f"The rights of {path} cannot be read: {said(rights)}")
    full: set[str] = set()
    for line in rights.stdout.replace("\r", "").split("\n"):
        text = line[len(path) :] if line.casefold().startswith(path.casefold()) else line
        entry = _ENTRY.match(text)
        if entry is None:
            continue
        if _LOCKED.fullmatch(entry["right"]) is None:
            return False
        full.add(entry["who"].strip().rpartition("\\")[2].casefold())
    return full == {name.casefold() for name in names.values()}


def account_names(accounts: list[CommandResult]) -> dict[str, str]:
    """What the node calls `OWNERS`, by identifier, from the answers to `ACCOUNTS`. Raises `Garbled`."""
    blocks = [block for answer in accounts for block in read_blocks(answer)]
    names = {block["SID"]: block["Name"] for block in blocks if block.get("SID") in OWNERS and block.get("Name")}
    if unnamed := [known for sid, known in OWNERS.items() if sid not in names]:
        raise Garbled(f"The node does not tell what it calls {' and '.join(unnamed)}.")
    return names


def require_sealed(node: Node) -> None:
    """Raises `NotPlaced` for a node that is spoken to in clear text: no key goes that way."""
    if node.scheme == "http" and node.auth == "basic":
        text = f"{node.name} is reached by basic sign-in over plain HTTP: a key would be sent in clear text."
        raise NotPlaced(text, remedy="Use NTLM or HTTPS for this node in the inventory, then try again.")


def put_key_file(session: NodeSession, folder: str, key_id: str, key: Secret, *, within: float) -> KeyFile:
    """Make the node's key file hold this key, and prove it and its rights.

    The new file is made beside the old one, locked and proved locked while nothing is in it, then filled, read back
    and moved: a break leaves the old key or the new one, and nobody else can read either at any moment.
    Raises `ReachError`, `LeaseLost`, `NotPlaced`, `Garbled`; the key is in no message.
    """
    require_sealed(session.node)
    path = rf"{folder}\{NAME}"
    beside = f"{path}.new"
    session.run(("mkdir", folder), within=within)
    session.put(beside, b"empty\r\n", within=within)
    names = account_names(list(session.batch(ACCOUNTS, within=within)))
    grants = [f"{name}:F" for name in names.values()]
    session.run(("cacls", beside, "/g", *grants), within=within, stdin=b"Y\r\n")
    require_private(session, beside, names, within)
    text = f"id={key_id}\r\nkey={key.reveal()}\r\n"
    session.put(beside, text.encode("ascii"), within=within)
    if read_file(session, beside, within=within) != text:
        raise NotPlaced(f"{beside} on {session.node.name} is not what was written there.")
    moved = session.run(("move", "/y", beside, path), within=within)
    if not moved.ok:
        raise NotPlaced(f"{path} on {session.node.name} could not be replaced: {said(moved)}")
    require_private(session, path, names, within)
    return read_key_file(session, folder, within=within)


def require_private(session: NodeSession, path: str, names: dict[str, str], within: float) -> None:
    """Raises `NotPlaced` unless `names` alone have full control of the file or folder."""
    (rights,) = session.batch([("cacls", path)], within=within)
    if not is_private(rights, path, names):
        text = f"{path} on {session.node.name} is not for {' and '.join(names.values())} alone: {said(rights)}"
        raise NotPlaced(
            text, remedy="Give the console's account the right to change that file's rights, then try again."
        )
