"""Programs of Windows that tell about the node: hostname, whoami, ping, nslookup, reg, query, powershell, timeout."""

import base64
import binascii
import re
from collections.abc import Callable

from console.lab.cmd import powershell_scripts, registry_reading, registry_writing, remoting_commands
from console.lab.cmd.interpreter import NOT_RECOGNIZED, Interpreter
from console.lab.cmd.registry import COMMANDS, command, words
from console.lab.network import controller_name
from console.lab.state import Components

_LINKAGE = r"hklm\system\currentcontrolset\services\tcpip\linkage"
_POLICY_HISTORY = r"software\microsoft\windows\currentversion\group policy\history"
_COMPUTER_NAME = r"hklm\system\currentcontrolset\control\computername\activecomputername"
_COMPONENTS: dict[str, Callable[[Components], dict[str, int]]] = {
    r"hklm\software\microsoft\net framework setup\ndp\v2.0.50727": lambda there: (
        {} if there.framework is None else {"Install": 1, "SP": there.framework}
    ),
    r"hklm\software\microsoft\powershell\1": lambda there: {"Install": 1} if there.powershell else {},
}
"""Keys of the registry to their values; a key without values is not there."""
_UNICODE_PATH = re.compile(r"-(?:encodedcommand|enc|ec|e)\s+([A-Za-z0-9+/=]+)", re.IGNORECASE)


def computer_name(cmd: Interpreter) -> str:
    """The node's name, unless a fault makes it give another's."""
    node = cmd.process.node
    name = node.faults.get("other-name", {}).get("computer") or node.name
    return name.swapcase() if node.faulty("name-case") else name


@command("hostname")
def hostname(cmd: Interpreter, rest: str) -> int:
    """Print the computer's name."""
    cmd.process.out(computer_name(cmd))
    return 0


@command("whoami")
def whoami(cmd: Interpreter, rest: str) -> int:
    """Print the user; with /groups whether the administrators are among the groups."""
    cmd.process.out(cmd.process.user.lower())
    if "/groups" in rest.casefold() and cmd.process.administrator:
        cmd.process.out(r"BUILTIN\Administrators    Alias    S-1-5-32-544    Enabled group")
    return 0


@command("ping")
def ping(cmd: Interpreter, rest: str) -> int:
    """Answer from every address; one second of world time between two echoes."""
    arguments = words(rest)
    count, host = 4, "127.0.0.1"
    while arguments:
        word = arguments.pop(0).casefold()
        if word in ("-n", "-w", "-l") and arguments:
            value = arguments.pop(0)
            count = int(value) if word == "-n" and value.isdigit() else count
        elif not word.startswith("-"):
            host = word
    cmd.process.out(f"\nPinging {host} with 32 bytes of data:\n")
    for number in range(count):
        if number:
            cmd.process.sleep(1)
        cmd.process.out(f"Reply from {host}: bytes=32 time<1ms TTL=128")
    cmd.process.out(f"\nPing statistics for {host}:")
    cmd.process.out(f"    Packets: Sent = {count}, Received = {count}, Lost = 0 (0% loss),")
    return 0


@command("nslookup")
def nslookup(cmd: Interpreter, rest: str) -> int:
    """Tell the A records of a name, after the block about the DNS server."""
    name = next((word for word in reversed(words(rest)) if not word.startswith("-")), "")
    clusters = cmd.process.world.clusters
    found = [address for cluster in clusters for address in cluster.names.get(name.casefold(), [])]
    cmd.process.out("Server:  dc1.lab.example\nAddress:  192.0.2.53\n")
    if cmd.process.node.faulty("dns-refuses"):
        cmd.process.err(f"*** dc1.lab.example can't find {name}: Query refused")
        return 0
    if not found:
        cmd.process.err(f"*** dc1.lab.example can't find {name}: Non-existent domain")
        return 0
    heading = "Addresses:  " if len(found) > 1 else "Address:  "
    separator = "\n          "
    cmd.process.out(f"Name:    {name.lower()}.lab.example\n{heading}{separator.join(found)}\n")
    return 0


