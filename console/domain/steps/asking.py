"""What a step knows of the scripts that ask: the target's run in this operation, and the second opinion."""

from datetime import timedelta

from console.domain.events.facts import RunView
from console.domain.events.opinion import Holding, Opinion, form_opinion
from console.domain.plan import Step
from console.domain.steps.base import Goal, Look, Stage

OTHER_RUN_WINDOW = timedelta(hours=1)
"""How far back the other node's last question still says something about what it does now."""


def target_run(stage: Stage) -> RunView | None:
    """The latest run of the target that belongs to this operation: the one it began with, or a later one."""
    asked = next((str(step.params["run"]) for step in stage.plan.steps if step.params.get("run")), "")
    first = stage.runs.run(asked) if asked else None
    since = stage.since or stage.plan.created
    return stage.runs.starting(stage.plan.target, min(first.first_seen, since) if first else since)


def other_run(stage: Stage) -> RunView | None:
    """The latest run of the node that is not the target."""
    other = stage.field.cluster.other(stage.plan.target).name
    return stage.runs.starting(other, stage.plan.created - OTHER_RUN_WINDOW)


def second_opinion(stage: Stage) -> Opinion:
    """The opinion on the node that is not the target, from a fresh observation."""
    field = stage.field
    return form_opinion(
        field.cluster, field.generation, field.observe(), field.greet_all(), stage.plan.target, other_run(stage)
    )


def refused(stage: Stage, step: Step, opinion: Opinion) -> Look | None:
    """What keeps the step from going on: None when nothing does, with a warning when nobody could tell.

    The other node holds the group: the end of the step, and the target's script is told no. A script there may be
    under way: not yet.
    """
    verdict = opinion.verdict()
    if verdict is Holding.FREE:
        return None
    remedy = f"Find out which node is active; never start Exchange on {opinion.caller} before that is certain."
    if verdict is Holding.ASKS:
        return Look(Goal.NOT_YET, opinion.sentence, remedy=remedy)
    held = verdict is Holding.HELD
    stage.note(step, opinion.sentence, kind="warning", alarm="two-actives" if held else "second-opinion")
    if not held:
        return None
    if (run := target_run(stage)) is not None:
        stage.runs.say_no(run.run, opinion.sentence)
    return Look(Goal.NEVER, opinion.sentence, remedy=remedy)
