"""What lies in folders of a node's disks, file by file with size and time: names by dir, the rest by WMI.

Neither depends on the node's language. Where the two do not agree on the names nothing is known: something is being
written there, or a name cannot be told in the node's code page.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC

from console.domain.errors import Garbled
from console.domain.ports import Argv, CommandResult, NodeSession
from console.domain.readings.windows import cim_time, read_blocks, said

REMEDY = "See that nothing writes there, and rename by hand what has an unusual name; then check again."
_DOUBTFUL = re.compile("[?*\ufffd]")
"""What a name holds that the node's code page could not show. In a command it would stand for other names as well."""


@dataclass(frozen=True)
class FileSeen:
    """A file as it was seen."""

    path: str
    """Whole, as dir prints it."""
    size: int
    """Bytes."""
    modified: str
    """When it was last written: ISO 8601, UTC, to the microsecond."""

    @property
    def key(self) -> str:
        """The path as Windows tells paths apart."""
        return self.path.casefold()


def list_files(session: NodeSession, folders: Sequence[str], *, within: float) -> tuple[FileSeen, ...]:
    """Every file in the folders and in those below them, hidden ones too; a folder that is not there has none.

    Raises `ReachError`, and `Garbled` when dir and WMI do not tell of the same files.
    """
    if not folders:
        return ()
    asked = [*(_names_in(folder) for folder in folders), *(_folders_in(folder) for folder in folders)]
    told = session.batch(asked, within=within)
    names = _printed(told[: len(folders)])
    below = _printed(told[len(folders) :])
    if doubtful := [name for name in (*names, *below) if _DOUBTFUL.search(name)]:
        raise Garbled(f"{session.node.name} cannot show the name of {doubtful[0]}.", remedy=REMEDY)
    if not names:
        return ()
    details = session.batch([_details(folder) for folder in _unique([*folders, *below])], within=within)
    return _joined(session.node.name, names, details)


def _names_in(folder: str) -> Argv:
    return ("dir", "/s", "/b", "/a-d", folder)


def _folders_in(folder: str) -> Argv:
    return ("dir", "/s", "/b", "/ad", folder)


def _details(folder: str) -> Argv:
    """WMI is asked by drive and folder, which it looks up; any other condition would read the whole drive."""
    path = folder[2:].rstrip("\\") + "\\"
    text = path.replace("\\", "\\\\").replace("'", "\\'")
    where = f"drive='{folder[:2]}' and path='{text}'"
    return ("wmic", "datafile", "where", where, "get", "FileSize,LastModified,Name", "/value")


def _printed(results: Iterable[CommandResult]) -> list[str]:
    """The lines that dir printed; with nothing to list it ends with 1 and a sentence in the node's language."""
    lines: list[str] = []
    for result in results:
        if result.exit_code not in (0, 1):
            raise Garbled(f"dir ended with exit code {result.exit_code}: {said(result)}")
        if result.ok:
            lines += [line.strip() for line in result.stdout.splitlines() if line.strip()]
    return _unique(lines)


def _joined(node: str, names: Sequence[str], details: Iterable[CommandResult]) -> tuple[FileSeen, ...]:
    """Each name with what WMI tells of it. Raises `Garbled` where they do not agree."""
    rows = {row["Name"].casefold(): row for result in details for row in _rows(result)}
    by_dir = {name.casefold() for name in names}
    if len(by_dir) != len(names) or by_dir != rows.keys():
        odd = sorted(by_dir ^ rows.keys())[:5] or ["two names that differ in case alone"]
        raise Garbled(
            f"What lies on the partition cannot be told for certain on {node}: dir and WMI differ on {', '.join(odd)}.",
            remedy=REMEDY,
        )
    return tuple(_seen(name, rows[name.casefold()]) for name in sorted(names, key=str.casefold))


def _rows(result: CommandResult) -> tuple[dict[str, str], ...]:
    """The instances; for none wmic prints a sentence and no property."""
    if result.ok and "=" not in result.stdout:
        return ()
    rows = read_blocks(result)
    if any("Name" not in row for row in rows):
        raise Garbled(f"wmic tells of a file without a name: {said(result)}")
    return rows


def _seen(name: str, row: dict[str, str]) -> FileSeen:
    size, changed = row.get("FileSize", ""), cim_time(row.get("LastModified", ""))
    if not size.isdecimal():
        raise Garbled(f"WMI tells no size of {name}.")
    return FileSeen(name, int(size), changed.astimezone(UTC).isoformat(timespec="microseconds"))


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
