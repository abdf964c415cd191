"""Reads `sc query NAME` and `sc qc NAME`; the field names are English on every Windows language, the texts are not."""

import re

from console.domain.errors import Garbled
from console.domain.observation import SERVICE_STATES, ServiceState
from console.domain.ports import CommandResult

NOT_INSTALLED = 1060
"""ERROR_SERVICE_DOES_NOT_EXIST, which is also sc's exit code."""

_FIELD = re.compile(r"^\s*([A-Z0-9_]+)\s*:\s?(.*)$")
_MORE = re.compile(r"^\s+:\s?(.*)$")
_FAILED = re.compile(r"\bFAILED\s+(\d+)\s*:")
_START_TYPES = {"0": "BOOT", "1": "SYSTEM", "2": "AUTO", "3": "DEMAND", "4": "DISABLED"}


def read_service(name: str, result: CommandResult) -> ServiceState:
    """The state of the service `name` from `sc query`; `ABSENT` when it is not installed. Raises `Garbled`."""
    if failure(result) == NOT_INSTALLED:
        return ServiceState(name, "ABSENT")
    fields = _fields(name, result)
    number = fields.get("STATE", [""])[0].split()[:1]
    if not number or not number[0].isdecimal() or not 1 <= int(number[0]) < len(SERVICE_STATES):
        raise Garbled(f"sc query {name} shows no state: {_first(result)}")
    code = fields.get("WIN32_EXIT_CODE", ["0"])[0].split()[:1]
    return ServiceState(name, SERVICE_STATES[int(number[0])], int(code[0]) if code and code[0].isdecimal() else 0)


def read_config(name: str, result: CommandResult) -> tuple[str, tuple[str, ...]]:
    """The start type and the direct dependencies of the service `name` from `sc qc`. Raises `Garbled`.

    The start type is empty when the service is not installed.
    """
    if failure(result) == NOT_INSTALLED:
        return "", ()
    fields = _fields(name, result)
    number = fields.get("START_TYPE", [""])[0].split()[:1]
    if not number or number[0] not in _START_TYPES:
        raise Garbled(f"sc qc {name} shows no start type: {_first(result)}")
    needs = tuple(text.strip() for text in fields.get("DEPENDENCIES", []) if text.strip())
    return _START_TYPES[number[0]], needs


def read_path(name: str, result: CommandResult) -> str:
    """The program that the service `name` runs, from `sc qc`, without arguments. Raises `Garbled`."""
    told = _fields(name, result).get("BINARY_PATH_NAME", [""])[0]
    quoted = re.match(r'\s*"([^"]+)"', told)
    plain = re.match(r"\s*(\S.*?\.exe)\b", told, re.IGNORECASE)
    return quoted[1] if quoted else plain[1] if plain else told.strip()


def failure(result: CommandResult) -> int:
    """The Win32 error that sc ended with; 0 when it did not fail."""
    told = _FAILED.search(result.stdout) or _FAILED.search(result.stderr)
    return int(told.group(1)) if told else result.exit_code


def _fields(name: str, result: CommandResult) -> dict[str, list[str]]:
    """Field name to its lines, the first one and those that continue it."""
    if not result.ok:
        raise Garbled(f"sc answers for {name} with error {failure(result)}: {_first(result)}")
    fields: dict[str, list[str]] = {}
    last = ""
    for line in result.stdout.splitlines():
        field, more = _FIELD.match(line), _MORE.match(line)
        if field:
            last = field.group(1)
            fields[last] = [field.group(2).strip()]
        elif more and last:
            fields[last].append(more.group(1))
    told = fields.get("SERVICE_NAME", [""])[0]
    if told.casefold() != name.casefold():
        raise Garbled(f"sc was asked about {name} and answered about {told or 'nothing'}: {_first(result)}")
    return fields


def _first(result: CommandResult) -> str:
    lines = [line.strip() for line in (result.stdout + "\n" + result.stderr).splitlines() if line.strip()]
    return (lines[0] if lines else "it printed nothing")[:200]
