"""Give the go: after a last second opinion, to the run that asks, never while another's is unexpired."""

from console.domain.events.facts import RunView
from console.domain.events.runs import GoHeld
from console.domain.plan import Step
from console.domain.receipts import Receipt
from console.domain.steps.asking import other_run, refused, second_opinion, target_run
from console.domain.steps.base import Goal, Look, Stage, StepFailed
from console.domain.steps.group import require_coming

PAUSE = 1.0


class Go:
    """The target's START.BAT has fetched its go, or says that Exchange has started."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Before it is given, the other node is looked at once more; a script that failed or was told no is over."""
        run, target = target_run(stage), stage.plan.target
        if run is not None and (over := _over(run)):
            return over
        if run is not None and run.fetched_go:
            return Look(Goal.HOLDS, f"{target} has fetched its go (run {run.run}).")
        if applied:
            remedy = f"Look at START.BAT on {target}: its log says why it no longer asks."
            return Look(Goal.NOT_YET, f"{target} has not fetched its go yet.", remedy=remedy)
        no = refused(stage, step, second_opinion(stage))
        return no or Look(Goal.NOT_YET, f"{target} asks for a go." if run else f"{target} has not asked yet.")

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """That it was about to be given; there is no inverse, because the node acts on what it has fetched."""
        return Receipt(step.key, step.kind, look.text, {"node": stage.plan.target, "no_inverse": step.no_return})

    def apply(self, stage: Stage, step: Step) -> None:
        """Give it; waits for the question and for the end of another's go, at most as long as `params` allow."""
        deadline = stage.clock.monotonic() + float(step.params["ask_within"])
        said = ""
        while (waiting := self._give(stage, step, fresh=bool(said))) is not None:
            if stage.clock.monotonic() >= deadline:
                remedy = f"Look at START.BAT on {stage.plan.target}, and whether it reaches the console's webhook."
                raise StepFailed(waiting, remedy=remedy)
            if waiting != said:
                stage.note(step, waiting, kind="waiting")
            said = waiting
            stage.control.beat(step.key, step.within)
            stage.clock.sleep(PAUSE)

    def _give(self, stage: Stage, step: Step, *, fresh: bool) -> str | None:
        """Give the go, or say what is waited for; `fresh` asks for an opinion of now. Raises `StepFailed`."""
        run = target_run(stage)
        if run is None:
            require_coming(stage, stage.plan.target)
            return f"START.BAT on {stage.plan.target} has not asked yet."
        over = _over(run) or (refused(stage, step, second_opinion(stage)) if fresh or _both_ask(stage) else None)
        if over is not None and over.goal is Goal.NEVER:
            raise StepFailed(over.text, remedy=over.remedy or None)
        if over is not None and over.goal is Goal.NOT_YET:
            return over.text
        try:
            stage.runs.give_go(run.run, valid_seconds=float(step.params["valid_seconds"]))
        except GoHeld as error:
            return error.message
        stage.note(step, f"The go for run {run.run} is given, for {step.params['valid_seconds']:.0f} s.")
        return None


def _both_ask(stage: Stage) -> bool:
    """Whether the other node's script may be under way too: then the look before this one may have said not yet."""
    other = other_run(stage)
    return other is not None and not other.started


def _over(run: RunView) -> Look | None:
    """How the run has ended already, if it has."""
    if run.started:
        return Look(Goal.HOLDS, f"{run.node} says that Exchange has started (run {run.run}).")
    if run.alive:
        return None
    why = f"failed: {run.detail}" if run.failed else f"was told no: {run.detail}"
    return Look(Goal.NEVER, f"START.BAT on {run.node} {why}", remedy="Mend what it names, then start the group again.")
