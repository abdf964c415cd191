"""cscript, for the one program that the lab plays: the webhook's client, when it asks what a run may do."""

from console.lab.cmd.interpreter import NOT_RECOGNIZED, Interpreter
from console.lab.cmd.registry import command, words

ENDS = {"go": 42, "no": 43, "wait": 44, "noted": 45, "silent": 46, "refused": 47}
"""How the client ends; a refusal that asking again may mend."""


@command("cscript")
def cscript(cmd: Interpreter, rest: str) -> int:
    """Run `HOOK.VBS asks RUN` with the node's own key: one signed exchange with the console."""
    arguments = [word for word in words(rest) if not word.startswith("//")]
    node = cmd.process.node
    path = node.disk.absolute(arguments[0], cmd.process.folder) if arguments else ""
    if not path.casefold().endswith("\\hook.vbs") or arguments[1:2] != ["asks"] or node.disk.item(path) is None:
        cmd.process.err(f'Input Error: Can not find script file "{path}".')
        return NOT_RECOGNIZED if not path else 1
    call = cmd.process.world.hooks.run(node, arguments[2])
    cmd.process.wait(lambda: call.done)
    return ENDS[call.kind]
