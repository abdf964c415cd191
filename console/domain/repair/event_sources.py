"""Event sources as values of the registry: for a repair to write on a node, and as a .reg file for people to import."""

import re
from collections.abc import Iterable

from console.domain.findings import Finding
from console.domain.repair.reg_file import KeyChange, RegistryValue, version_5

ALL_TYPES = "0x7"
"""TypesSupported: errors, warnings and information, which is what a source of Exchange writes."""
_VARIABLE = re.compile(r"%(\w+)%")


def values_of(file: str) -> tuple[RegistryValue, ...]:
    """What the key of an event source holds whose message file is `file`."""
    return (
        RegistryValue("EventMessageFile", "REG_EXPAND_SZ", file),
        RegistryValue("TypesSupported", "REG_DWORD", ALL_TYPES),
    )


def without_variables(file: str, windows: str) -> str:
    """The path with the folder of Windows for its variables: cmd.exe would fill them in itself.

    What stands there then is the same file. A variable that is not known stays.
    """
    known = {"systemroot": windows, "windir": windows, "clusterdir": rf"{windows}\Cluster"}
    return _VARIABLE.sub(lambda found: known.get(found[1].casefold(), found[0]), file)


def mendable(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of event sources that tell key and message file; a .reg file can mend these."""
    return [one for one in findings if one.area == "event-sources" and one.data.get("key") and one.data.get("file")]


def reg_file(findings: Iterable[Finding]) -> bytes:
    """A .reg file that writes the event sources of these findings, each once; UTF-16 with a byte order mark.

    Findings of other areas are passed by. For one node: two nodes may keep a file in different folders.
    """
    files = {one.data["key"]: one.data["file"] for one in mendable(findings)}
    return version_5(KeyChange(key, values_of(file)) for key, file in files.items())
