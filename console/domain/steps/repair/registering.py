"""EXCLUADM.DLL registered: as a COM class on a node, and with the cluster."""

from console.domain.plan import Step
from console.domain.receipts import Receipt
from console.domain.repair import commands
from console.domain.steps.base import Look, Stage
from console.domain.steps.repair.base import Repair, run


class RegisterCom(Repair):
    """The DLL's classes are registered on the node."""

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """That they were not."""
        return Receipt(step.key, step.kind, look.text, {name: step.params[name] for name in ("node", "system", "dll")})

    def mend(self, stage: Stage, step: Step) -> None:
        """regsvr32 says nothing: its exit code is all there is, and the proof."""
        run(stage, step.params["node"], commands.register_com(step.params["system"], step.params["dll"]), step)


class RegisterWithCluster(Repair):
    """The DLL is an extension of Cluster Administrator."""

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """That it was not: kept for the record, there is no documented way back."""
        return Receipt(step.key, step.kind, look.text, {name: step.params[name] for name in ("node", "dll")})

    def mend(self, stage: Stage, step: Step) -> None:
        """By cladmreg, on a node where the classes are registered."""
        run(stage, step.params["node"], commands.register_with_cluster(step.params["dll"]), step)
