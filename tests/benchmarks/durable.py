"""The workers' app with two things to measure: a step that does nothing, and a task that does nothing."""

import time
from pathlib import Path

from console.domain.plan import Step
from console.domain.receipts import Receipt
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Goal, Look, Stage
from tasks import app

KIND = "bench.nothing"
BARE = "bench.bare"


class Nothing:
    """A step that changes nothing and leaves a receipt, so that the runner writes all that it writes for any other."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """It holds once it was done."""
        return Look(Goal.HOLDS if applied else Goal.NOT_YET, "Nothing is there.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Do nothing."""

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt:
        """What was found."""
        return Receipt(step.key, step.kind, look.text, {"node": "TYO-EX1"})


BEHAVIOURS[KIND] = Nothing()  # type: ignore[index]


@app.task(name=BARE)
def bare(left: int, end: str, queue: str) -> None:
    """Send the next one; the last one writes when it was."""
    if left > 1:
        app.send_task(BARE, args=[left - 1, end, queue], queue=queue)
    else:
        draft = Path(f"{end}.draft")
        draft.write_text(repr(time.time()), encoding="utf-8")
        draft.rename(end)


__all__ = ["app"]
