"""Set-up steps that move, stop and start the group while it carries no mail yet, and take stock of the partition."""

from collections.abc import Sequence

from console.domain.checks import Verdict
from console.domain.field import Field
from console.domain.outcome import WaitsFor
from console.domain.plan import PlannedCommand, Step
from console.domain.preflight.base import script_state
from console.domain.procedures.clearing import Inventory, aside_folder, folders_about, ready_for_inventory
from console.domain.procedures.goals import PlannedGoal
from console.domain.procedures.model import Side
from console.domain.procedures.partition_files import list_files
from console.domain.procedures.proofs import Finding, Grounds
from console.domain.procedures.reading import DirectorySetup, read_setup
from console.domain.quoting import cmd_line
from console.domain.receipts import Receipt
from console.domain.steps.base import Goal, Look, NeedsPerson, Stage, StepFailed
from console.domain.steps.setup import runs
from console.domain.steps.setup.base import SetupStep, asks_for_move, grounds_of, needs_person
from console.domain.steps.setup.circumstances import circumstances
from console.domain.steps.setup.exchange import HAVE_IT_LISTED, clear_partition, stops, unlisted

SERVICE_PACK = "service-pack-2007"
SET_ASIDE = "setup.files.set-aside"
STARTING_SECONDS = 15.0
"""How soon the console looks again by itself when START.BAT waits for its go."""


class _GroupStep(SetupStep):
    """What moving, stopping and starting share: a command of the product that outlives the connection."""

    within = 1800.0
    repeatable = False
    undo = "Move, stop or start the group the other way."

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """By the proof; once it was begun also by what the command itself says."""
        look = super().look(stage, step, applied=applied)
        return runs.under_way(stage, step, look) if applied and look.goal is not Goal.HOLDS else look

    def begun(self, stage: Stage, step: Step) -> bool | None:
        """Whether its command still runs."""
        return runs.begun(stage, step)

    def takes_risk(self, stage: Stage, step: Step) -> NeedsPerson | None:
        """Why a person has to take on that it may take a node down: who uses the partition there cannot be told."""
        seen = grounds_of(stage).observation
        owner = seen.owner(stage.field.cluster.group).value
        if not owner or step.key in stage.taken_on:
            return None
        node = seen.nodes.get(owner)
        if node is None or not node.answered or node.partition.complete:
            return None
        text = unlisted(stage.field.cluster.partition, owner, node.partition)
        return needs_person(stage, WaitsFor.RISK, text, HAVE_IT_LISTED.format(node=owner))


class MoveGroup(_GroupStep):
    """The group is online on the node of the step's side. On a cluster that carries mail that is a failover's to do.

    Right before it goes to the primary node, with the standby's half over, the standby's files are inventoried for the
    step that sets them aside.
    """

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """Exchange is stopped where it uses the partition, then the product's own move, from the other node."""
        target = target_of(field, goal.side)
        source = field.cluster.other(target).name
        line = cmd_line(field.driver.move(field.cluster, target))
        return (*stops(field, source), PlannedCommand(source, line, detached=True))

    def rests(self, stage: Stage, step: Step, finding: Finding) -> NeedsPerson | None:
        """A group that runs scripts, or whose Exchange is in use already, is moved by a failover of its own."""
        if finding.verdict is Verdict.UNKNOWN:
            return None
        names = [node.name for node in stage.field.cluster.nodes]
        scripts = script_state(grounds_of(stage).observation, stage.field.driver, names)
        if scripts.value is None:
            text = f"Whether the group runs scripts, which a move would start, cannot be told: {scripts.unknown}"
            return needs_person(stage, WaitsFor.MEND, text, "Make both nodes answer, then check again.")
        if stage.plan.kind != SERVICE_PACK and scripts.value == "none":
            return self.takes_risk(stage, step)
        return asks_for_move(stage, target_of(stage.field, PlannedGoal.of(step).side))

    def apply(self, stage: Stage, step: Step) -> None:
        """Free the partition where it is, take stock of it where that is due, and start the move."""
        field, target = stage.field, target_of(stage.field, PlannedGoal.of(step).side)
        setup = read_setup(field.directory(), field.cluster)
        owner = owner_of(stage)
        if not owner:
            argv = field.driver.start(field.cluster, target)
            runs.launch(stage, step, target, argv, "The group was on no node.", {"owner": ""})
            return
        if owner == target:
            remedy = f"See with clpstat on {owner} what failed, bring the group up there, then check again."
            raise StepFailed(f"The group is on {owner} already, and not online.", remedy=remedy)
        clear_partition(stage, step, owner, setup)
        if target == field.cluster.primary.name:
            self._take_stock(stage, step, owner, setup)
        argv = field.driver.move(field.cluster, target)
        runs.launch(stage, step, owner, argv, f"The group was on {owner}.", {"owner": owner})

    def _take_stock(self, stage: Stage, step: Step, owner: str, setup: DirectorySetup) -> None:
        folders = self._folders(stage, setup)
        if not folders:
            return
        if against := ready_for_inventory(circumstances(stage, setup, [owner])):
            stage.note(step, f"The partition is not inventoried: {' '.join(against)}", kind="warning")
            return
        files = list_files(stage.field.session(owner), folders, within=stage.field.cluster.timing.command)
        day = stage.field.clock.now().date().isoformat()
        inventory = Inventory(aside_folder(stage.field.cluster.partition, day, stage.operation), files)
        for key in (other.key for other in stage.plan.steps if other.kind == SET_ASIDE):
            found = f"{len(files)} files of the standby's half on {stage.field.cluster.partition}"
            stage.receipts.keep(Receipt(key, SET_ASIDE, found, {"inventory": inventory.to_json()}))
        stage.note(step, f"The standby's half is over: {len(files)} files were inventoried on the partition.")

    def _folders(self, stage: Stage, setup: DirectorySetup) -> Sequence[str]:
        """The folders of every step of the plan that sets files aside."""
        about = [path for s in stage.plan.steps if s.kind == SET_ASIDE for path in PlannedGoal.of(s).about]
        return folders_about(stage.field.cluster.partition, about, (setup.primary, setup.standby))


