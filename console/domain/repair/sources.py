"""Finds a file in an installation source on a node, with its size and version, before anything is written."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from console.domain.checks import Refusal
from console.domain.doctor import questions
from console.domain.doctor.readings import read_files
from console.domain.ports import CommandResult, NodeSession
from console.domain.repair.commands import find_below

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


def find_files(session: NodeSession, folder: str, name: str, *, within: float) -> tuple[SourceFile, ...]:
    """Every file of that name in the folder and below it. Raises `ReachError`, `Garbled`, `Unquotable`."""
    shown = session.batch([find_below(folder, name)], within=within)[0]
    paths = [line.strip() for line in shown.stdout.splitlines() if _FOLDER.match(line.strip())] if shown.ok else []
    folders = list(dict.fromkeys(path.rpartition("\\")[0] for path in paths))
    told = session.batch([questions.folder(one) for one in folders], within=within) if folders else ()
    return tuple(_files(folders, told, name))


def _files(folders: Sequence[str], told: Sequence[CommandResult], name: str) -> Iterator[SourceFile]:
    for folder, result in zip(folders, told, strict=True):
        fact = read_files(result).get(name.casefold())
        if fact is not None:
            yield SourceFile(rf"{folder}\{fact.name}", fact.size, fact.version)
