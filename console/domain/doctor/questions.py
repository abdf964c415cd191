"""What the doctor asks a node, with tools that Windows Server 2003 has (reg, sc, wmic, cluster, type, findstr)."""

import re
from collections.abc import Iterable

from console.domain.ports import Argv

WINDOWS: Argv = ("reg", "query", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "/v", "SystemRoot")
TYPES: Argv = ("reg", "query", r"HKLM\Cluster\ResourceTypes", "/s")
"""The cluster's database, which is one for all nodes: every resource type with its DLL and its extensions."""
CLUSTER: Argv = ("reg", "query", r"HKLM\Cluster")
"""The same for the cluster as a whole: extensions may also be entered here, for resources of every type."""
TYPE_NAMES: Argv = ("cluster", "resourcetype")
"""A second witness for the names of the types; its layout is in no source, so only names are looked for in it."""
LOG_KEYS = tuple(rf"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\{log}" for log in ("Application", "System"))
SOURCES: tuple[Argv, ...] = tuple(("reg", "query", key, "/s") for key in LOG_KEYS)
LOG_LINES = (
    *("Entering ", "Leaving ", "Interpreting line", "Process has exited", ".INS", ".UNS", "rror code", "IGNORING"),
    *("[ERROR]", "End of Setup", "Starting Microsoft Exchange"),
)
"""What is searched for in a set-up log that is too large to be read as a whole."""
CLASSES: Argv = ("wmic", "path", "Win32_ClassicCOMClassSetting")
_CLASS = re.compile(r"\{[0-9A-Fa-f-]{36}\}")


def service(name: str) -> Argv:
    """Which program a service runs."""
    return ("sc", "qc", name)


def key(path: str) -> Argv:
    """The values of a key and the names of those right below it."""
    return ("reg", "query", path)


def folder(path: str) -> Argv:
    """Every file of a folder with size and version. WMI looks a drive and folder up; it would search for the rest."""
    inside = path[2:].rstrip("\\") + "\\"
    where = f"drive='{path[:2]}' and path='{_literal(inside)}'"
    return ("wmic", "datafile", "where", where, "get", "Extension,FileName,FileSize,Version", "/value")


def named(paths: Iterable[str]) -> Argv:
    """Which of the files are there, and how large."""
    where = " or ".join(f"Name='{_literal(path)}'" for path in paths)
    return ("wmic", "datafile", "where", where, "get", "FileSize,Name", "/value")


def classes(paths: Iterable[str]) -> Argv:
    """The COM classes that one of these DLLs serves; paths in full, as a wildcard cannot be passed to cmd.exe."""
    where = " or ".join(f"InprocServer32='{_literal(path)}'" for path in paths)
    return (*CLASSES, "where", where, "get", "ComponentId,InprocServer32", "/value")


def class_server(clsid: str) -> Argv:
    """Which DLL serves a COM class."""
    return ("reg", "query", rf"HKCR\CLSID\{clsid}\InprocServer32", "/ve")


def is_class(text: str) -> bool:
    """Whether the text is the number of a COM class, and nothing else."""
    return _CLASS.fullmatch(text) is not None


def content(path: str) -> Argv:
    """A whole text file."""
    return ("type", path)


def telling_lines(path: str) -> Argv:
    """The lines of a set-up log that tell how it went."""
    return ("findstr", *(f"/c:{text}" for text in LOG_LINES), path)


def _literal(text: str) -> str:
    """A text between the quotes of a WMI query."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
