"""The file commands of cmd.exe on the node's disks."""

import fnmatch

from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.registry import command, words
from console.lab.cmd.remoting_commands import share
from console.lab.disk import NO_FILE, NO_PATH, Disk, DiskError, Item
from console.lab.mscs.changing import loaded

FENCES = "c:\\changeover\\fence\\"
"""Below it the console has a node remember its fencing tokens: effects of a kind of their own."""


def split(cmd: Interpreter, rest: str) -> tuple[list[str], set[str]]:
    """Full paths and switches of a command line."""
    arguments = words(rest)
    disk = cmd.process.node.disk
    paths = [disk.absolute(word, cmd.process.folder) for word in arguments if not word.startswith("/")]
    return paths, {word.casefold() for word in arguments if word.startswith("/")}


def _matches(cmd: Interpreter, path: str) -> list[Item]:
    disk = cmd.process.node.disk
    if "*" in path or "?" in path:
        return disk.matching(path)
    item = disk.item(path)
    return [item] if item else []


@command("type")
def type_(cmd: Interpreter, rest: str) -> int:
    """Write files to standard output, byte for byte."""
    paths, _ = split(cmd, rest)
    if not paths:
        raise DiskError("The syntax of the command is incorrect.")
    for path in paths:
        data = cmd.process.node.disk.read(path)
        for start in range(0, len(data), 65536):
            cmd.process.check()
            cmd.process.stdout(data[start : start + 65536])
    return 0


@command("dir")
def dir_(cmd: Interpreter, rest: str) -> int:
    """List a folder: names only with /b, sizes and a summary otherwise; /ad folders, /a-d files; /s whole ways."""
    paths, switches = split(cmd, rest)
    path = paths[0] if paths else cmd.process.folder
    if any(word.startswith("\\\\") for word in words(rest)):
        return share(cmd)
    disk, deep = cmd.process.node.disk, "/s" in switches
    item = disk.item(path)
    if item is not None and item.data is None:
        entries = list(disk.below(path)) if deep else disk.listing(path)
    else:
        entries = _named_below(disk, path) if deep else _matches(cmd, path)
        if not entries:
            raise DiskError("File Not Found" if path[0] in disk.volumes else NO_PATH)
    if (wanted := {"/ad", "/a-d"} & switches) or (deep and not entries):
        entries = [entry for entry in entries if (entry.data is None) == (wanted == {"/ad"})]
        if not entries:
            raise DiskError("File Not Found")
    if "/b" in switches:
        for entry in entries:
            cmd.process.out(entry.path if deep else entry.path.rpartition("\\")[2])
        return 0
    _long_listing(cmd, path, entries)
    return 0


def _named_below(disk: Disk, path: str) -> list[Item]:
    """What is called like the last part of the path, in its folder and in those below it."""
    folder, _, name = path.rpartition("\\")
    top = disk.item(folder if len(folder) > 2 else folder + "\\")
    if top is None or top.data is not None:
        return []
    wanted = name.casefold()
    return [
        item for item in disk.below(top.path) if fnmatch.fnmatchcase(item.path.rpartition("\\")[2].casefold(), wanted)
    ]


def _long_listing(cmd: Interpreter, path: str, entries: list[Item]) -> None:
    cmd.process.out(f" Volume in drive {path[0]} has no label.\n Volume Serial Number is 5C2A-77F0\n")
    cmd.process.out(f" Directory of {path}\n")
    date = cmd.process.world.clock.date().strftime("%m/%d/%Y  %I:%M %p")
    files = [entry for entry in entries if entry.data is not None]
    for entry in entries:
        size = "<DIR>          " if entry.data is None else f"{len(entry.data):>14,} "
        cmd.process.out(f"{date}    {size}{entry.path.rpartition(chr(92))[2]}")
    total = sum(len(entry.data or b"") for entry in files)
    cmd.process.out(f"{len(files):>16} File(s) {total:>14,} bytes")
    cmd.process.out(f"{len(entries) - len(files):>16} Dir(s)  12,884,901,888 bytes free")


@command("mkdir", "md")
def mkdir(cmd: Interpreter, rest: str) -> int:
    """Make folders, with those above them."""
    paths, _ = split(cmd, rest)
    with cmd.process.world.lock:
        for path in paths:
            cmd.process.node.disk.mkdir(path)
            kind = "fence" if path.casefold().startswith(FENCES) else "folder"
            cmd.process.world.record(kind, path, "", "created", node=cmd.process.node.name, by=cmd.process.user)
    return 0


@command("rmdir", "rd")
def rmdir(cmd: Interpreter, rest: str) -> int:
    """Take a folder away; with /s also what is in it."""
    paths, switches = split(cmd, rest)
    disk = cmd.process.node.disk
    for path in paths:
        if disk.listing(path) and "/s" not in switches:
            raise DiskError("The directory is not empty.")
        disk.remove(path)
    return 0


@command("del", "erase")
def del_(cmd: Interpreter, rest: str) -> int:
    """Delete files. That there is none is a message, not an error level."""
    paths, _ = split(cmd, rest)
    for path in paths:
        found = [item for item in _matches(cmd, path) if item.data is not None]
        if not found:
            cmd.process.err(f"Could Not Find {path}")
        for item in found:
            _require_free(cmd, item.path)
            cmd.process.node.disk.remove(item.path)
            _record(cmd, item.path, "deleted")
    return 0


