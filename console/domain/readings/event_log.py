"""Reads the `/value` list of WMI's Win32_NTLogEvent, whose messages run over several lines."""

from dataclasses import dataclass
from datetime import datetime

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.domain.readings.windows import SIZE_LIMIT, cim_time, said

PROPERTIES = ("EventCode", "EventType", "Logfile", "Message", "RecordNumber", "SourceName", "TimeGenerated")
MESSAGE_LIMIT = 1000
"""Characters kept of one message."""


@dataclass(frozen=True)
class Event:
    """One event. `kind` is WMI's EventType (1 error, 2 warning), `at` by the node's clock."""

    log: str
    source: str
    code: int
    kind: int
    at: datetime
    message: str


def read_events(result: CommandResult) -> tuple[Event, ...]:
    """The events that the command printed, in its order; none when it printed none. Raises `Garbled`."""
    if len(result.stdout) > SIZE_LIMIT:
        raise Garbled(
            f"The event logs hold {len(result.stdout)} characters since then, more than is read.",
            remedy="Look at the Event Viewer on the node.",
        )
    if not result.ok:
        raise Garbled(
            f"The event logs cannot be read: {said(result)}",
            remedy="Look at the Event Viewer on the node; WMI (Winmgmt) must run there.",
        )
    if len([line for line in result.stdout.splitlines() if line.strip("\r\0\ufeff ")]) <= 1:
        return ()  # one sentence, in the node's language: there is none
    return tuple(_event(block) for block in _blocks(result.stdout))


def _blocks(text: str) -> list[dict[str, str]]:
    """The instances; a line that begins no property goes on with the one before it, which only a message does."""
    blocks: list[dict[str, str]] = []
    last = ""
    for line in (raw.strip("\r\0\ufeff") for raw in text.split("\n")):
        name, equals, value = line.partition("=")
        if equals and name in PROPERTIES:
            if not blocks or name in blocks[-1]:
                blocks.append({})
            blocks[-1][name], last = value.strip(), name
        elif last == "Message":
            blocks[-1]["Message"] = f"{blocks[-1]['Message']} {line.strip()}".strip()
        elif line.strip():
            raise Garbled(f"The list of events holds a line that is none of an event: {line[:100]}")
    return blocks


def _event(block: dict[str, str]) -> Event:
    missing = [name for name in PROPERTIES if name not in block]
    numbers = (block.get("EventCode", ""), block.get("EventType", ""))
    if missing or not all(number.isdecimal() for number in numbers):
        told = f"it lacks {', '.join(missing)}" if missing else f"its numbers are {' and '.join(numbers)}"
        raise Garbled(f"The list of events holds one that is not whole: {told}.")
    code, kind = (int(number) for number in numbers)
    at = cim_time(block["TimeGenerated"])
    message = block["Message"][:MESSAGE_LIMIT]
    return Event(block["Logfile"], block["SourceName"], code & 0xFFFF, kind, at, message)
