"""How long a step in the directory tries again what passes by itself, and what it does while it waits."""

from console.domain.plan import Step
from console.domain.steps.base import Stage
from console.domain.steps.group import require_owner
from console.domain.switch.patience import Patience

SHARE = 0.75
"""Of the step's time: the rest is for the last attempt and for its proof."""
AGREEMENT_SECONDS = 15.0
"""How often the owner of the group is asked again while a step goes on."""


class Watch:
    """Shows while a step goes on that the worker lives, and looks that the group stays where it shall be."""

    def __init__(self, stage: Stage, step: Step) -> None:
        self._stage = stage
        self._step = step
        self._asked = stage.clock.monotonic()

    def look(self, within: float) -> None:
        """The step may take `within` seconds from now. Raises `LeaseLost`, and `StepFailed` without agreement."""
        self._stage.control.beat(self._step.key, within)
        if self._stage.clock.monotonic() - self._asked > AGREEMENT_SECONDS:
            require_owner(self._stage, self._stage.plan.target)
            self._asked = self._stage.clock.monotonic()


def patience_of(stage: Stage, step: Step) -> Patience:
    """Patience from now on for the greater part of the step's time; the journal says what it waits for."""
    watch, begun, said = Watch(stage, step), stage.clock.monotonic(), ""

    def on_wait(why: str) -> None:
        nonlocal said
        if why != said:
            stage.note(step, f"It is tried again: {why}", kind="waiting")
        said = why
        watch.look(max(0.0, begun + step.within - stage.clock.monotonic()))

    return Patience(stage.clock, begun + SHARE * step.within, on_wait)
