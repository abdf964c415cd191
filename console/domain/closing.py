"""How a run ends, in sentences: what came of it, what is left half-done, and what a person is to do."""

from collections.abc import Collection

from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.outcome import Ending, Status, Todo
from console.domain.plan import Step
from console.domain.steps.base import NeedsPerson, Stage, StepFailed

HALF_DONE = "The steps before it are done"
"""How the sentence begins that says what is left half-done."""
MAIL_PROVED = ("moved", "carried.moved")
"""The kinds of step that prove that mail is up."""
NAMED = 3
"""So many steps that were not done are named; the plan has the others."""


def stopped(step: Step, who: str, *, changed: bool) -> Ending:
    """The ending right before `step`, at somebody's request."""
    left = "Nothing was changed." if not changed else f"{HALF_DONE} and stay done."
    return Ending(
        Status.STOPPED, f"Stopped at {who}'s request before “{step.title}”. {left}", step.key, changed=changed
    )


def ended(stage: Stage, status: Status, step: Step, error: ChangeoverError, *, changed: bool) -> Ending:
    """The ending at `step`: failed, or uncertain."""
    stage.note(step, error.message, kind="failed")
    how = {Status.UNCERTAIN: "It is uncertain whether", Status.FAILED: "Failed at"}[status]
    title = f"“{step.title}”"
    opening = f"{how} {title} took effect." if status is Status.UNCERTAIN else f"{how} {title}."
    left = _left_behind(stage, step) if changed else "Nothing was changed."
    text = f"{opening} {_sentence(error.message)} {left}".strip()
    return Ending(status, text, step.key, error.remedy, tuple(stage.todo), changed)


def rests(step: Step, need: NeedsPerson, *, changed: bool, in_doubt: bool = False) -> Ending:
    """A procedure's rest at `step`; `in_doubt` when what it began may still be going on."""
    return Ending(
        Status.WAITING,
        need.text,
        step.key,
        need.remedy,
        changed=changed,
        waits_for=need.waits_for.value,
        towards=need.towards,
        wake_after=need.wake_after,
        in_doubt=in_doubt,
        findings=need.findings,
    )


def finished(stage: Stage, skipped: Collection[str], *, changed: bool, unproved: int = 0) -> Ending:
    """The ending after the last step; people left `skipped` out, and accepted so many `unproved`."""
    todo: tuple[Todo, ...] = tuple(stage.todo)
    left_out = [step for step in stage.plan.steps if step.key in skipped]
    if left_out:
        return _incomplete(stage, left_out, changed=changed)
    reached = _reached(stage, unproved)
    if todo:
        many = f"{len(todo)} thing{'' if len(todo) == 1 else 's'}"
        text = f"{reached}, but {many} could not be done: failed, incomplete."
        return Ending(Status.FAILED, text, remedy="Work through the list below.", todo=todo, changed=True)
    if stage.control.stop_requested():
        stage.journal.write("note", "The stop was asked for after the last safe point; all steps are done.")
    text = f"{reached}." if unproved else f"{reached}, proved."
    return Ending(Status.SUCCEEDED, text, changed=changed)


def as_failure(refusal: Refusal) -> StepFailed:
    """What a step could not find where the plan found it, as the step's failure."""
    texts = " ".join(reason.text for reason in refusal.reasons) or refusal.headline
    remedies = " ".join(reason.remedy for reason in refusal.reasons)
    return StepFailed(texts, remedy=remedies or None)


def _left_behind(stage: Stage, step: Step) -> str:
    """What is half-done, in one sentence."""
    keys = [other.key for other in stage.plan.steps]
    later = [other.title for other in stage.plan.steps[keys.index(step.key) + 1 :] if other.phase != "proof"]
    if not later:
        return ""
    more = len(later) - NAMED
    rest = f"; and {more} more step{'' if more == 1 else 's'}" if more > 0 else ""
    return f"{HALF_DONE}; not done: {'; '.join(later[:NAMED])}{rest}."


def _reached(stage: Stage, unproved: int) -> str:
    """What the steps came to: mail where it was proved, else only that they are done, with what nobody could prove."""
    mail = any(step.kind in MAIL_PROVED for step in stage.plan.steps)
    reached = f"Mail is up on {stage.plan.target}" if mail else "Every step is done"
    many = f"{unproved} step{'' if unproved == 1 else 's'}"
    return f"{reached}, with {many} that nobody could prove" if unproved else reached


def _incomplete(stage: Stage, left_out: Collection[Step], *, changed: bool) -> Ending:
    """The ending of an operation some of whose steps a person left out: it does not claim what they would prove."""
    remedy = "Make sure of it by hand, then observe the cluster afresh."
    why = "left out by a person; the journal says by whom and why"
    missing = [Todo(step.title, why, remedy) for step in left_out]
    many = f"{len(missing)} step{'' if len(missing) == 1 else 's'}"
    text = f"Every other step is done, but {many} had been left out: failed, incomplete."
    todo = (*stage.todo, *missing)
    return Ending(Status.FAILED, text, remedy="Work through the list below.", todo=todo, changed=changed)


def _sentence(text: str) -> str:
    """The text with its full stop, so that another sentence may follow."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
