"""Reads `hostname`, `ver` and wmic's `/value` lists: who a node is, its Windows, its clock, its mounted stores."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from console.domain.errors import Garbled
from console.domain.ports import CommandResult

SIZE_LIMIT = 4_000_000

_HOSTNAME = re.compile(r"[^\s\\/:*?\"<>|.,]{1,63}")
_VERSION = re.compile(r"\[[^\]]*?(\d+\.\d+\.\d+)[^\]]*\]")
_CIM_DATE = re.compile(r"(\d{14})\.(\d{6})([+-])(\d{3})")
_NAMES = {"5.2": "Windows Server 2003", "6.0": "Windows Server 2008", "6.1": "Windows Server 2008 R2"}
_INVALID_CLASS = 0x80041010
"""WBEM_E_INVALID_CLASS: the counters of a service that does not run are not there."""

Block = dict[str, str]


def read_hostname(result: CommandResult) -> str:
    """The computer name that the node gives itself. Raises `Garbled`."""
    lines = [line.strip() for line in result.stdout.splitlines() if line.strip()]
    if not result.ok or len(lines) != 1 or not _HOSTNAME.fullmatch(lines[0]):
        raise Garbled(f"hostname does not print one computer name: {said(result)}")
    return lines[0]


def read_version(result: CommandResult) -> str:
    """The version of Windows, such as `Windows Server 2003 (5.2.3790)`. Raises `Garbled`."""
    found = _VERSION.search(result.stdout)
    if not result.ok or not found:
        raise Garbled(f"ver does not print a version: {said(result)}")
    number = found.group(1)
    return f"{_NAMES.get(number.rpartition('.')[0], 'Windows')} ({number})"


def read_blocks(result: CommandResult) -> tuple[Block, ...]:
    """The instances of a wmic `/value` list, each property to its value. Raises `Garbled`.

    Instances are set apart by blank lines; wmic ends its lines with one carriage return too many.
    """
    text = result.stdout
    if len(text) > SIZE_LIMIT:
        raise Garbled(f"wmic printed {len(text)} characters, more than a list has.")
    if not result.ok:
        raise Garbled(f"wmic ended with exit code {result.exit_code}: {said(result)}")
    blocks: list[Block] = []
    current: Block = {}
    for line in (raw.strip("\r\n\0 \ufeff") for raw in text.split("\n")):
        name, equals, value = line.partition("=")
        if line and not (equals and name.isidentifier()):
            raise Garbled(f"wmic prints a line that is no property: {line[:100]}")
        if (not line or name in current) and current:
            blocks.append(current)
            current = {}
        if line:
            current[name] = value.strip()
    return tuple([*blocks, current] if current else blocks)


def invalid_class(result: CommandResult) -> bool:
    """Whether wmic failed because the class is not there."""
    code = result.exit_code & 0xFFFFFFFF
    return not result.ok and (code == _INVALID_CLASS or "invalid class" in (result.stdout + result.stderr).casefold())


def node_clock(blocks: Sequence[Block]) -> datetime:
    """The node's time from `wmic os get LocalDateTime`, with its zone. Raises `Garbled`."""
    told = next((block["LocalDateTime"] for block in blocks if block.get("LocalDateTime")), "")
    return cim_time(told)


def cim_time(told: str) -> datetime:
    """A time as WMI writes it (CIM DATETIME), with its zone. Raises `Garbled`."""
    found = _CIM_DATE.fullmatch(told)
    if not found:
        raise Garbled(f"wmic shows no time of the node: {told[:40] or 'nothing'}")
    digits, micros, sign, minutes = found.groups()
    offset = timedelta(minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        at = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=timezone(offset))
    except ValueError as error:
        raise Garbled(f"wmic shows a time that there is not: {told}") from error
    return at.replace(microsecond=int(micros))


def mounted_stores(blocks: Sequence[Block]) -> frozenset[str]:
    """The mounted stores by their counters' names, each `storage group/store` casefolded. Raises `Garbled`.

    A counter is named `<storage group>-<store>`, and both may hold hyphens: every reading is given then, so ask
    whether a known store is among them rather than count. Without `_Total` the list is not whole.
    """
    names = [block.get("Name", "") for block in blocks]
    if "_Total" not in names:
        raise Garbled("The list of mounted stores is not whole: it lacks its total.")
    found: set[str] = set()
    for name in (name for name in names if name != "_Total"):
        if "-" not in name:
            raise Garbled(f"A mounted store is named {name!r}, which is no storage group and store.")
        splits = [match.start() for match in re.finditer("-", name)]
        found.update(f"{name[:at].strip()}/{name[at + 1 :].strip()}".casefold() for at in splits)
    return frozenset(found)


def said(result: CommandResult) -> str:
    """What a command printed, on one line, cut for a message."""
    return " ".join((result.stdout + " " + result.stderr).split())[:200] or "nothing"
