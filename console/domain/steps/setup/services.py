"""The set-up step that has Exchange's services start by hand only: the cluster decides where they run."""

from collections.abc import Iterator

from console.domain.field import Field
from console.domain.plan import PlannedCommand, Step
from console.domain.ports import Argv
from console.domain.procedures.goals import PlannedGoal
from console.domain.procedures.model import Side
from console.domain.quoting import cmd_line
from console.domain.receipts import Receipt
from console.domain.steps.base import Look, Stage
from console.domain.steps.services import send
from console.domain.steps.setup.base import SetupStep
from console.domain.steps.setup.exchange import services_on

MANUAL = "DEMAND"


class ManualServices(SetupStep):
    """Every service of the generation starts by hand only on the nodes of the side. None is stopped by this.

    Those that use the partition are stopped by the move that follows: to stop them here would take mail down when a
    start type is set right on a cluster that carries it.
    """

    within = 60.0
    undo = "The receipt has each service's start type: sc config NAME start= auto."

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """One command for each service and node; those that start by hand already are left out when it acts."""
        wanted = field.generation.running_services(field.cluster.extra_services)
        nodes = nodes_of(field, goal.side)
        return tuple(PlannedCommand(node, cmd_line(_command(s.name))) for node in nodes for s in wanted)

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """The start types that change, by node and service."""
        found = {f"{node}/{name}": start for node, name, start in _wrong(stage, step)}
        return Receipt(step.key, step.kind, look.text, {"start_types": found})

    def apply(self, stage: Stage, step: Step) -> None:
        """`sc config` for each that starts otherwise. Raises `StepFailed` for one that sc refuses."""
        for node, name, _ in _wrong(stage, step):
            about = Step(step.key, step.kind, step.title, step.phase, {"node": node})
            send(stage, about, _command(name), set())


def nodes_of(field: Field, side: Side) -> tuple[str, ...]:
    """The nodes of a side, by name; both for a side that is no node's own."""
    cluster = field.cluster
    own = {Side.PRIMARY: (cluster.primary.name,), Side.STANDBY: (cluster.standby.name,)}
    return own.get(side, tuple(node.name for node in cluster.nodes))


def _command(service: str) -> Argv:
    return ("sc", "config", service, "start=", "demand")


def _wrong(stage: Stage, step: Step) -> Iterator[tuple[str, str, str]]:
    """(node, service, start type) for each that is there and does not start by hand."""
    for node in nodes_of(stage.field, PlannedGoal.of(step).side):
        for state in services_on(stage, node):
            if state.state != "ABSENT" and state.start_type != MANUAL:
                yield node, state.name, state.start_type
