"""What is left undone by the set-up of one cluster of the demo, so that a visitor can have it found and repaired."""

from collections.abc import Mapping
from pathlib import Path

from console.demo.process import Process
from console.demo.supervisor import Ready, Supervisor
from console.lab import control

CLUSTER = "Kyoto"
DEFECTS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("KYO-N1", "com-unregistered", {}),
    ("KYO-N2", "cluster-file-missing", {"file": "CLUSMSG.DLL"}),
    ("KYO-N2", "source-missing", {"source": "MSExchangeCluster"}),
)
"""Node, fault of the lab, and its arguments: none of them stands in the way of a move."""


def leave_undone(supervisor: Supervisor, lab: Process, folder: Path) -> None:
    """Have the lab of that folder miss what the set-up should have left on the nodes. Raises ProcessFailed."""
    supervisor.wait(lab, _undone(folder), within=30)


def _undone(folder: Path) -> Ready:
    def ready() -> str | None:
        try:
            for node, fault, arguments in DEFECTS:
                control.Lab(folder).fault(node, fault, True, **arguments)
        except (control.NoLab, control.LabRefused) as error:
            return str(error)
        return None

    return ready
