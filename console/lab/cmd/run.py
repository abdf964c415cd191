"""Entry to the command interpreter: all commands are known once this module is imported."""

import re

from console.lab.cmd import (
    builtins,
    cluster_commands,
    feature_commands,
    file_commands,
    handle_commands,
    mscs_commands,
    registering_commands,
    remoting_commands,
    rights_commands,
    script_commands,
    service_commands,
    system_commands,
    task_commands,
    wmi_commands,
)
from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.process import Process

MODULES = (
    builtins,
    cluster_commands,
    feature_commands,
    file_commands,
    handle_commands,
    mscs_commands,
    registering_commands,
    remoting_commands,
    rights_commands,
    script_commands,
    service_commands,
    system_commands,
    task_commands,
    wmi_commands,
)
"""The modules whose commands the nodes know."""

_ENVIRONMENT = {
    "systemroot": r"C:\WINDOWS",
    "windir": r"C:\WINDOWS",
    "systemdrive": "C:",
    "comspec": r"C:\WINDOWS\system32\cmd.exe",
    "temp": r"C:\WINDOWS\Temp",
    "programfiles": r"C:\Program Files",
    "os": "Windows_NT",
}


_GUARDED = re.compile(r"^mkdir \S+\\(?P<token>t\d+) .*changeover-fence:.*?&ver>nul&(?P<command>.*)$")
_FENCED = 185


def run(process: Process, line: str) -> int:
    """Run one command line as `cmd.exe /c` would and give its exit code. Raises `Killed`.

    A command that the console's guard before it kept from running is an effect of its own: `fenced`.
    """
    process.environment = {**_ENVIRONMENT, **process.environment, "username": process.user.rpartition("\\")[2]}
    process.line = process.line or line
    code = Interpreter(process).line(line)
    guard = _GUARDED.match(line) if code == _FENCED else None
    if guard:
        process.world.record("fenced", guard["command"], guard["token"], "refused", node=process.node.name)
    return code
