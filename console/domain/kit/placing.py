"""Putting a kit on a node: a folder for SYSTEM and Administrators alone, made beside the old one and swapped with it.

Nothing rests on the wording of a message, nor on whether a folder was there: the last renaming works only when none is.
"""

import re
from collections.abc import Mapping

from console.domain.deployment import NotPlaced, read_file
from console.domain.kit.manifest import MANIFEST
from console.domain.ports import Argv, CommandResult, NodeSession
from console.domain.procedures.proofs.rights import ADMINISTRATORS, SYSTEM_ACCOUNTS
from console.domain.readings.windows import read_blocks

WITHIN = 300.0
"""Seconds for a file, which may be as long as there are mailboxes."""
ALONE = ("S-1-5-32-544", "S-1-5-18")
"""Administrators and SYSTEM, by their identifiers: what they are called depends on the node's language."""
_ENTRY = re.compile(r"([^:\r\n]+):((?:\([A-Za-z]+\))*)([A-Z])\s*$", re.MULTILINE)
_KEY_ID = re.compile(r"^id=(\S+)\s*$", re.MULTILINE)


def key_id_of(session: NodeSession, folder: str, *, within: float) -> str:
    """The id of the key that lies on the node; the key itself is not read. Empty when there is none."""
    (found,) = session.batch((("findstr", "/c:id=", rf"{folder}\node.key"),), within=within)
    match = _KEY_ID.search(found.stdout) if found.ok else None
    return match[1] if match else ""


def manifest_of(session: NodeSession, folder: str, *, within: float) -> str | None:
    """The manifest of the kit on the node; None when there is none. Raises `ReachError`, `NotPlaced`."""
    return read_file(session, rf"{folder}\kit\{MANIFEST}", within=within)


def place(session: NodeSession, folder: str, files: Mapping[str, bytes], *, within: float) -> None:
    """Make `folder`\\kit hold `files` and nothing else, readable by SYSTEM and Administrators alone.

    They are written into a new folder, read back, and the folders are swapped: a break leaves the old kit, or in one
    moment none, and the next time puts it right. Raises `ReachError`, `LeaseLost`, `NotPlaced`.
    """
    new, old, kit = (rf"{folder}\{name}" for name in ("kit.new", "kit.old", "kit"))
    session.run(("mkdir", folder), within=within)  # there already or not: what follows tells
    session.run(("rmdir", "/s", "/q", new), within=within)
    _demand(session, ("mkdir", new), within)
    _protect(session, new, within)
    for name, data in files.items():
        session.put(rf"{new}\{name}", data, within=WITHIN)
        if read_file(session, rf"{new}\{name}", within=WITHIN) != data.decode("ascii"):
            raise NotPlaced(rf"{new}\{name} on {session.node.name} does not hold what was put there.")
    session.run(("rmdir", "/s", "/q", old), within=within)
    moved = session.run(("ren", kit, "kit.old"), within=within).ok
    try:
        _demand(session, ("ren", new, "kit"), within)
    except NotPlaced:
        if moved:
            session.run(("ren", old, "kit"), within=within)
        raise
    session.run(("rmdir", "/s", "/q", old), within=within)


def _protect(session: NodeSession, path: str, within: float) -> None:
    """Replace whatever rights there are, and see that nobody else has any."""
    told = session.batch((SYSTEM_ACCOUNTS, ADMINISTRATORS), within=within)
    names = {block.get("SID"): block.get("Name", "") for result in told for block in read_blocks(result)}
    wanted = [names.get(sid) or "" for sid in ALONE]
    if not all(wanted):
        raise NotPlaced(f"{session.node.name} does not tell what it calls Administrators and SYSTEM.")
    argv = ("cacls", path, "/g", *(f"{name}:F" for name in wanted))
    session.run(argv, within=within, stdin=b"Y\r\n")
    (shown,) = session.batch((("cacls", path),), within=within)
    found = _accounts(shown, path)
    if found != {name.casefold() for name in wanted}:
        others = ", ".join(sorted(found)) or "nobody that can be read"
        text = f"{path} on {session.node.name} shall be for {' and '.join(wanted)} alone, and is for {others}."
        raise NotPlaced(text, remedy="Set the folder's rights by hand, or see why cacls does not; then deploy again.")


def _accounts(shown: CommandResult, path: str) -> set[str]:
    """Who has any right by cacls, casefolded, without the part that says where the account is from."""
    text = shown.stdout.replace("\r", "").replace(path, "", 1)
    return {who.strip().rpartition("\\")[2].casefold() for who, _, _ in _ENTRY.findall(text)}


def _demand(session: NodeSession, argv: Argv, within: float) -> None:
    result = session.run(argv, within=within)
    if not result.ok:
        said = " ".join((result.stdout + " " + result.stderr).split())[:200] or "nothing"
        raise NotPlaced(f"{session.node.name}: {' '.join(argv)} ended with {result.exit_code} and said: {said}")
