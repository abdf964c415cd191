"""Finds a file in an installation source on a node, with its size and version, before anything is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from console.domain.checks import Refusal
from console.domain.doctor.readings import read_instances
from console.domain.ports import Argv, CommandResult, NodeSession
from console.domain.repair.commands import find_below

WITHIN = 180.0
"""Seconds for a search: installation files may lie on a disc."""
_FOLDER = re.compile(r"[A-Za-z]:\\.*")


@dataclass(frozen=True)
class SourceFile:
    """A file on a node. `version` is empty where Windows tells none."""

    path: str
    size: int
    version: str


def require_folder(source: str) -> str:
    """The installation source as a folder of a node's own drives. Raises `Refusal`."""
    folder = source.strip().rstrip("\\")
    if not folder:
        remedy = r"Name the folder with Exchange's installation files on the node, such as D:\setup\i386\exchange."
        raise Refusal.of("A file is to be copied, and no installation source is named.", remedy, key="repair.source")
    if not _FOLDER.fullmatch(folder + "\\"):
        text = f"{source!r} is no folder on one of the node's own drives: the node would have to sign in elsewhere."
        remedy = r"Copy the installation files to the node, or put the disc in, and name that folder: D:\setup\i386."
        raise Refusal.of(text, remedy, key="repair.source")
    return folder


def find_files(session: NodeSession, folder: str, name: str) -> tuple[SourceFile, ...]:
    """Every file of that name in the folder and below it. Raises `ReachError`, `Garbled`, `Unquotable`."""
    shown = session.batch([find_below(folder, name)], within=WITHIN)[0]
    paths = [line.strip() for line in shown.stdout.splitlines() if _FOLDER.match(line.strip())] if shown.ok else []
    if not paths:
        return ()
    told = session.batch([_details(path) for path in paths], within=WITHIN)
    return tuple(one for path, result in zip(paths, told, strict=True) for one in _file(path, result))


def _details(path: str) -> Argv:
    """Size and version of one file by its name: of a whole folder WMI would read for long from a disc."""
    name = path.replace("\\", "\\\\").replace("'", "\\'")
    return ("wmic", "datafile", "where", f"Name='{name}'", "get", "FileSize,Name,Version", "/value")


def _file(path: str, result: CommandResult) -> Iterator[SourceFile]:
    for block in read_instances(result):
        size = block.get("FileSize", "")
        yield SourceFile(path, int(size) if size.isdecimal() else 0, block.get("Version", ""))
