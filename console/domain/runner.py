"""The only loop that performs steps: look, act, prove, journal; and turn whatever happens into one of four endings."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.domain.checks import Refusal
from console.domain.errors import AccessDenied, ChangeoverError, ReachError, TrustFailed
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status, Todo
from console.domain.plan import Step
from console.domain.steps.base import Behaviour, Goal, Look, Stage, StepFailed

POLL_SECONDS = 1.0
SETTLE_SECONDS = 30.0
"""How long a step that cannot look at its goal waits for the other side before it gives up."""
BARRED = (AccessDenied, TrustFailed)
"""Waiting does not mend these, and each try with a refused password brings the account nearer to being locked."""


class Uncertain(ChangeoverError):
    """Nobody can tell whether a step took effect."""

    remedy = "Observe the cluster afresh, then acknowledge this operation with what you found."


@dataclass
class Runner:
    """Performs a plan's steps in their order, once, on a stage."""

    stage: Stage
    behaviours: Mapping[str, Behaviour]
    poll: float = POLL_SECONDS
    settle: float = SETTLE_SECONDS
    changed: bool = False

    def run(self, done: frozenset[str] = frozenset()) -> Ending:
        """Perform every step that is not in `done`. Raises `LeaseLost` when the operation is no longer ours."""
        for step in self.stage.plan.steps:
            if step.key in done:
                continue
            if step.safe_point and (who := self.stage.control.stop_requested()):
                return self._stopped(step, who)
            try:
                self._perform(step)
            except LeaseLost:
                raise
            except Uncertain as error:
                return self._ended(Status.UNCERTAIN, step, error)
            except Refusal as refusal:
                return self._ended(Status.FAILED, step, _as_failure(refusal))
            except ChangeoverError as error:
                return self._ended(Status.FAILED, step, error)
        return self._finished()

    def _perform(self, step: Step) -> None:
        behaviour = self.behaviours[step.kind]
        self.stage.control.beat(step.key, step.within)
        self.stage.journal.write("started", step.title, step=step.key)
        look = self._first_look(behaviour, step)
        if look.goal is Goal.NEVER:
            raise StepFailed(look.text, remedy=look.remedy or None)
        if look.goal is Goal.HOLDS:
            self._write_done(behaviour, step, look, found=not behaviour.only_looks)
            return
        lost = None if behaviour.only_looks else self._apply(behaviour, step)
        self._prove(behaviour, step, look, lost)

    def _first_look(self, behaviour: Behaviour, step: Step) -> Look:
        """Look before acting; a side that is away (not one that bars us) is given a moment, then the step fails."""
        deadline = self.stage.clock.monotonic() + min(self.settle, step.within)
        while True:
            try:
                look = behaviour.look(self.stage, step, applied=False)
                if look.goal is not Goal.UNKNOWN or behaviour.only_looks:
                    return look
                error: ChangeoverError = StepFailed(look.text, remedy=look.remedy or None)
            except ReachError as failure:
                error = failure
            if isinstance(error, BARRED) or self.stage.clock.monotonic() >= deadline:
                raise StepFailed(
                    f"Before acting the step could not see how things stand: {error.message}", remedy=error.remedy
                ) from error
            self._wait(step, error.message)

    def _apply(self, behaviour: Behaviour, step: Step) -> ReachError | None:
        """Act. A lost answer is no failure yet: the proof decides. Gives the error whose effect is in doubt."""
        self.changed = True
        try:
            behaviour.apply(self.stage, step)
        except ReachError as error:
            if not error.may_have_run:
                raise
            self.stage.note(
                step, f"{error.message} The answer was lost; looking whether it took effect.", kind="warning"
            )
            return error
        return None

    def _prove(self, behaviour: Behaviour, step: Step, look: Look, lost: ReachError | None) -> None:
        """Repeat the proof until it holds or its deadline passes."""
        deadline = self.stage.clock.monotonic() + step.within
        said = ""
        while True:
            look = self._look_again(behaviour, step)
            if look.goal is Goal.HOLDS:
                return self._write_done(behaviour, step, look)
            if look.goal is Goal.NEVER:
                raise StepFailed(look.text, remedy=look.remedy or None)
            if self.stage.clock.monotonic() >= deadline:
                raise self._overdue(step, look, lost)
            said = self._wait(step, look.text, said)

    def _look_again(self, behaviour: Behaviour, step: Step) -> Look:
        try:
            return behaviour.look(self.stage, step, applied=True)
        except BARRED as error:
            if behaviour.only_looks:
                raise
            raise Uncertain(f"{error.message} It may still be going on.") from error
        except ReachError as error:
            return Look(Goal.UNKNOWN, error.message, ongoing=not behaviour.only_looks, remedy=error.remedy)

    def _overdue(self, step: Step, look: Look, lost: ReachError | None) -> ChangeoverError:
        """What a passed deadline means: uncertain while the effect may still be going on, else failed."""
        text = f"After {step.within:.0f} s: {look.text}"
        if look.ongoing or lost is not None:
            return Uncertain(f"{text} It may still be going on.")
        return StepFailed(text, remedy=look.remedy or None)

    def _wait(self, step: Step, text: str, said: str = "") -> str:
        """Say what is waited for when that is new, then wait."""
        if text != said:
            self.stage.note(step, text, kind="waiting")
        self.stage.control.beat(step.key, step.within)
        self.stage.clock.sleep(self.poll)
        return text

    def _write_done(self, behaviour: Behaviour, step: Step, look: Look, *, found: bool = False) -> None:
        self.stage.note(step, look.text, kind="already" if found else "done", **look.data)

    def _stopped(self, step: Step, who: str) -> Ending:
        left = "Nothing was changed." if not self.changed else "The steps before it are done and stay done."
        return Ending(
            Status.STOPPED, f"Stopped at {who}'s request before “{step.title}”. {left}", step.key, changed=self.changed
        )

    def _ended(self, status: Status, step: Step, error: ChangeoverError) -> Ending:
        self.stage.note(step, error.message, kind="failed")
        how = {Status.UNCERTAIN: "It is uncertain whether", Status.FAILED: "Failed at"}[status]
        title = f"“{step.title}”"
        opening = f"{how} {title} took effect." if status is Status.UNCERTAIN else f"{how} {title}."
        left = self._left_behind(step)
        return Ending(
            status,
            f"{opening} {_sentence(error.message)} {left}".strip(),
            step.key,
            error.remedy,
            tuple(self.stage.todo),
            self.changed,
        )

    def _left_behind(self, step: Step) -> str:
        """What is half-done, in one sentence."""
        if not self.changed:
            return "Nothing was changed."
        keys = [other.key for other in self.stage.plan.steps]
        later = [other.title for other in self.stage.plan.steps[keys.index(step.key) + 1 :] if other.phase != "proof"]
        return f"The steps before it are done; not done: {'; '.join(later)}." if later else ""

    def _finished(self) -> Ending:
        todo: tuple[Todo, ...] = tuple(self.stage.todo)
        plan = self.stage.plan
        if todo:
            many = f"{len(todo)} thing{'' if len(todo) == 1 else 's'}"
            text = f"Mail is up on {plan.target}, but {many} could not be done: failed, incomplete."
            return Ending(Status.FAILED, text, remedy="Work through the list below.", todo=todo, changed=True)
        if self.stage.control.stop_requested():
            self.stage.journal.write("note", "The stop was asked for after the last safe point; all steps are done.")
        return Ending(Status.SUCCEEDED, f"Mail is up on {plan.target}, proved.", changed=self.changed)


def _as_failure(refusal: Refusal) -> StepFailed:
    """What a step could not find where the plan found it, as the step's failure."""
    texts = " ".join(reason.text for reason in refusal.reasons) or refusal.headline
    remedies = " ".join(reason.remedy for reason in refusal.reasons)
    return StepFailed(texts, remedy=remedies or None)


def _sentence(text: str) -> str:
    """The text with its full stop, so that another sentence may follow."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
