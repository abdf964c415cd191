"""What the steps of a set-up procedure share: a look by proof, on grounds read once and dropped by an action."""

from collections.abc import Mapping

from console.domain.checks import Verdict
from console.domain.field import Field
from console.domain.outcome import WaitsFor
from console.domain.plan import PlannedCommand, Step
from console.domain.procedures.examine import judge, read_grounds
from console.domain.procedures.goals import PlannedGoal, goals_of
from console.domain.procedures.proofs import Finding, Grounds
from console.domain.steps.base import Goal, Look, NeedsPerson, Stage


class SetupStep:
    """A step whose look is its proof. What the console does itself is a subclass with an `apply` of its own.

    The grounds of a look are read once for all steps and kept on the stage; after `apply` they are read anew, for this
    step alone, until its proof holds.
    """

    only_looks: bool = False
    within: float = 120.0
    """Seconds until the proof of a planned step of this kind is overdue."""
    repeatable: bool = True
    """Whether it may be done again when its worker fell silent in it; else it has `begun` (`TellsWhetherBegun`)."""
    undo: str = ""
    """How it is taken back, in a sentence for the plan."""
    no_return: str = ""
    """Why it cannot be taken back; empty when it can."""
    lasting: bool = True
    """Whether its goal is to hold on after its numbered step is over; else it is not looked at again then."""

    def foretell(self, field: Field, goal: PlannedGoal) -> tuple[PlannedCommand, ...]:
        """The commands that are known when the plan is made."""
        return ()

    def finding(self, stage: Stage, step: Step, grounds: Grounds) -> Finding:
        """How the goal stands by what was read. What only leads up to later steps holds once all of theirs do."""
        goals = {goal.key: goal for goal in goals_of(stage.plan)}
        own = PlannedGoal.of(step)
        chosen = (own, *(goals[key] for key in own.until))  # grounds after an action hold what these ask for, no more
        return judge(chosen, grounds, {goal.proof: goal.reads for goal in chosen})[own.key]

    def rests(self, stage: Stage, step: Step, finding: Finding) -> NeedsPerson | None:
        """Why a person is needed before the console may act; None when it may. Only asked before it acts."""
        return None

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when the proof does. Raises `NeedsPerson` when it does not and a person has to do something first."""
        grounds = grounds_after(stage, step) if applied else grounds_of(stage)
        finding = self.finding(stage, step, grounds)
        if finding.verdict is Verdict.PASS:
            return Look(Goal.HOLDS, finding.reason)
        if not applied and (need := self.rests(stage, step, finding)) is not None:
            raise need
        if finding.verdict is Verdict.UNKNOWN:
            stage.grounds = None  # whoever looks again reads again
        goal = Goal.UNKNOWN if finding.verdict is Verdict.UNKNOWN else Goal.NOT_YET
        return Look(goal, finding.reason, remedy=PlannedGoal.of(step).remedy)

    def apply(self, stage: Stage, step: Step) -> None:
        """Act once. Raises `ReachError`, or `StepFailed` when it is certain that it did not and will not work."""
        raise TypeError(f"{type(self).__name__} only looks")


def grounds_of(stage: Stage) -> Grounds:
    """What the proofs of all steps look at, read in this burst, since the last action."""
    if stage.grounds is None:
        stage.grounds = read_grounds(goals_of(stage.plan), stage.field)
    return stage.grounds


def grounds_after(stage: Stage, step: Step) -> Grounds:
    """What the proof of this step looks at, read now: what was read before it acted counts no more."""
    stage.grounds = None
    goals = {goal.key: goal for goal in goals_of(stage.plan)}
    own = PlannedGoal.of(step)
    return read_grounds((own, *(goals[key] for key in own.until)), stage.field)


def findings(stage: Stage, grounds: Grounds) -> Mapping[str, Finding]:
    """How every step of the plan stands by these grounds, by the step's key in the procedure."""
    goals = goals_of(stage.plan)
    return judge(goals, grounds, {goal.proof: goal.reads for goal in goals})


def needs_person(
    stage: Stage,
    waits_for: WaitsFor,
    text: str,
    remedy: str,
    *,
    towards: str = "",
    wake_after: float = 0.0,
) -> NeedsPerson:
    """The rest of a procedure at a step, with how every step stands by the grounds that there are.

    `towards` is the node of a move that is awaited; `wake_after` are the seconds after which the console looks again
    by itself (0: only when somebody asks).
    """
    seen = findings(stage, stage.grounds) if stage.grounds is not None else {}
    shown = {key: {"verdict": found.verdict.value, "reason": found.reason} for key, found in seen.items()}
    return NeedsPerson(waits_for, text, remedy, towards=towards, wake_after=wake_after, findings=shown)


def asks_for_move(stage: Stage, node: str) -> NeedsPerson:
    """The rest until a failover or failback to `node` was carried out, by an operation of its own."""
    cluster = stage.field.cluster
    kind = "failback" if node == cluster.primary.name else "failover"
    text = f"The group is to be moved to {node}, and Exchange is in use: that is a {kind} of its own."
    remedy = f"Plan a {kind} of {cluster.name} to {node} and confirm it; this procedure goes on when it has arrived."
    return needs_person(stage, WaitsFor.MOVE, text, remedy, towards=node, wake_after=MOVE_SECONDS)


MOVE_SECONDS = 120.0
"""How often a procedure that waits for a move looks by itself; the end of an operation wakes it at once."""
