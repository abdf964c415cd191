"""What tells how a node is prepared: WinRM's settings in the registry, and `where`, which looks for programs."""

from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.registry import COMMANDS, command, words

OTHERS = frozenset({"cmd", "cscript", "ldifde", "net"})
"""Programs that a node has and the lab does not play."""
BUILT_IN = frozenset({"dir", "type", "echo", "ver", "copy", "del", "move", "mkdir", "rmdir", "cd", "set"})
EVERY_WINDOWS = ("2003", "2008", "2008r2")
BY_WINDOWS = {"cacls": EVERY_WINDOWS, "icacls": ("2008", "2008r2")}
SHORT = "HKLM"


def registry(cmd: Interpreter, arguments: list[str]) -> int | None:
    """Answer `reg query` for a key of WinRM's; None when it is another key."""
    full = arguments[1].replace(SHORT, "HKEY_LOCAL_MACHINE", 1).rstrip("\\").casefold() if len(arguments) > 1 else ""
    if "\\wsman" not in full and "\\winrm\\" not in full:
        return None
    keys = cmd.process.node.remoting.keys(cmd.process.node.ports)
    deep = "/s" in (argument.casefold() for argument in arguments)
    only = arguments[arguments.index("/v") + 1].casefold() if "/v" in arguments[:-1] else ""
    shown = [key for key in keys if key.casefold() == full or (deep and key.casefold().startswith(full + "\\"))]
    found = {key: {n: v for n, v in keys[key].items() if only in ("", n.casefold())} for key in shown}
    if not shown or (only and not any(found.values())):
        cmd.process.err("ERROR: The system was unable to find the specified registry key or value.")
        return 1
    for key, values in found.items():
        cmd.process.out(f"\n{key}")
        for name, value in values.items():
            kind = f"REG_DWORD    0x{value:x}" if isinstance(value, int) else f"REG_SZ    {value}"
            cmd.process.out(f"    {name}    {kind}")
    return 0


@command("where")
def where(cmd: Interpreter, rest: str) -> int:
    """Tell where a program is."""
    name = next(iter(words(rest)), "").casefold().removesuffix(".exe")
    if not _there(cmd, name):
        cmd.process.err("INFO: Could not find files for the given pattern(s).")
        return 1
    cmd.process.out(rf"C:\WINDOWS\system32\{name}.exe")
    return 0


def _there(cmd: Interpreter, name: str) -> bool:
    node = cmd.process.node
    if name in node.remoting.missing or node.definition.windows not in BY_WINDOWS.get(name, EVERY_WINDOWS):
        return False
    if name == "handle":
        return not node.faulty("handle-missing") and node.cluster.definition.handle_tool
    return name in OTHERS or (name in COMMANDS and name not in BUILT_IN)


def share(cmd: Interpreter) -> int:
    """What `dir` of a share says: only a logon that was passed on with its credentials is somebody there."""
    if not cmd.process.delegated:
        cmd.process.err("Access is denied.")
        return 1
    cmd.process.out("scripts")
    return 0
