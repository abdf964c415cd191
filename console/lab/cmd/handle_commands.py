"""Who has what open: Sysinternals handle.exe and Windows' openfiles."""

from console.lab.cmd.interpreter import NOT_RECOGNIZED, Interpreter
from console.lab.cmd.registry import command, words
from console.lab.partition import holders

_BANNER = "\nHandle v3.42\nCopyright (C) 1997-2008 Mark Russinovich\nSysinternals - www.sysinternals.com\n"
_FLAG = (
    "\nINFO: The system global flag 'maintain objects list' needs\n"
    "      to be enabled to see local opened files.\n"
    "      See Openfiles /? for more information.\n"
)


@command("handle", "handle64")
def handle(cmd: Interpreter, rest: str) -> int:
    """List the handles whose path contains a text."""
    node = cmd.process.node
    if node.faulty("handle-missing") or not node.cluster.definition.handle_tool:
        cmd.process.err(
            "'handle.exe' is not recognized as an internal or external command,\noperable program or batch file."
        )
        return NOT_RECOGNIZED
    wanted = next((word for word in words(rest) if not word.startswith(("-", "/"))), "").casefold()
    with cmd.process.world.lock:
        found = [item for item in holders(node) if wanted in item.path.casefold()]
    cmd.process.out(_BANNER)
    for number, item in enumerate(found):
        cmd.process.out(f"{item.image:<18} pid: {item.pid:<6} type: File          {0xA8C + number * 4:X}: {item.path}")
    if not found:
        cmd.process.out("No matching handles found.")
    return 0 if found else 1


@command("openfiles")
def openfiles(cmd: Interpreter, rest: str) -> int:
    """List the files that are open through shares."""
    if "/query" not in rest.casefold():
        cmd.process.err('ERROR: Invalid syntax.\nType "OPENFILES /?" for usage.')
        return 1
    cmd.process.out(_FLAG)
    cmd.process.out("Files Opened Remotely via local share points:\n---------------------------------------------")
    files = list(cmd.process.node.open_files)
    if not files:
        cmd.process.out("\nINFO: No shared open files found.")
        return 0
    cmd.process.out('"Hostname","ID","Accessed By","Type","#Locks","Open Mode","Open File (Path\\executable)"')
    for number, (user, path) in enumerate(files, start=201):
        cmd.process.out(f'"{cmd.process.node.name.upper()}","{number}","{user}","Windows","0","Read","{path}"')
    return 0
