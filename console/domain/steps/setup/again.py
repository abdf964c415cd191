"""Before a procedure goes on after a rest: what had been done and does not hold any more, and what is proved by now."""

from collections.abc import Collection, Mapping

from console.domain.checks import Verdict
from console.domain.procedures.goals import PlannedGoal
from console.domain.steps.base import Stage
from console.domain.steps.setup import SETUP
from console.domain.steps.setup.base import grounds_of


def no_longer(stage: Stage, over: Collection[str]) -> Mapping[str, str]:
    """Of the steps that are over (keys of the plan) those whose goal certainly does not hold any more, and why.

    Read afresh in one round. A person's word stands; what is unknown stands too. A goal that was only to hold for its
    numbered step is not asked for once that is over.
    """
    stage.grounds = None
    numbers = {goal.at for step in stage.plan.steps if step.key in over and (goal := PlannedGoal.of(step))}
    found = {}
    for step in stage.plan.steps:
        behaviour = SETUP[step.kind]
        if step.key not in over or (not behaviour.lasting and PlannedGoal.of(step).number in numbers):
            continue
        finding = behaviour.finding(stage, step, grounds_of(stage))
        if finding.verdict is Verdict.FAIL:
            found[step.key] = finding.reason
    return found


def by_now(stage: Stage, accepted: Collection[str]) -> Mapping[str, str]:
    """Of the steps that a person accepted unproved (keys of the plan) those whose goal holds, and what proves it.

    By the grounds that there are: it is asked right after `no_longer`.
    """
    found = {}
    for step in stage.plan.steps:
        if step.key not in accepted:
            continue
        finding = SETUP[step.kind].finding(stage, step, grounds_of(stage))
        if finding.verdict is Verdict.PASS:
            found[step.key] = finding.reason
    return found
