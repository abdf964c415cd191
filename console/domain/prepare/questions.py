"""What is asked of a node to see how it is prepared; everything only reads."""

from console.domain.observe import CLOCK
from console.domain.ports import Argv
from console.domain.prepare.facts import WINRM_SERVICE, Machine, tools

_WSMAN = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN"
VERSION: Argv = ("wmic", "os", "get", "ServicePackMajorVersion,Version", "/value")
STACK: Argv = ("reg", "query", _WSMAN, "/v", "StackVersion")
SERVICE: Argv = ("reg", "query", _WSMAN + r"\Service")
SHELLS: Argv = ("reg", "query", _WSMAN + r"\WinRS")
LISTENERS: Argv = ("reg", "query", _WSMAN + r"\Listener", "/s")
POLICY: Argv = ("reg", "query", r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Service", "/s")
"""What a group policy sets counts before what was set on the machine."""
CONFIG: Argv = ("sc", "qc", WINRM_SERVICE)
GROUPS: Argv = ("whoami", "/groups")
FINDER: Argv = ("where", "cmd")
"""Asked for something that is always there, so that `where` itself is known to be."""


def where(name: str) -> Argv:
    """Asks whether a program is in the PATH."""
    return ("where", name)


def questions(machine: Machine, programs: tuple[str, ...]) -> tuple[Argv, ...]:
    """Everything, in order; `programs` are the cluster product's own.

    The registry is read, and not `winrm get`: inside a remote shell that would be a second hop of its own.
    """
    searched = (where(tool) for tool in (*(tool.name for tool in tools(machine)), *programs))
    return (CLOCK, VERSION, STACK, SERVICE, SHELLS, LISTENERS, POLICY, CONFIG, GROUPS, FINDER, *searched)
