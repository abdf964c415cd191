"""ServerManagerCmd of Windows Server 2008: which roles and features there are, and how one is installed."""

from console.lab.cmd.interpreter import NOT_RECOGNIZED, Interpreter
from console.lab.cmd.registry import command, words
from console.lab.equipment import FEATURES

NOTHING_TO_DO, UNKNOWN = 1003, 1000


@command("servermanagercmd")
def server_manager(cmd: Interpreter, rest: str) -> int:
    """Answer `-query`; carry out `-install` (`-i`) of one feature."""
    node, arguments = cmd.process.node, words(rest)
    if node.definition.windows == "2003":
        cmd.process.err("'ServerManagerCmd' is not recognized as an internal or external command.")
        return NOT_RECOGNIZED
    what = arguments[0].casefold() if arguments else ""
    if what in ("-query", "-q"):
        cmd.process.out("\n----- Roles and Features -----\n")
        for name, title in FEATURES.items():
            cmd.process.out(f"[{'X' if name in node.components.features else ' '}] {title}  [{name}]")
        return 0
    if what not in ("-install", "-i") or len(arguments) < 2:
        cmd.process.err("Usage: ServerManagerCmd -query | -install <name>")
        return UNKNOWN
    return _install(cmd, arguments[1])


def _install(cmd: Interpreter, wanted: str) -> int:
    node = cmd.process.node
    name = next((name for name in FEATURES if name.casefold() == wanted.casefold()), None)
    if name is None:
        cmd.process.err(f"ArgumentNotValid: {wanted} is not the name of a role, role service, or feature.")
        return UNKNOWN
    with cmd.process.world.lock:
        if name in node.components.features:
            cmd.process.out("NoChange: No changes were made because it is already installed.")
            return NOTHING_TO_DO
        node.components.features.add(name)
        cmd.process.world.record("feature", name, "", "installed", node=node.name, by=cmd.process.user)
    cmd.process.out(f"[Installation] Succeeded: [{FEATURES[name]}] {name}.\n\nSuccess: Installation succeeded.")
    return 0
