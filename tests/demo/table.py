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
    """Process id and command line of every process that has `word` in its environment, whatever its group."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = entry.read_bytes()
            command = entry.with_name("cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if word.encode() in environment:
            found[int(entry.parent.name)] = command
    return found
