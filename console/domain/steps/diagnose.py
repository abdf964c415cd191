"""Looking whether Exchange is set up on the nodes as a cluster needs it; nothing is changed."""

from collections import Counter

from console.domain import doctor
from console.domain.findings import Diagnosis
from console.domain.plan import Step
from console.domain.steps.base import Goal, Look, Stage


class Diagnose:
    """The doctor's look at every node; what it finds is journaled, and left on the stage."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Look once; a finding is no failure of the look."""
        found = doctor.diagnose(stage.field)
        for one in found.findings:
            stage.note(step, f"{one.node or found.cluster}: {one.code}, {one.about}: {one.evidence}", kind="warning")
        for gap in found.unread:
            stage.note(step, f"{gap.node or found.cluster}: {gap.what} could not be looked at: {gap.why}")
        stage.diagnoses.append(found)
        return Look(Goal.HOLDS, in_words(found))

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but look."""


def in_words(found: Diagnosis) -> str:
    """What the look came to, in one sentence."""
    where = Counter(one.node or found.cluster for one in found.findings)
    if found.findings:
        text = "Found " + ", ".join(f"{many} on {node}" for node, many in sorted(where.items())) + "."
    else:
        text = "Nothing is wrong with what was looked at."
    many = len(found.unread)
    return f"{text} {many} {'thing' if many == 1 else 'things'} could not be looked at." if many else text
