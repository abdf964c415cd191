"""cacls and icacls: who may do what with a file or a folder of the node's disks."""

import re
from collections.abc import Iterator

from console.lab.cmd.file_commands import split
from console.lab.cmd.interpreter import NOT_RECOGNIZED, Interpreter
from console.lab.cmd.registry import command, words
from console.lab.disk import NO_FILE, Disk, DiskError

KNOWN = {
    "S-1-5-32-544": r"BUILTIN\Administrators",
    "S-1-5-32-545": r"BUILTIN\Users",
    "S-1-5-18": r"NT AUTHORITY\SYSTEM",
    "S-1-5-20": r"NT AUTHORITY\NETWORK SERVICE",
    "S-1-1-0": "Everyone",
}
"""Accounts that every Windows has, by their security identifiers."""

UNKNOWN_ACCOUNT = 1332
_GRANT = re.compile(r"(?P<who>[^:]+):(?:\((?:OI|CI|IO|NP)\))*\(?(?P<right>[FCMRWN]|RX)\)?", re.IGNORECASE)


class NoAccount(Exception):
    """No account of that name."""


@command("cacls")
def cacls(cmd: Interpreter, rest: str) -> int:
    """Show the rights, or with /e (edit) or without it (replace, which asks first) /g, /p and /r them."""
    path, switches = _target(cmd, rest)
    given = _after(rest)
    if not {"/g", "/p", "/r"} & given.keys():
        _show(cmd, path, "{}")
        return 0
    if "/e" not in switches and not cmd.process.stdin().strip().upper().startswith(b"Y"):
        cmd.process.out("Are you sure (Y/N)?")
        return 0
    changes = [*_grants(given.get("/g", [])), *_grants(given.get("/p", []))]
    return _change(cmd, path, changes, given.get("/r", []), replace="/e" not in switches)


@command("icacls")
def icacls(cmd: Interpreter, rest: str) -> int:
    """The same for Windows Server 2008: /grant, /grant:r, /remove, /inheritance:r."""
    if cmd.process.node.definition.windows == "2003":
        cmd.process.err("'icacls' is not recognized as an internal or external command.")
        return NOT_RECOGNIZED
    path, switches = _target(cmd, rest)
    given = _after(rest)
    grants = given.get("/grant", []) + given.get("/grant:r", [])
    if not grants and "/remove" not in given and "/inheritance:r" not in switches:
        _show(cmd, path, "({})")
        cmd.process.out("\nSuccessfully processed 1 files; Failed processing 0 files")
        return 0
    changes = list(_grants(grants))
    return _change(cmd, path, changes, given.get("/remove", []), replace="/inheritance:r" in switches)


def _target(cmd: Interpreter, rest: str) -> tuple[str, set[str]]:
    """The path, which must be there, and the switches."""
    paths, switches = split(cmd, rest)
    if not paths or cmd.process.node.disk.item(paths[0]) is None:
        raise DiskError(NO_FILE)
    return paths[0], switches


def _after(rest: str) -> dict[str, list[str]]:
    """The words that follow each switch, by the switch."""
    found: dict[str, list[str]] = {}
    current = ""
    for word in words(rest):
        if word.startswith("/"):
            current = word.casefold()
            found.setdefault(current, [])
        elif current:
            found[current].append(word)
    return found


def _grants(given: list[str]) -> Iterator[tuple[str, str]]:
    for text in given:
        match = _GRANT.fullmatch(text)
        if match is None:
            raise DiskError("Invalid arguments.")
        yield match["who"], match["right"].upper()


def _change(cmd: Interpreter, path: str, grants: list[tuple[str, str]], removed: list[str], *, replace: bool) -> int:
    disk = cmd.process.node.disk
    try:
        wanted = [(account(who), right) for who, right in grants]
        gone = {account(who).casefold() for who in removed}
    except NoAccount:
        cmd.process.err("No mapping between account names and security IDs was done.")
        return UNKNOWN_ACCOUNT
    with cmd.process.world.lock:
        before = rights_of(disk, path)
        kept = {} if replace else {who: right for who, right in before.items() if who.casefold() not in gone}
        after = {**kept, **dict(wanted)}
        disk.volumes[path[0]].rights[path.casefold()] = after
        if after != before:
            cmd.process.world.record(
                "rights", path, told(before), told(after), node=cmd.process.node.name, by=cmd.process.user
            )
    cmd.process.out(f"processed {'dir' if _is_folder(disk, path) else 'file'}: {path}")
    return 0


def account(name: str) -> str:
    """The whole name of an account that is named in short, by its identifier (`*S-1-...`) or whole.

    Raises `NoAccount`.
    """
    if name.startswith("*"):
        if name[1:] in KNOWN:
            return KNOWN[name[1:]]
        raise NoAccount(name)
    for whole in KNOWN.values():
        if name.casefold() in (whole.casefold(), whole.rpartition("\\")[2].casefold()):
            return whole
    if "\\" not in name and "@" not in name:
        raise NoAccount(name)
    return name


def rights_of(disk: Disk, path: str) -> dict[str, str]:
    """What holds for the path: its own rights, or those of the nearest folder above that has its own."""
    rights = disk.volumes[path[0]].rights
    while path:
        own = rights.get(path.casefold())
        if own is not None:
            return dict(own)
        path = path.rpartition("\\")[0]
    return {KNOWN["S-1-5-32-544"]: "F", KNOWN["S-1-5-18"]: "F", KNOWN["S-1-5-32-545"]: "R"}


def told(rights: dict[str, str]) -> str:
    """Rights as one line."""
    return ", ".join(f"{who}:{right}" for who, right in sorted(rights.items()))


def _show(cmd: Interpreter, path: str, form: str) -> None:
    inherit = "(OI)(CI)" if _is_folder(cmd.process.node.disk, path) else ""
    entries = [f"{who}:{inherit}{form.format(r)}" for who, r in rights_of(cmd.process.node.disk, path).items()]
    blank = " " * (len(path) + 1)
    cmd.process.out(f"{path} " + f"\n{blank}".join(entries))


def _is_folder(disk: Disk, path: str) -> bool:
    item = disk.item(path)
    return item is not None and item.data is None
