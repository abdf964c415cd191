"""The clearing step (2003 step 17, 2007 step 15): the standby's files are renamed into a dated folder, none deleted."""

from collections.abc import Sequence
from typing import Any

from console.domain.checks import Verdict
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.outcome import WaitsFor
from console.domain.plan import PlannedCommand, Step
from console.domain.procedures.clearing import (
    ASIDE,
    Decision,
    Inventory,
    decide,
    folders_about,
)
from console.domain.procedures.goals import PlannedGoal
from console.domain.procedures.model import Side
from console.domain.procedures.partition_files import FileSeen, list_files
from console.domain.procedures.proofs import Finding, Grounds
from console.domain.procedures.reading import DirectorySetup, read_setup
from console.domain.quoting import cmd_line
from console.domain.readings.windows import said
from console.domain.receipts import Receipt
from console.domain.steps.base import NeedsPerson, Stage, StepFailed
from console.domain.steps.setup.base import SetupStep, grounds_of, needs_person
from console.domain.steps.setup.circumstances import circumstances
from console.domain.steps.setup.exchange import IDLE, services_on, started_again, stop_exchange, stops

REMEDY = "Nothing was renamed. Make out whose files these are; move away by hand what is not the live server's."


class SetAside(SetupStep):
    """The primary's stores live on the partition already; or every file of the standby's half has been set aside.

    What may be renamed was inventoried by the move to the primary node in this very operation, and is decided afresh
    right before: see `console.domain.procedures.clearing`.
    """

    within = 300.0
    undo = f"Move the files back from the dated folder below “{ASIDE}” on the partition."

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """Exchange is stopped, and what happens to each file; which ones is known after the standby's half."""
        drive, cluster = field.cluster.partition, field.cluster
        folder = f"{drive}\\{ASIDE}"
        moves = [f'move "{drive}{path.removeprefix("X:")}\\FILE" "{folder}\\…"' for path in goal.about]
        return (
            *stops(field, cluster.standby.name),
            *stops(field, cluster.primary.name),
            *(PlannedCommand(cluster.primary.name, line) for line in moves),
        )

    def finding(self, stage: Stage, step: Step, grounds: Grounds) -> Finding:
        """By the proof, which says where the live stores are; else by what lies in the dated folder."""
        found = super().finding(stage, step, grounds)
        inventory = inventory_of(stage, step)
        active = grounds.nodes(Side.ACTIVE)
        if found.verdict is not Verdict.FAIL or inventory is None or grounds.setup is None or not active:
            return found
        if _kept(stage, step).get("over"):  # a person may have deleted them since
            return Finding(Verdict.PASS, f"The standby's files were renamed into {inventory.folder}.")
        try:
            aside = _list(stage, active[0].node, [inventory.folder])
        except ChangeoverError as error:
            return Finding(Verdict.UNKNOWN, error.message)
        there = {file.key for file in aside}
        wanted = inventory.within(_folders(stage, step, grounds.setup))
        if all(inventory.place(file.path).casefold() in there for file in wanted):
            return Finding(Verdict.PASS, f"The standby's {len(wanted)} files lie in {inventory.folder}.")
        return found

    def rests(self, stage: Stage, step: Step, finding: Finding) -> NeedsPerson | None:
        """Whatever speaks against it, but for services, which the step stops itself."""
        setup = grounds_of(stage).setup
        if finding.verdict is Verdict.UNKNOWN or setup is None:
            return None
        against = _decided(stage, step, setup, stopped=())[1].against
        return needs_person(stage, WaitsFor.MEND, " ".join(against), REMEDY) if against else None

    def apply(self, stage: Stage, step: Step) -> None:
        """Stop Exchange on both nodes, decide once more, rename file by file, and start on the primary what ran."""
        cluster = stage.field.cluster
        setup = read_setup(stage.field.directory(), cluster)
        _refuse(_decided(stage, step, setup, stopped=())[1])
        ran = _remembered(stage, step)
        for node in (cluster.standby.name, cluster.primary.name):
            stop_exchange(stage, step, node)
        with started_again(stage, step, cluster.primary.name, ran):
            self._rename(stage, step)

    def _rename(self, stage: Stage, step: Step) -> None:
        cluster = stage.field.cluster
        setup = read_setup(stage.field.directory(), cluster)
        inventory, decision = _decided(stage, step, setup, stopped=[node.name for node in cluster.nodes])
        _refuse(decision)
        moves = [(file.path, inventory.place(file.path)) for file in decision.moves]
        for source, target in moves:
            cmd_line(("move", source, target))  # a name that cannot be passed on stops it before the first file
        session, within = stage.field.session(cluster.primary.name), cluster.timing.command
        for folder in dict.fromkeys(target.rpartition("\\")[0] for _, target in moves):
            session.run(("mkdir", folder), within=within)
        for source, target in moves:
            stage.control.beat(step.key, within)
            result = session.run(("move", source, target), within=within)
            if not result.ok:
                text = f"{source} could not be renamed to {target} on {cluster.primary.name}: {said(result)}"
                raise StepFailed(text, remedy="Find out what holds the file, then check again.")
            stage.note(step, f"{source} was renamed to {target}.")
        kept = {**_kept(stage, step), "over": True}
        stage.receipts.keep(Receipt(step.key, step.kind, f"{len(moves)} files lie in {inventory.folder} now.", kept))


def _remembered(stage: Stage, step: Step) -> tuple[str, ...]:
    """The services that run on the primary now, or ran when this was begun before; kept with the inventory."""
    kept = _kept(stage, step)
    before = kept.get("ran", ())
    states = services_on(stage, stage.field.cluster.primary.name)
    ran = tuple(state.name for state in states if state.state not in IDLE or state.name in before)
    found = f"Before the files are renamed these run: {', '.join(ran) or 'none'}."
    stage.receipts.keep(Receipt(step.key, step.kind, found, {**kept, "ran": list(ran)}))
    return ran


def _kept(stage: Stage, step: Step) -> dict[str, Any]:
    """What this operation keeps about the step: the inventory, what `ran`, and whether it is `over`."""
    receipt = stage.receipts.latest(step.key)
    return dict(receipt.params) if receipt is not None else {}


def inventory_of(stage: Stage, step: Step) -> Inventory | None:
    """The inventory that this operation took for the step; None when it took none."""
    raw = _kept(stage, step).get("inventory")
    return Inventory.from_json(raw) if raw is not None else None


def _decided(stage: Stage, step: Step, setup: DirectorySetup, *, stopped: Sequence[str]) -> tuple[Inventory, Decision]:
    """What would be renamed now; Exchange shall not run on the nodes in `stopped`."""
    now = circumstances(stage, setup, stopped)
    inventory = inventory_of(stage, step)
    folders = _folders(stage, step, setup)
    node = now.owner or now.primary_node
    present = _list(stage, node, folders)
    aside = _list(stage, node, [inventory.folder]) if inventory else ()
    decision = decide(now, inventory, folders, present, {file.path for file in aside})
    return inventory or Inventory("", ()), decision


def _refuse(decision: Decision) -> None:
    if decision.against:
        raise StepFailed(" ".join(decision.against), remedy=REMEDY)


def _folders(stage: Stage, step: Step, setup: DirectorySetup) -> tuple[str, ...]:
    about = PlannedGoal.of(step).about
    return folders_about(stage.field.cluster.partition, about, (setup.primary, setup.standby))


def _list(stage: Stage, node: str, folders: Sequence[str]) -> tuple[FileSeen, ...]:
    return list_files(stage.field.session(node), folders, within=stage.field.cluster.timing.command)