def _require_free(cmd: Interpreter, path: str) -> None:
    """Raises `DiskError` for a file that a program has loaded."""
    if cmd.process.node.disk.item(path) is not None and loaded(cmd.process.node, path):
        raise DiskError("The process cannot access the file because it is being used by another process.")


def _record(cmd: Interpreter, path: str, after: str) -> None:
    cmd.process.world.record("file", path, "", after, node=cmd.process.node.name, by=cmd.process.user)


@command("move")
def move(cmd: Interpreter, rest: str) -> int:
    """Move or rename a file; an existing target is replaced, as under /y."""
    _transfer(cmd, rest, keep=False)
    cmd.process.out("        1 file(s) moved.")
    return 0


@command("ren", "rename")
def rename(cmd: Interpreter, rest: str) -> int:
    """Rename a file or a folder inside its folder; a name that is taken is refused for a folder."""
    paths, _ = split(cmd, rest)
    arguments = [word for word in words(rest) if not word.startswith("/")]
    folder = paths[0].rpartition("\\")[0]
    found = cmd.process.node.disk.item(paths[0])
    if found is not None and found.data is None:
        return _rename_folder(cmd, paths[0], rf"{folder}\{arguments[1]}")
    _transfer(cmd, f'"{paths[0]}" "{folder}\\{arguments[1]}"', keep=False)
    return 0


def _rename_folder(cmd: Interpreter, source: str, target: str) -> int:
    disk = cmd.process.node.disk
    with cmd.process.world.lock:
        if disk.item(target) is not None:
            raise DiskError("A duplicate file name exists, or the file cannot be found.")
        inside = [(item.path, item) for item in disk.below(source)]
        disk.mkdir(target)
        for path, item in inside:
            place = target + path[len(source) :]
            if item.data is None:
                disk.mkdir(place)
            else:
                disk.write(place, item.data)
                disk.volumes[place[0]].items[place.casefold()].modified = item.modified
            _keep_rights(disk, path, place)
        _keep_rights(disk, source, target)
        disk.remove(source)
        _record(cmd, source, f"renamed to {target}")
    return 0


@command("copy")
def copy(cmd: Interpreter, rest: str) -> int:
    """Copy a file."""
    _transfer(cmd, rest, keep=True)
    cmd.process.out("        1 file(s) copied.")
    return 0


@command("fc")
def fc(cmd: Interpreter, rest: str) -> int:
    """Compare two files byte by byte: 0 when they hold the same, 1 when not, 2 when one cannot be read."""
    paths, switches = split(cmd, rest)
    if len(paths) != 2 or switches != {"/b"}:
        cmd.process.err("FC: Invalid Switch" if switches - {"/b"} else "FC: Insufficient number of file specifications")
        return 2
    held = []
    for path in paths:
        try:
            held.append(cmd.process.node.disk.read(path))
        except DiskError:
            cmd.process.err(f"FC: cannot open {path} - No such file or folder")
            return 2
    cmd.process.out(f"Comparing files {paths[0]} and {paths[1].upper()}")
    if held[0] == held[1]:
        cmd.process.out("FC: no differences encountered\n")
        return 0
    differing = [n for n, (one, other) in enumerate(zip(*held, strict=False)) if one != other]
    for place in differing[:8]:
        cmd.process.out(f"{place:08X}: {held[0][place]:02X} {held[1][place]:02X}")
    if len(held[0]) != len(held[1]):
        longer = paths[len(held[1]) > len(held[0])]
        cmd.process.out(f"FC: {longer} longer than {paths[longer == paths[0]]}")
    return 1


def _transfer(cmd: Interpreter, rest: str, *, keep: bool) -> None:
    paths, _ = split(cmd, rest)
    if len(paths) != 2:
        raise DiskError("The syntax of the command is incorrect.")
    disk = cmd.process.node.disk
    source, target = paths
    with cmd.process.world.lock:
        item = disk.item(target)
        if item is not None and item.data is None:
            target = target.rstrip("\\") + "\\" + source.rpartition("\\")[2]
        found = disk.item(source)
        if found is None:
            raise DiskError(NO_FILE)
        _require_free(cmd, target)
        written = found.modified
        disk.write(target, disk.read(source))
        disk.volumes[target[0]].items[target.casefold()].modified = written
        if not keep and source.casefold() != target.casefold():
            _keep_rights(disk, source, target)
            disk.remove(source)
            _record(cmd, source, f"renamed to {target}")


def _keep_rights(disk: Disk, source: str, target: str) -> None:
    """What is moved within a drive keeps the rights of its own."""
    own = disk.volumes[source[0]].rights.get(source.casefold())
    if own is not None and source[0] == target[0]:
        disk.volumes[target[0]].rights[target.casefold()] = own


@command("cd", "chdir")
def cd(cmd: Interpreter, rest: str) -> int:
    """Change the folder, or print it."""
    paths, _ = split(cmd, rest)
    if not paths:
        cmd.process.out(cmd.process.folder)
        return 0
    item = cmd.process.node.disk.item(paths[0])
    if item is None or item.data is not None:
        raise DiskError(NO_PATH)
    cmd.process.folder = paths[0]
    return 0
