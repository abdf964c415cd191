"""The only loop that performs steps: look, act, prove, journal; whatever happens becomes an ending, or a rest."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from console.domain import closing
from console.domain.checks import Refusal
from console.domain.errors import AccessDenied, ChangeoverError, Fenced, ReachError, TrustFailed
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status, Todo, WaitsFor
from console.domain.plan import Step
from console.domain.progress import ACCEPTED, ACTING, FRESH, REOPENED, Progress
from console.domain.steps.base import (
    Behaviour,
    Goal,
    LeavesReceipt,
    Look,
    NeedsPerson,
    Stage,
    StepFailed,
    TellsWhetherBegun,
)

POLL_SECONDS = 1.0
SETTLE_SECONDS = 30.0
"""How long a step that cannot look at its goal waits for the other side before it gives up."""
REOPEN_SECONDS = 300.0
"""How long it may take to look at every step of a procedure at once."""
MENDED_SECONDS = 300.0
"""How long a procedure that could not reach a side waits before it tries again by itself."""
BARRED = (AccessDenied, TrustFailed)
"""Waiting does not mend these, and each try with a refused password brings the account nearer to being locked."""


class Unseen(StepFailed):
    """Before acting a step could not see how things stand: nothing was done."""


class Uncertain(ChangeoverError):
    """Nobody can tell whether a step took effect."""

    remedy = (
        "Observe the cluster afresh. Then say that the step happened, or have it done again; or acknowledge this "
        "operation with what you found."
    )


@dataclass
class Runner:
    """Performs a plan's steps in their order, on a stage, each once however often the operation is taken over."""

    stage: Stage
    behaviours: Mapping[str, Behaviour]
    poll: float = POLL_SECONDS
    settle: float = SETTLE_SECONDS
    agree: Callable[[Stage, Collection[str]], None] | None = None
    """Asked once, with the steps that are over, before a run that goes on where another ended changes anything."""
    no_longer: Callable[[Stage, Collection[str]], Mapping[str, str]] | None = None
    """Of a procedure, which rests where an operation would fail: tells which steps that are over no longer hold."""
    by_now: Callable[[Stage, Collection[str]], Mapping[str, str]] | None = None
    """Of a procedure, asked right after that: which of the steps that a person accepted unproved are proved by now."""
    changed: bool = False

    def __post_init__(self) -> None:
        self._progress = FRESH
        self._over: set[str] = set()
        self._accepted: set[str] = set()
        self._sent: set[str] = set()
        self._agreed = True

    def run(self, progress: Progress = FRESH) -> Ending:
        """Perform every step that is not over. Raises `LeaseLost` when the operation is no longer ours.

        What looked well before the first change is looked at again. A step that was about to act, or had acted, when
        its worker fell silent is looked at first: see `_settle_doubt`.
        """
        self._take_up(progress)
        self._reopen()
        for step in self.stage.plan.steps:
            if step.key in self._over:
                continue
            if step.safe_point and not self._in_doubt(step) and (who := self.stage.control.stop_requested()):
                return closing.stopped(step, who, changed=self.changed)
            try:
                self._perform(step)
            except LeaseLost:
                raise
            except Uncertain as error:
                return closing.ended(self.stage, Status.UNCERTAIN, step, error, changed=self.changed)
            except NeedsPerson as need:
                going_on = step.key in self._sent or self._in_doubt(step) or self._doubt_elsewhere(step)
                return closing.rests(step, need, changed=self.changed, in_doubt=going_on)
            except Refusal as refusal:
                return self._failed(step, closing.as_failure(refusal))
            except ChangeoverError as error:
                return self._failed(step, error)
        return closing.finished(self.stage, progress.skipped, changed=self.changed, unproved=len(self._accepted))

    def _take_up(self, progress: Progress) -> None:
        """Go on from what is over. Before the first change nothing is, but for what a person left out."""
        self._progress = progress
        self._over = set(progress.over)
        self._accepted = set(progress.accepted & progress.over)
        self.stage.asked.update(progress.asked)
        self.stage.taken_on.update(progress.taken_on)
        self._agreed = not progress.changed
        self.changed = progress.changed
        self.stage.acted.update(progress.acted)
        self.stage.todo[:] = progress.todo if progress.changed else ()

    def _reopen(self) -> None:
        """Of a procedure that goes on after a rest: what was done and no longer holds is to be done again."""
        if self.no_longer is None or not self._over:
            return
        self.stage.control.beat("", REOPEN_SECONDS)
        for key, why in self.no_longer(self.stage, self._over).items():
            title = self.stage.plan.step(key).title
            before = "accepted unproved, and does not hold" if key in self._accepted else "done, and no longer holds"
            self.stage.journal.write(REOPENED, f"“{title}” was {before}: {why}", step=key)
            self.stage.asked.add(key)
            self._over.discard(key)
            self._accepted.discard(key)
        self._prove_accepted()

    def _prove_accepted(self) -> None:
        """What was accepted while nobody could tell, and is proved by now, is done like any other step."""
        if self.by_now is None or not self._accepted:
            return
        for key, how in self.by_now(self.stage, self._accepted).items():
            self.stage.journal.write("done", how, step=key, data={"was_over": True})
            self._accepted.discard(key)

    def _failed(self, step: Step, error: ChangeoverError) -> Ending:
        """A step that said no ends an operation; a procedure rests there until a person has mended it."""
        if self.no_longer is None:
            return closing.ended(self.stage, Status.FAILED, step, error, changed=self.changed)
        self.stage.note(step, error.message, kind="failed")
        again = not isinstance(error, BARRED) and not isinstance(error.__cause__, BARRED)
        passes = again and isinstance(error, Unseen | ReachError) and not error.may_have_run
        wake_after = MENDED_SECONDS if passes else 0.0
        need = NeedsPerson(WaitsFor.MEND, error.message, error.remedy, wake_after=wake_after)
        return closing.rests(step, need, changed=self.changed, in_doubt=self._doubt_elsewhere(step))

    def _in_doubt(self, step: Step) -> bool:
        return step.key == self._progress.in_doubt

    def _doubt_elsewhere(self, step: Step) -> bool:
        """Whether another step is in doubt and was not come to: one before it had been opened again."""
        return self._progress.in_doubt not in ("", step.key, *self._over)

    def _perform(self, step: Step) -> None:
        behaviour = self.behaviours[step.kind]
        self.stage.control.beat(step.key, step.within)
        self.stage.journal.write("started", step.title, step=step.key)
        known = len(self.stage.todo)
        look = self._first_look(behaviour, step)
        if look.goal is Goal.NEVER:
            raise StepFailed(look.text, remedy=look.remedy or None)
        if look.goal is Goal.ACCEPTED:
            self.stage.note(step, look.text, kind=ACCEPTED, **look.data)
            self._accepted.add(step.key)
            self._over.add(step.key)
            return
        if look.goal is not Goal.HOLDS:
            look = self._act_and_prove(behaviour, step, look)
            found = False
        else:
            found = not behaviour.only_looks
        self._write_done(step, look, found=found, todo=self.stage.todo[known:])
        self._over.add(step.key)

    def _act_and_prove(self, behaviour: Behaviour, step: Step, look: Look) -> Look:
        if behaviour.only_looks:
            lost = None
        elif self._in_doubt(step):
            lost = self._settle_doubt(behaviour, step, look)
        else:
            lost = self._apply(behaviour, step, look)
        return self._prove(behaviour, step, lost)

    def _settle_doubt(self, behaviour: Behaviour, step: Step, look: Look) -> ReachError | None:
        """Whoever was about to act fell silent, and the goal does not hold: act again only where that is safe.

        A step that may be repeated is; of another its trace tells whether it began, which is then awaited. Where
        nothing tells, it is `Uncertain`.
        """
        if step.repeatable:
            self.stage.note(step, f"It was under way when its worker fell silent; it is done again. {look.text}")
            return self._apply(behaviour, step, look)
        begun = self._begun(behaviour, step)
        if begun is None:
            raise Uncertain(f"Its worker fell silent as it was about to act; nothing tells whether it did. {look.text}")
        if not begun:
            self.stage.note(step, f"Its worker fell silent before it acted. {look.text}")
            return self._apply(behaviour, step, look)
        self.stage.note(step, f"It was begun before; it is not begun again. {look.text}")
        return None

    def _begun(self, behaviour: Behaviour, step: Step) -> bool | None:
        """What the step's trace tells; a node that is away is given a moment."""
        if not isinstance(behaviour, TellsWhetherBegun):
            return None
        deadline = self.stage.clock.monotonic() + self.settle
        while True:
            try:
                return behaviour.begun(self.stage, step)
            except ReachError as error:
                if isinstance(error, BARRED) or self.stage.clock.monotonic() >= deadline:
                    raise Uncertain(f"Whether it was begun cannot be told: {error.message}") from error
                self._wait(step, error.message, deadline)

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
                raise self._unseen(step, error) from error
            self._wait(step, error.message, deadline)

    def _unseen(self, step: Step, error: ChangeoverError) -> ChangeoverError:
        """What it means that a step could not look: nothing was done, unless its worker had fallen silent in it."""
        if self._in_doubt(step):
            return Uncertain(f"Its worker fell silent, and how things stand cannot be seen: {error.message}")
        text = f"Before acting the step could not see how things stand: {error.message}"
        return Unseen(text, remedy=error.remedy)

    def _apply(self, behaviour: Behaviour, step: Step, look: Look) -> ReachError | None:
        """Act. A lost answer is no failure yet: the proof decides. Gives the error whose effect is in doubt.

        What was found is kept first, then the journal says that the step acts, and only then it does.
        """
        if self.agree is not None and not self._agreed:
            self.agree(self.stage, self._over)
        self._agreed = True
        if isinstance(behaviour, LeavesReceipt) and (receipt := behaviour.receipt(self.stage, step, look)) is not None:
            self.stage.receipts.keep(receipt)
        self.stage.acted[step.key] = self.stage.attempt
        self.stage.journal.write(ACTING, _what(step), step=step.key, data={"attempt": self.stage.attempt})
        self.changed = True
        self._sent.add(step.key)
        return self._send(behaviour, step)

    def _send(self, behaviour: Behaviour, step: Step) -> ReachError | None:
        """Act; what was certainly not begun because a side was away for a moment is begun once it is back."""
        deadline = self.stage.clock.monotonic() + min(self.settle, step.within)
        unsure = False
        while True:
            try:
                behaviour.apply(self.stage, step)
            except Fenced:
                self.stage.control.ensure()  # it tells better than the node who has the operation now
                raise
            except ReachError as error:
                unsure |= error.may_have_run
                if self._again(behaviour, step, error, deadline, unsure=unsure):
                    continue
                if not unsure:
                    raise
                text = f"{error.message} The answer was lost; looking whether it took effect."
                self.stage.note(step, text, kind="warning")
                return error
            return None

    def _again(self, behaviour: Behaviour, step: Step, error: ReachError, deadline: float, *, unsure: bool) -> bool:
        """Whether to act once more: the side is to be had again, and the effect certainly did not begin."""
        said = ""
        while not isinstance(error, BARRED) and self.stage.clock.monotonic() < deadline:
            said = self._wait(step, error.message, deadline, said)
            if not unsure:
                return True
            try:
                return self._took_effect(behaviour, step) is False
            except ReachError as failure:
                error = failure
        return False

    def _took_effect(self, behaviour: Behaviour, step: Step) -> bool | None:
        """Whether what was sent and not answered began; what may be repeated has not begun until its goal holds."""
        if step.repeatable:
            return behaviour.look(self.stage, step, applied=False).goal is not Goal.NOT_YET
        return behaviour.begun(self.stage, step) if isinstance(behaviour, TellsWhetherBegun) else None

    def _prove(self, behaviour: Behaviour, step: Step, lost: ReachError | None) -> Look:
        """Repeat the proof until it holds, and give the look that did, or until its deadline passes."""
        deadline = self.stage.clock.monotonic() + step.within
        said = ""
        while True:
            look = self._look_again(behaviour, step)
            if look.goal is Goal.HOLDS:
                return look
            if look.goal is Goal.NEVER:
                raise StepFailed(look.text, remedy=look.remedy or None)
            if self.stage.clock.monotonic() >= deadline:
                raise self._overdue(step, look, lost)
            said = self._wait(step, look.text, deadline, said)

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

    def _wait(self, step: Step, text: str, deadline: float, said: str = "") -> str:
        """Say what is waited for when that is new, then wait; the worker counts as alive until the deadline."""
        if text != said:
            self.stage.note(step, text, kind="waiting")
        self.stage.control.beat(step.key, max(0.0, deadline - self.stage.clock.monotonic()))
        self.stage.clock.sleep(self.poll)
        return text

    def _write_done(self, step: Step, look: Look, *, found: bool, todo: Collection[Todo]) -> None:
        """End the step; what it leaves for a person is journaled with it, so that whoever carries on has it."""
        data = {**look.data, "todo": [todo.to_json() for todo in todo]} if todo else look.data
        text = f"Found done: {look.text}" if found and self._in_doubt(step) else look.text
        self.stage.note(step, text, kind="already" if found else "done", **data)


def _what(step: Step) -> str:
    """What the step is about to do, in one line."""
    if step.commands:
        return "; ".join(f"{command.node}: {command.line}" for command in step.commands)
    if step.changes:
        return f"{len(step.changes):,} object{'' if len(step.changes) == 1 else 's'} of the directory."
    return step.title