@command("reg")
def reg(cmd: Interpreter, rest: str) -> int:
    """Query the registry values that say who the computer is and in which order its adapters are bound; or write."""
    arguments = words(rest)
    if (written := registry_writing.change(cmd, arguments)) is not None:
        return written
    key = arguments[1].casefold().replace("hkey_local_machine", "hklm") if len(arguments) > 1 else ""
    if arguments[:1] == ["query"] and (told := remoting_commands.registry(cmd, arguments)) is not None:
        return told
    if arguments[:1] == ["query"] and key == _LINKAGE:
        bound = r"\0".join(rf"\Device\{adapter.guid}" for adapter in cmd.process.node.adapters)
        full = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Linkage"
        cmd.process.out(f"\n{full}\n    Bind    REG_MULTI_SZ    {bound}\\0\\0\n")
        return 0
    if arguments[:1] == ["query"] and key in _COMPONENTS and _COMPONENTS[key](cmd.process.node.components):
        cmd.process.out(f"\n{key.upper()}")
        for name, value in _COMPONENTS[key](cmd.process.node.components).items():
            cmd.process.out(f"    {name}    REG_DWORD    0x{value:x}")
        return 0
    if arguments[:1] == ["query"] and key == rf"hklm\{_POLICY_HISTORY}":
        full = r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Group Policy\History"
        cmd.process.out(f"\n{full}\n    DCName    REG_SZ    {controller_name(cmd.process.world.definition)}\n")
        return 0
    if arguments[:1] != ["query"]:
        cmd.process.err("ERROR: Invalid syntax.")
        return 1
    if key != _COMPUTER_NAME:
        return registry_reading.query(cmd, arguments)
    full = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName"
    cmd.process.out(f"\n{full}\n    ComputerName    REG_SZ    {computer_name(cmd).upper()}\n")
    return 0


@command("query")
def query(cmd: Interpreter, rest: str) -> int:
    """List interactive sessions."""
    if not rest.strip().casefold().startswith(("session", "user")):
        cmd.process.err("Invalid parameter(s)\nQUERY { PROCESS | SESSION | TERMSERVER | USER }")
        return 1
    cmd.process.out(" SESSIONNAME       USERNAME                 ID  STATE   TYPE        DEVICE ")
    sessions = cmd.process.node.sessions
    for number, user in enumerate(sessions):
        name = "console" if number == 0 else f"rdp-tcp#{number}"
        cmd.process.out(f" {name:<18}{user:<24} {number:>2}  Active  {'wdcon' if number == 0 else 'rdpwd':<12}")
    if not sessions:
        cmd.process.out(f" {'console':<18}{'':<24} {0:>2}  Conn    {'wdcon':<12}")
    return 0


@command("powershell")
def powershell(cmd: Interpreter, rest: str) -> int:
    """Carry out the command line inside an encoded or plain command; there is no PowerShell language here."""
    if cmd.process.node.definition.windows == "2003" and not cmd.process.node.cluster.databases_apart:
        encoded = _UNICODE_PATH.search(rest)
        if not encoded:
            cmd.process.err(
                "'powershell' is not recognized as an internal or external command,\noperable program or batch file."
            )
            return NOT_RECOGNIZED
    script = _script(rest)
    inner = re.sub(r"^\s*&\s*", "", script).strip()
    if (told := powershell_scripts.run(cmd.process, inner)) is not None:
        return told
    name = re.split(r"[\s;]", inner, maxsplit=1)[0]
    if re.fullmatch(r"exit\s+-?\d+", inner):
        return int(inner.split()[1])
    if name.casefold().removesuffix(".exe") in COMMANDS:
        child = cmd.process.child(environment=dict(cmd.process.environment))
        return Interpreter(child).line(inner)
    cmd.process.err(
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. "
        "Check the spelling of the name, or if a path was included, verify that the path is correct and try again.\n"
        f"At line:1 char:1\n+ {inner}\n+ {'~' * len(name)}\n"
        f"    + CategoryInfo          : ObjectNotFound: ({name}:String) [], CommandNotFoundException\n"
        "    + FullyQualifiedErrorId : CommandNotFoundException"
    )
    return 1


def _script(rest: str) -> str:
    encoded = _UNICODE_PATH.search(rest)
    if encoded:
        try:
            return base64.b64decode(encoded.group(1), validate=True).decode("utf-16-le")
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return re.sub(r"^.*?-c(?:ommand)?\s+", "", rest, flags=re.IGNORECASE).strip().strip('"')
