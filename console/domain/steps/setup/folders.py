"""Set-up steps on the partition: the folders that Exchange's files go to, and who may use the transport's."""

from collections.abc import Sequence

from console.domain.field import Field
from console.domain.plan import PlannedCommand, Step
from console.domain.procedures.clearing import EACH_GROUP, folders_about
from console.domain.procedures.goals import PlannedGoal
from console.domain.procedures.model import Side
from console.domain.procedures.proofs.rights import ADMINISTRATORS, NEEDED, SYSTEM_ACCOUNTS
from console.domain.quoting import cmd_line
from console.domain.readings.windows import read_blocks, said
from console.domain.receipts import Receipt
from console.domain.steps.base import Look, Stage, StepFailed
from console.domain.steps.setup.base import SetupStep, grounds_of


class MakeFolders(SetupStep):
    """The folders of the step are on the partition."""

    within = 60.0
    undo = "The folders are empty until Exchange is moved there: take them away by hand."

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """One command for each folder; those with a storage group's name are known once the directory is read."""
        paths = [path for path in goal.about if EACH_GROUP not in path]
        own = folders_about(field.cluster.partition, paths, ())
        return tuple(PlannedCommand(field.cluster.primary.name, cmd_line(("mkdir", path))) for path in own)

    def apply(self, stage: Stage, step: Step) -> None:
        """Make each that is not there, on the node that has the group. Raises `StepFailed` for one that cannot be."""
        grounds, node = grounds_of(stage), node_with_partition(stage)
        about = PlannedGoal.of(step).about
        servers = grounds.servers(Side.PRIMARY) if any(EACH_GROUP in path for path in about) else ()
        session, within = stage.field.session(node), stage.field.cluster.timing.command
        for path in folders_about(stage.field.cluster.partition, about, servers):
            there = ("dir", path)
            if session.batch([there], within=within)[0].ok:
                continue
            made = session.run(("mkdir", path), within=within)
            if not made.ok and not session.batch([there], within=within)[0].ok:
                remedy = f"See that the group is online on {node} and that its partition is {path[:2]} there."
                raise StepFailed(f"{path} could not be made on {node}: {said(made)}", remedy=remedy)


class GrantRights(SetupStep):
    """Administrators, NETWORK SERVICE and SYSTEM have full control of the step's folders (2007, step 8)."""

    within = 60.0
    undo = "The receipt has the rights as they were; set them with cacls."

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """One command for each folder, with the accounts' English names; the node's own are read when it acts."""
        grants = [f"{name}:F" for name in NEEDED.values()]
        paths = folders_about(field.cluster.partition, goal.about, ())
        lines = [cmd_line(("cacls", path, "/e", "/g", *grants)) for path in paths]
        return tuple(PlannedCommand(field.cluster.primary.name, line) for line in lines)

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """Each folder's rights as cacls shows them."""
        node, paths = node_with_partition(stage), _paths(stage, step)
        within = stage.field.cluster.timing.command
        shown = stage.field.session(node).batch([("cacls", path) for path in paths], within=within)
        found = {path: result.stdout for path, result in zip(paths, shown, strict=True)}
        return Receipt(step.key, step.kind, look.text, {"node": node, "rights": found})

    def apply(self, stage: Stage, step: Step) -> None:
        """Add the rights, by what the node itself calls the accounts. Raises `StepFailed`."""
        node = node_with_partition(stage)
        session, within = stage.field.session(node), stage.field.cluster.timing.command
        told = session.batch([SYSTEM_ACCOUNTS, ADMINISTRATORS], within=within)
        names = {block.get("SID"): block.get("Name", "") for result in told for block in read_blocks(result)}
        if unnamed := [known for sid, known in NEEDED.items() if not names.get(sid)]:
            raise StepFailed(f"{node} does not tell what it calls {', '.join(unnamed)}.")
        grants = [f"{names[sid]}:F" for sid in NEEDED]
        for path in _paths(stage, step):
            result = session.run(("cacls", path, "/e", "/g", *grants), within=within)
            if not result.ok:
                remedy = "Give the console's account the right to change the folder's rights, or set them by hand."
                raise StepFailed(f"The rights of {path} on {node} could not be set: {said(result)}", remedy=remedy)


def node_with_partition(stage: Stage) -> str:
    """The node that has the group, and with it the partition. Raises `StepFailed` when none has."""
    active = grounds_of(stage).nodes(Side.ACTIVE)
    if not active:
        text = f"No node is known to have the group, so {stage.field.cluster.partition} is nowhere to be seen."
        raise StepFailed(text, remedy="Bring the group up on the primary node, then check again.")
    return active[0].node


def _paths(stage: Stage, step: Step) -> Sequence[str]:
    return folders_about(stage.field.cluster.partition, PlannedGoal.of(step).about, ())