class StartGroup(_GroupStep):
    """The group is online, started on the node of the step's side where it is on none."""

    lasting = False

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """The product's own start, never forced."""
        target = target_of(field, goal.side)
        return (PlannedCommand(target, cmd_line(field.driver.start(field.cluster, target)), detached=True),)

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """By the proof. A START.BAT that asks for its go is answered by an operation of its own: this one rests."""
        look = super().look(stage, step, applied=applied)
        if not applied or look.goal is not Goal.NOT_YET or not look.ongoing:
            return look
        names = [node.name for node in stage.field.cluster.nodes]
        if script_state(stage.field.observe(), stage.field.driver, names).value == "none":
            return look
        text = f"The group is coming up; its START.BAT asks the console for its go. {look.text}"
        raise needs_person(stage, WaitsFor.PROOF, text, look.remedy, wake_after=STARTING_SECONDS)

    def apply(self, stage: Stage, step: Step) -> None:
        """Start the group where it shall be. Raises `StepFailed` when it is somewhere already, and not online."""
        field, target = stage.field, target_of(stage.field, PlannedGoal.of(step).side)
        owner = owner_of(stage)
        if owner:
            text = f"The group is on {owner} and not online, so it cannot be started on {target}."
            raise StepFailed(text, remedy=f"See with clpstat on {owner} what failed; stop the group, then check again.")
        runs.launch(stage, step, target, field.driver.start(field.cluster, target), "The group was on no node.", {})


class StopGroup(_GroupStep):
    """The group is stopped, for its configuration to be changed; or what it was stopped for is there already."""

    lasting = False

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """Exchange is stopped where it uses the partition, then the product's own stop, on the node with the group."""
        target = target_of(field, goal.side)
        line = cmd_line(field.driver.stop(field.cluster, target))
        return (*stops(field, target), PlannedCommand(target, line, detached=True))

    def finding(self, stage: Stage, step: Step, grounds: Grounds) -> Finding:
        """Holds by its proof, or with the group offline on both nodes' word."""
        found = super().finding(stage, step, grounds)
        group = stage.field.cluster.group
        status = grounds.observation.group_status(group).value or ""
        if found.verdict is not Verdict.PASS and status.casefold() == "offline":
            return Finding(Verdict.PASS, f"{group} is stopped.")
        return found

    def rests(self, stage: Stage, step: Step, finding: Finding) -> NeedsPerson | None:
        """Where nobody can tell who uses the partition that goes offline, until a person takes that on."""
        return None if finding.verdict is Verdict.UNKNOWN else self.takes_risk(stage, step)

    def apply(self, stage: Stage, step: Step) -> None:
        """Free the partition, then stop the group where it is. Raises `StepFailed` when nobody tells where."""
        field, owner = stage.field, owner_of(stage)
        if not owner:
            raise StepFailed("The group is on no node and yet not stopped.", remedy="Look at it with clpstat.")
        clear_partition(stage, step, owner, read_setup(field.directory(), field.cluster))
        runs.launch(stage, step, owner, field.driver.stop(field.cluster, owner), f"The group was on {owner}.", {})


def target_of(field: Field, side: Side) -> str:
    """The node where the group shall be: the primary, unless the step is the standby's."""
    cluster = field.cluster
    return cluster.standby.name if side is Side.STANDBY else cluster.primary.name


def owner_of(stage: Stage) -> str:
    """The node that has the group, read now; empty for none. Raises `StepFailed` when it cannot be told."""
    seen = stage.field.observe().owner(stage.field.cluster.group)
    if seen.value is None:
        raise StepFailed(f"Nobody tells where the group is: {seen.unknown}", remedy="Make both nodes answer first.")
    return seen.value
