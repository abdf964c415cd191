"""Putting a kit on a node: a folder for SYSTEM and Administrators alone, made beside the old one and swapped with it.

Nothing rests on the wording of a message, nor on whether a folder was there: the last renaming works only when none is.
"""

from collections.abc import Mapping

from console.domain.deployment import NotPlaced, read_file
from console.domain.key_file import ACCOUNTS, account_names, require_private, require_sealed
from console.domain.kit.codes import PROGRAM
from console.domain.kit.manifest import MANIFEST
from console.domain.ports import Argv, NodeSession
from console.domain.prepare.questions import FINDER, where

WITHIN = 300.0
"""Seconds for a file, which may be as long as there are mailboxes."""


def manifest_of(session: NodeSession, folder: str, *, within: float) -> str | None:
    """The manifest of the kit on the node; None when there is none. Raises `ReachError`, `NotPlaced`."""
    return read_file(session, rf"{folder}\kit\{MANIFEST}", within=within)


def has_program(session: NodeSession, *, within: float) -> bool | None:
    """Whether the node has `ldifde`, which applies a kit; None when that cannot be told. Raises `ReachError`."""
    finder, program = session.batch((FINDER, where(PROGRAM)), within=within)
    return program.ok if finder.ok else None


def place(session: NodeSession, folder: str, files: Mapping[str, bytes], *, within: float) -> None:
    """Make `folder`\\kit hold `files` and nothing else, readable by SYSTEM and Administrators alone.

    They are written into a new folder, read back, and the folders are swapped: a break leaves the old kit, or in one
    moment none, and the next time puts it right. Raises `ReachError`, `LeaseLost`, `NotPlaced`, also for a node that is
    spoken to in clear text.
    """
    require_sealed(session.node)
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
    names = account_names(list(session.batch(ACCOUNTS, within=within)))
    grants = [f"{name}:F" for name in names.values()]
    session.run(("cacls", path, "/g", *grants), within=within, stdin=b"Y\r\n")
    require_private(session, path, names, within)


def _demand(session: NodeSession, argv: Argv, within: float) -> None:
    result = session.run(argv, within=within)
    if not result.ok:
        said = " ".join((result.stdout + " " + result.stderr).split())[:200] or "nothing"
        raise NotPlaced(f"{session.node.name}: {' '.join(argv)} ended with {result.exit_code} and said: {said}")
