"""What `powershell -Command` is given to do with the cluster's module or with Exchange's snap-in."""

import re

from console.lab.cmd import cms_powershell, mscs_powershell
from console.lab.cmd.process import Process
from console.lab.mscs import pipeline
from console.lab.state import Node

_MODULE = re.compile(r"^import-module\s+failoverclusters\s*;\s*(.*)$", re.IGNORECASE | re.DOTALL)
_SNAP_IN = re.compile(r"^add-pssnapin\s+microsoft\.exchange\.management\.powershell\.admin\s*;\s*(.*)$", re.IGNORECASE)


def run(process: Process, text: str) -> int | None:
    """Carry out a script that begins with one of the two; None for another. Its exit code is 0, or 1 for an error."""
    module, snap_in = _MODULE.match(text), _SNAP_IN.match(text)
    found = module or snap_in
    if found is None:
        return None
    try:
        if module and not _has_module(process.node):
            raise pipeline.ShellError(
                "Import-Module : The specified module 'FailoverClusters' was not loaded because no valid module file "
                "was found in any module directory."
            )
        if snap_in and not process.node.cluster.databases_apart:
            raise pipeline.ShellError("Add-PSSnapin : No Windows PowerShell Snap-ins are available for this version.")
        cmdlets = mscs_powershell.cmdlets(process) if module else cms_powershell.cmdlets(process)
        for line in pipeline.run(found.group(1), cmdlets, lambda: _read_line(process)):
            process.out(line)
    except pipeline.ShellError as error:
        process.err(str(error))
        return 1
    return 0


def _has_module(node: Node) -> bool:
    return node.definition.windows == "2008r2" and node.cluster.mscs is not None


def _read_line(process: Process) -> str:
    """The first line of standard input; empty when there is none."""
    return next(iter(process.stdin().decode(process.encoding, "replace").splitlines()), "")
