"""Entry to the command interpreter: all commands are known once this module is imported."""

from console.lab.cmd import (
    builtins,
    cluster_commands,
    file_commands,
    handle_commands,
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
    file_commands,
    handle_commands,
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


def run(process: Process, line: str) -> int:
    """Run one command line as `cmd.exe /c` would and give its exit code. Raises `Killed`."""
    process.environment = {**_ENVIRONMENT, **process.environment, "username": process.user.rpartition("\\")[2]}
    process.line = process.line or line
    return Interpreter(process).line(line)
