"""The set-up step that has Windows Server 2008 install what Exchange 2007 builds on (2007, step 6.3)."""

from console.domain.field import Field
from console.domain.plan import PlannedCommand, Step
from console.domain.ports import Argv
from console.domain.procedures.goals import PlannedGoal
from console.domain.procedures.proofs.prerequisites import LATER, kind_of, wanted
from console.domain.quoting import cmd_line
from console.domain.readings.windows import said
from console.domain.steps.base import Stage, StepFailed
from console.domain.steps.setup.base import SetupStep, grounds_of
from console.domain.steps.setup.services import nodes_of

OLDER = "2003"
"""Has what Exchange builds on from packages, which a person installs."""
DONE, NOTHING_TO_DO, RESTART = 0, 1003, 3010
"""Exit codes of ServerManagerCmd: installed, there already, installed and a restart is due."""


class InstallFeatures(SetupStep):
    """Every node of the side that has Windows Server 2008 has the features of the step."""

    within = 300.0
    install_seconds = 1800.0
    """What one feature may take."""
    undo = "Take a feature away with ServerManagerCmd -remove, once nothing needs it."

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """One command for each feature and node; a node that the inventory calls older has no such tool."""
        nodes = [name for name in nodes_of(field, goal.side) if field.cluster.node(name).windows != OLDER]
        return tuple(PlannedCommand(n, cmd_line(_command(f))) for n in nodes for f in wanted(goal.about, LATER))

    def apply(self, stage: Stage, step: Step) -> None:
        """One after the other; what is there already is left. Raises `StepFailed` for one that Windows refuses."""
        goal, grounds = PlannedGoal.of(step), grounds_of(stage)
        for node in grounds.nodes(goal.side):
            if kind_of(grounds, node) != LATER:
                continue
            for feature in wanted(goal.about, LATER):
                self._install(stage, step, node.node, feature)

    def _install(self, stage: Stage, step: Step, node: str, feature: str) -> None:
        stage.control.beat(step.key, self.install_seconds)
        session = stage.field.session(node)
        result = session.run(_command(feature), within=self.install_seconds, on_line=stage.output(step))
        if result.exit_code not in (DONE, NOTHING_TO_DO, RESTART):
            text = f"ServerManagerCmd on {node} did not install {feature} ({result.exit_code}): {said(result)}"
            raise StepFailed(
                text, remedy=f"Run ServerManagerCmd -install {feature} on {node} by hand and read its log."
            )
        if result.exit_code == RESTART:
            text = f"{node} is to be restarted for {feature}: reboot the cluster, once both nodes have everything."
            stage.note(step, text, kind="warning")


def _command(feature: str) -> Argv:
    return ("ServerManagerCmd", "-install", feature)
