"""Reads what `reg query` prints: keys with their values, on Windows 2003 and 2008 alike."""

import re
from collections.abc import Mapping

from console.domain.ports import CommandResult

Keys = Mapping[str, Mapping[str, str]]
"""The last part of each key, casefolded, to its values by casefolded name; numbers are decimal."""

_VALUE = re.compile(r"^\s+(?P<name>\S.*?)\s+REG_(?P<kind>[A-Z_]+)\s*(?P<value>.*?)\s*$")


def read_keys(result: CommandResult) -> Keys:
    """The keys that were printed; none when the key that was asked for is not there (exit code 1)."""
    keys: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in result.stdout.splitlines() if result.ok else ():
        if line.upper().startswith("HKEY_"):
            current = keys.setdefault(line.strip().rpartition("\\")[2].casefold(), {})
        elif found := _VALUE.match(line):
            current[found["name"].casefold()] = _plain(found["kind"], found["value"])
    return keys


def _plain(kind: str, value: str) -> str:
    if kind != "DWORD":
        return value
    try:
        return str(int(value, 16))
    except ValueError:
        return value
