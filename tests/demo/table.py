"""The process table, read from /proc: who is alive, by group or by a word in the environment."""

from pathlib import Path


def members(group: int) -> list[int]:
    """The living processes of a process group; zombies do not count."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, its_group = entry.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(entry.parent.name))
    return found


def started_with(word: str) -> dict[int, str]:
    """Process id and command line of every process that has `word` in one of its arguments or in its environment.

    Both are asked: Redis writes its title over its environment.
    """
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments, environment = ((folder / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            continue
        if word.encode() in arguments + environment:
            found[int(folder.name)] = arguments.replace(b"\0", b" ").decode()
    return found
