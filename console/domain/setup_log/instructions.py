"""The lines of set-up scripts that a log shows being interpreted: what each was to do, and the command that does it.

A line is `Command:argument;argument`, where an argument between double quotes may hold semicolons (Microsoft's articles
on the same interpreter in Exchange 5.x). `CreateClusterResourceType` is named by the article, `AddShare` and
`StopService` by those; the rest are likely names, so a row also takes their kin. What no row takes is told as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from console.domain.errors import Unquotable
from console.domain.quoting import cmd_line
from console.domain.setup_log import mending
from console.domain.setup_log.mending import Meant

LONGEST = 2048
"""Characters of an interpreted line that are kept."""


@dataclass(frozen=True)
class Sort:
    """A sort of interpreted line; the first of `SORTS` whose pattern is found in a line is its own."""

    pattern: str
    """Compared regardless of case."""
    code: str
    """The finding when it did not end well."""
    does: str
    """What it is to do, with `{about}` for what it acts on and `{command}` for its name."""
    read: Callable[[tuple[str, ...]], Meant]
    process: bool = False
    """Whether it starts a process, whose exit a log always tells."""


@dataclass(frozen=True)
class Instruction:
    """An interpreted line, understood."""

    text: str
    command: str
    code: str
    about: str
    does: str
    mend: str
    """The command that does the same by hand; empty where the line does not say enough for one."""
    process: bool


SORTS: tuple[Sort, ...] = (
    Sort(
        r"\b(?:cladmreg|regsvr32)\b.*\s[/-]u\b",
        "setup-log.process-failed",
        "take back the registration of {about}",
        mending.unregistered,
        process=True,
    ),
    Sort(
        r"\bcladmreg\b",
        "setup-log.cluster-not-registered",
        "register {about} with the cluster, so that Cluster Administrator can show Exchange's resources",
        mending.cladmreg,
        process=True,
    ),
    Sort(
        r"(?:\bregsvr32\b|register\w{0,20}dll|self\w{0,20}reg).*excluadm",
        "setup-log.com-not-registered",
        "register {about} as a COM class, so that System Manager can show Exchange's resources",
        mending.regsvr32,
        process=True,
    ),
    Sort(
        r"\bregsvr32\b|^(?:register\w{0,20}dll|self\w{0,20}reg)",
        "setup-log.process-failed",
        "register {about} as a COM class",
        mending.regsvr32,
        process=True,
    ),
    Sort(
        r"^create\w*resource\w*type",
        "setup-log.type-not-created",
        "create the resource type {about}",
        mending.resource_type,
    ),
    Sort(
        r"^(?:delete|remove)\w{0,40}resource\w{0,40}type",
        "setup-log.instruction-failed",
        "delete the resource type {about}",
        mending.resource_type_gone,
    ),
    Sort(
        r"^(?:delete|remove)\w{0,40}(?:reg|key|value)\w{0,40}:",
        "setup-log.registry-not-written",
        "delete {about} from the registry",
        mending.registry_key_gone,
    ),
    Sort(
        r"exchange provider|rpc_binding_order",
        "setup-log.provider-not-bound",
        "bind the Exchange provider to RPC and TCP/IP ({about})",
        mending.registry_value,
    ),
    Sort(
        r"^\w{0,40}(?:reg|key|value)\w{0,40}:.*\\eventlog\\",
        "setup-log.source-not-written",
        "make {about} known to the event log",
        mending.registry_value,
    ),
    Sort(
        r"^(?:add|set|create|write)\w{0,40}(?:reg|key)\w{0,40}:",
        "setup-log.registry-not-written",
        "write {about} into the registry",
        mending.registry_value,
    ),
    Sort(
        r"^\w{0,40}process\w{0,40}:|\.exe\b",
        "setup-log.process-failed",
        "run {about}",
        mending.process,
        process=True,
    ),
    Sort(r"^add\w*share", "setup-log.share-not-made", "share {about}", mending.share),
    Sort(r"^copy\w*", "setup-log.file-not-copied", "copy {about}", mending.copied),
    Sort(r"^(?:create|make|add)\w*(?:dir|folder)\w*", "setup-log.file-not-copied", "make {about}", mending.folder),
    Sort(r"^stop\w*service", "setup-log.service-not-changed", "stop the service {about}", mending.stopped),
    Sort(r"^start\w*service", "setup-log.service-not-changed", "start the service {about}", mending.started),
)
OTHER = Sort("", "setup-log.instruction-failed", "carry out {command} ({about})", mending.anything)
_PATTERNS = tuple((re.compile(sort.pattern, re.IGNORECASE), sort) for sort in SORTS)
_ARGUMENT = re.compile(r'(?:[^;"]|"[^"]*"?)+|(?<=;)(?=;|$)')


def understand(text: str) -> Instruction:
    """The instruction that stands between the angle brackets of a line."""
    text = text[:LONGEST].strip()
    command, _, rest = text.partition(":")
    arguments = tuple(_bare(found) for found in _ARGUMENT.findall(rest))
    sort = next((sort for pattern, sort in _PATTERNS if pattern.search(text)), OTHER)
    meant = sort.read(arguments)
    about = meant.about or command
    does = sort.does.format(about=about, command=command)
    return Instruction(text, command, sort.code, about, does, _line(meant), sort.process)


def _bare(argument: str) -> str:
    """Without the quotes around all of it."""
    text = argument.strip()
    inner = text[1:-1]
    return inner.strip() if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in inner else text


def _line(meant: Meant) -> str:
    """As it is typed; what cannot be passed to cmd.exe safely gives no command."""
    try:
        return cmd_line(meant.argv) if meant.argv else ""
    except Unquotable:
        return ""
