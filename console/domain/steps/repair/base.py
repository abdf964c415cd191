"""What repairs share: the doctor's judgement as their look, commands with explained exit codes, what is kept before."""

from collections.abc import Mapping, Sequence

from console.domain import doctor
from console.domain.carrying import carries_names
from console.domain.findings import Diagnosis, Finding
from console.domain.plan import Step
from console.domain.ports import Argv, CommandResult
from console.domain.readings.windows import said
from console.domain.repair.exits import explain
from console.domain.steps.base import Goal, Look, Stage, StepFailed

Key = tuple[str, str, str]
"""What makes two findings the same: code, node, and what it is about."""


def key_of(finding: Finding) -> Key:
    """What makes the finding the same one in another diagnosis."""
    return finding.code, finding.node.casefold(), finding.about.casefold()


class Repair:
    """A step that mends findings of the doctor. It holds once the doctor finds them no more.

    The look before it acts is shared by all steps until one of them has acted; after that the doctor looks anew. A
    subclass acts, and keeps beforehand what was there.
    """

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when none of the step's findings is there and nothing that could hide one went unread."""
        found = look_again(stage) if applied else looked(stage)
        return judged(found, step)

    def apply(self, stage: Stage, step: Step) -> None:
        """Act once; what was seen before counts no more."""
        stage.diagnoses.clear()
        self.mend(stage, step)

    def mend(self, stage: Stage, step: Step) -> None:
        """What the repair does. Raises `ReachError`, `StepFailed`."""
        raise TypeError(f"{type(self).__name__} mends nothing")


def looked(stage: Stage) -> Diagnosis:
    """What the doctor saw last, since anything acted."""
    return stage.diagnoses[-1] if stage.diagnoses else look_again(stage)


def look_again(stage: Stage) -> Diagnosis:
    """What the doctor sees now."""
    stage.diagnoses[:] = [doctor.diagnose(stage.field)]
    return stage.diagnoses[-1]


def judged(found: Diagnosis, step: Step) -> Look:
    """How the goal of a step that mends findings stands by a diagnosis."""
    wanted = {tuple(key) for key in step.params["findings"]}
    left = [one for one in found.findings if key_of(one) in wanted]
    if left:
        text = "; ".join(f"{one.about} on {one.node or found.cluster}: {one.evidence}" for one in left)
        return Look(Goal.NOT_YET, f"{text}.", remedy=f"See docs/findings/{left[0].code}.md for the way by hand.")
    nodes = {node for _, node, _ in wanted} - {""}
    gaps = [gap for gap in found.unread if not nodes or gap.node.casefold() in nodes | {""}]
    if gaps:
        gap = gaps[0]
        text = f"{gap.what} on {gap.node or found.cluster} cannot be read, so nobody can tell: {gap.why}"
        return Look(Goal.UNKNOWN, text, remedy=gap.remedy)
    return Look(Goal.HOLDS, f"The doctor finds nothing wrong any more: {step.params['well']}.")


def run(
    stage: Stage, node: str, argv: Argv, step: Step, *, accepted: Sequence[int] = (0,), longer: float = 0.0
) -> CommandResult:
    """Run a changing command and journal what it prints; `longer` are the seconds that it may wait for something.

    Raises `StepFailed` with what its exit code means.
    """
    within = stage.field.cluster.timing.command + longer
    result = stage.field.session(node).run(argv, within=within, on_line=stage.output(step))
    if result.exit_code in accepted:
        return result
    driver = stage.field.driver
    reason, remedy = explain(argv, result.exit_code, driver.explain if carries_names(driver) else None)
    text = f"{' '.join(argv)} on {node} ended with {result.exit_code}: {reason.rstrip('.')}. It said: {said(result)}"
    raise StepFailed(text, remedy=remedy)


def read(stage: Stage, node: str, argvs: Sequence[Argv]) -> Mapping[Argv, CommandResult]:
    """Run read-only commands in one round; each with its result. Raises `ReachError`."""
    results = stage.field.session(node).batch(argvs, within=stage.field.cluster.timing.command)
    return dict(zip(argvs, results, strict=True))
