"""What a node needs for the console to work through it: packages, quotas, tools, by version of Windows."""

from dataclasses import dataclass

WINRM_SERVICE = "WinRM"
CLOCK_SECONDS = 300.0
"""Kerberos refuses more."""


@dataclass(frozen=True)
class Machine:
    """What the inventory says a node is made of."""

    windows: str
    """`2003`, `2008` or `2008r2`."""
    service_pack: int
    architecture: str
    """`x86` or `x64`."""
    guided: bool = True
    """Whether Exchange is clustered there as the guide has it: by scripts, and with a partition that must be free."""

    @property
    def version(self) -> str:
        """The beginning of the version that this Windows gives itself."""
        return {"2003": "5.2.", "2008": "6.0.", "2008r2": "6.1."}.get(self.windows, "?")


@dataclass(frozen=True)
class Quota:
    """A limit of WinRM for remote shells that must not be smaller."""

    name: str
    least: int
    usual: int
    """What counts with WinRM 2.0 when nothing is set."""
    why: str


QUOTAS = (
    Quota("MaxShellsPerUser", 10, 5, "observation, an operation and a person's check each hold a shell"),
    Quota("MaxMemoryPerShellMB", 512, 150, "wmic, and Exchange's cmdlets, need more than the 150 MB of old times"),
    Quota("MaxProcessesPerShell", 25, 15, "a batch of questions starts a process for each, and some start others"),
    Quota("IdleTimeout", 180_000, 180_000, "the console asks for shells that may idle for 180 s (it is milliseconds)"),
)


@dataclass(frozen=True)
class Tool:
    """A program that the console or a node's own scripts call."""

    name: str
    use: str
    source: str
    """Where it comes from when it is not there."""
    guided: bool = False
    """Needed only where Exchange is clustered as the guide has it."""


BUILT_IN = "It is part of Windows: look at the PATH of the system, and at System32."
TOOLS = (
    Tool("sc", "services", BUILT_IN),
    Tool("net", "starting and stopping services", BUILT_IN),
    Tool("wmic", "clock, processes, mounted stores, adapters", BUILT_IN),
    Tool("schtasks", "commands that outlive the connection", BUILT_IN),
    Tool("reg", "settings of Windows", BUILT_IN),
    Tool("openfiles", "files opened through shares", BUILT_IN, guided=True),
    Tool("nslookup", "where names lead", BUILT_IN),
    Tool("cscript", "the client of the webhook", "Windows Script Host is part of Windows; somebody removed it.", True),
    Tool("handle.exe", "who uses the switching partition", "Put handle.exe (Sysinternals) into System32.", True),
)
BY_WINDOWS = {
    "2003": (
        Tool("cacls", "access rights of folders", BUILT_IN),
        Tool("ldifde", "the kit", "It is part of Windows Server 2003: look at System32.", True),
    ),
    "2008": (
        Tool("icacls", "access rights of folders", BUILT_IN),
        Tool("ldifde", "the kit", "Run: ServerManagerCmd -i RSAT-ADDS (it may ask for a restart of the node).", True),
    ),
    "2008r2": (Tool("icacls", "access rights of folders", BUILT_IN),),
}


def tools(machine: Machine) -> tuple[Tool, ...]:
    """Every tool that such a node needs, beside those of its cluster product."""
    every = (*TOOLS, *BY_WINDOWS.get(machine.windows, ()))
    return tuple(tool for tool in every if machine.guided or not tool.guided)


def package(machine: Machine) -> tuple[str, str]:
    """(what brings WinRM to such a node, what to know of it)."""
    if machine.windows == "2003":
        return (
            f"Windows Management Framework Core (KB968930) for Windows Server 2003 {machine.architecture}: WinRM 2.0",
            "It needs Service Pack 2, and brings PowerShell 2.0: make sure that the Exchange on this node takes that. "
            "If it does not, use WS-Management 1.1 (KB936059), which listens on port 80 or 443: enter that port in the "
            "inventory.",
        )
    if machine.windows == "2008r2":
        return "Nothing to install", "Windows Server 2008 R2 has WinRM 2.0 and PowerShell 2.0 built in."
    return (
        f"Windows Management Framework Core (KB968930) for Windows Server 2008 {machine.architecture}: WinRM 2.0",
        "Windows Server 2008 has WinRM 1.1 built in, on port 80 or 443. The package brings 2.0, on 5985 or 5986, with "
        "PowerShell 2.0: make sure that the Exchange on this node takes that.",
    )
