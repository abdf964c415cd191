"""Steps of a procedure that a person does: what the console proves, and what only that person can say."""

from console.domain.checks import Verdict
from console.domain.outcome import WaitsFor
from console.domain.plan import Step
from console.domain.procedures.acceptance import Acceptance
from console.domain.procedures.goals import PlannedGoal
from console.domain.procedures.proofs import Finding, Grounds
from console.domain.steps.base import Goal, Look, NeedsPerson, Stage
from console.domain.steps.setup.base import SetupStep, grounds_of, needs_person

LOOK_SECONDS = 600.0
"""How often what a person does is looked for without anybody's click: replication may take hours."""


class Checked(SetupStep):
    """A person does it, and its proof tells; while nothing tells, what was accepted in an earlier record stands."""

    only_looks = True
    within = 60.0

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """As its proof tells; accepted where the plan names who accepted it, and nobody was asked about it since."""
        accepted = step.params.get("accepted")
        if accepted and not applied and step.key not in stage.asked:
            finding = self.finding(stage, step, grounds_of(stage))
            if finding.verdict is Verdict.UNKNOWN:
                stands = Acceptance.of(accepted)
                return Look(Goal.ACCEPTED, stands.told(finding.reason), data={**stands.to_json()})
        return super().look(stage, step, applied=applied)

    def rests(self, stage: Stage, step: Step, finding: Finding) -> NeedsPerson | None:
        """Always: nobody but a person does it. What cannot be told waits like what is not there."""
        remedy = PlannedGoal.of(step).remedy
        return needs_person(stage, WaitsFor.PROOF, finding.reason, remedy, wake_after=LOOK_SECONDS)


class Confirmed(SetupStep):
    """A person does it and says so; a word that was given in an earlier record of the procedure stands."""

    only_looks = True
    within = 60.0

    def finding(self, stage: Stage, step: Step, grounds: Grounds) -> Finding:
        """Holds by the word that the plan names, if there is one."""
        told = step.params.get("told", "")
        return Finding(Verdict.PASS, told) if told else super().finding(stage, step, grounds)

    def rests(self, stage: Stage, step: Step, finding: Finding) -> NeedsPerson | None:
        """Until a person has said so in a sentence."""
        return needs_person(stage, WaitsFor.WORD, finding.reason, PlannedGoal.of(step).remedy)
