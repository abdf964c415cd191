"""What `Get-ClusteredMailboxServerStatus | Format-List` prints: properties, whose long values wrap to further lines."""

import re
from dataclasses import dataclass

from console.domain.errors import Garbled
from console.domain.ports import CommandResult

_PROPERTY = re.compile(r"(\w+) *: ?(.*)")
_SIZE_LIMIT = 100_000


@dataclass(frozen=True)
class ServerStatus:
    """How a clustered mailbox server stands by its own tool."""

    state: str
    """`Online`, `PartiallyOnline`, `OnlinePending`, `Offline`, `OfflinePending` or `Failed`, blanks as printed."""
    failed: tuple[str, ...]
    """The resources that it calls failed."""


def read(result: CommandResult) -> ServerStatus:
    """The state and the failed resources. Raises `Garbled`."""
    if not result.ok or len(result.stdout) > _SIZE_LIMIT:
        said = " ".join((result.stdout + " " + result.stderr).split())[:300] or "nothing"
        raise Garbled(
            f"Get-ClusteredMailboxServerStatus ended with exit code {result.exit_code} and said: {said}",
            remedy="Run it at the node; the account needs to be an Exchange Server Administrator of this server.",
        )
    properties = _properties(result.stdout)
    if not properties.get("State"):
        raise Garbled(f"Get-ClusteredMailboxServerStatus shows no State: {result.stdout.strip()[:200] or 'nothing'}")
    failed = properties.get("FailedResources", "").strip("{} ")
    return ServerStatus(properties["State"], tuple(name for part in failed.split(",") if (name := part.strip())))


def _properties(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    last = ""
    for line in (raw.rstrip() for raw in text.splitlines()):
        told = _PROPERTY.fullmatch(line)
        if told:
            last = told[1]
            found[last] = told[2]
        elif line and last and line.startswith(" "):
            found[last] = f"{found[last]} {line.strip()}".strip()
    return found
