"""Reads who uses a drive: open handles, files opened through shares, programs started from it."""

import csv
import re
from collections.abc import Sequence

from console.domain.errors import Garbled
from console.domain.observation import PartitionUser
from console.domain.ports import CommandResult
from console.domain.readings.windows import Block, said

NOT_FOUND = 9009
"""cmd.exe's exit code for a command that is not there."""

_HANDLE = re.compile(r"^(\S.*?)\s+pid:\s*(\d+)\s+type:\s*(\w+)\s+(?:\S.*?\s+)?([0-9A-Fa-f]+):\s(.+)$")
_NONE = "No matching handles found"


def open_handles(result: CommandResult, drive: str) -> tuple[PartitionUser, ...]:
    """The processes that hold something on `drive` (`X:`) open, from `handle.exe DRIVE`. Raises `Garbled`.

    A working directory is a handle, too.
    """
    if result.exit_code == NOT_FOUND or "is not recognized as" in result.stderr + result.stdout:
        raise Garbled(
            f"Open handles on {drive} cannot be listed: handle.exe is not on the node.",
            remedy="Install handle.exe (Sysinternals) on the node, in a folder of its PATH.",
        )
    found = [match for line in result.stdout.splitlines() if (match := _HANDLE.match(line.rstrip()))]
    if not found and _NONE not in result.stdout:
        raise Garbled(f"Open handles on {drive} cannot be told; handle.exe printed: {said(result)}")
    users = [PartitionUser("handle", m.group(1), m.group(5).strip(), int(m.group(2))) for m in found]
    return tuple(user for user in users if _is_on(user.path, drive))


def open_files(result: CommandResult, drive: str) -> tuple[PartitionUser, ...]:
    """The files on `drive` opened through shares, from `openfiles /query /fo csv /v`. Raises `Garbled`.

    Headings and hints are in the language of the node; a row is known by its quotes, its file is the last cell and
    who opened it the third.
    """
    if not result.ok:
        raise Garbled(
            f"Files on {drive} opened through shares cannot be listed: {said(result)}",
            remedy="Run `openfiles /query` on the node by hand; the account must be an administrator.",
        )
    try:
        rows = list(csv.reader(line for line in result.stdout.splitlines() if line.startswith('"')))
    except csv.Error as error:
        raise Garbled(f"Files on {drive} opened through shares cannot be told: {error}") from error
    if any(len(row) < 4 for row in rows) or (not rows and not result.stdout.strip() + result.stderr.strip()):
        raise Garbled(f"Files on {drive} opened through shares cannot be told: {said(result)}")
    return tuple(PartitionUser("share", row[2], row[-1]) for row in rows if _is_on(row[-1], drive))


def images_on(blocks: Sequence[Block], drive: str) -> tuple[PartitionUser, ...]:
    """The programs that were started from `drive`, from `wmic process`. Raises `Garbled` for an empty list."""
    if not any(block.get("Name") for block in blocks):
        raise Garbled("The list of processes is empty.")
    found = [block for block in blocks if _is_on(block.get("ExecutablePath", ""), drive)]
    return tuple(
        PartitionUser("image", block.get("Name", ""), block["ExecutablePath"], _number(block.get("ProcessId", "")))
        for block in found
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _is_on(path: str, drive: str) -> bool:
    return path.strip().casefold().startswith(drive.casefold())
