"""Commands of the cluster product that a set-up starts so that they outlive it, each known by its step's receipt."""

import re
import secrets
from collections.abc import Mapping

from console.domain.errors import ReachError
from console.domain.plan import Step
from console.domain.ports import Argv, DetachedRun
from console.domain.receipts import Receipt
from console.domain.steps.base import Goal, Look, Stage


def launch(stage: Stage, step: Step, node: str, argv: Argv, found: str, more: Mapping[str, object]) -> None:
    """Start the command on the node under a name of its own, which a receipt keeps beforehand with what was `found`."""
    name = re.sub("[^a-z0-9-]", "-", f"co-{stage.operation}-{step.key}".lower())
    run = f"{name[:80]}-{secrets.token_hex(4)}"
    stage.receipts.keep(Receipt(step.key, step.kind, found, {"node": node, "run": run, **more}))
    stage.field.session(node).launch(run, argv, within=stage.field.cluster.timing.command)
    stage.note(step, f"Started on {node}: {' '.join(argv)}")


def latest(stage: Stage, step: Step) -> tuple[str, DetachedRun] | None:
    """The node and the state of the command that the step started last; None when it started none."""
    receipt = stage.receipts.latest(step.key)
    if receipt is None or "run" not in receipt.params:
        return None
    node = str(receipt.params["node"])
    within = stage.field.cluster.timing.command
    return node, stage.field.session(node).launched(str(receipt.params["run"]), within=within)


def under_way(stage: Stage, step: Step, look: Look) -> Look:
    """`look`, which does not hold, with what the command itself tells: it may go on, or have said no for good."""
    try:
        found = latest(stage, step)
    except ReachError as error:
        return Look(Goal.NOT_YET, f"{look.text} {error.message}", ongoing=True, remedy=look.remedy)
    if found is None:
        return look
    node, run = found
    if run.state == "finished" and run.exit_code != 0:
        said = run.output.strip() or "nothing"
        remedy = "Mend what the cluster product names, then check again."
        return Look(Goal.NEVER, f"The command on {node} ended with {run.exit_code}: {said} {look.text}", remedy=remedy)
    text = f"{look.text} The command on {node} is {run.state}."
    return Look(look.goal, text, ongoing=run.state == "running", remedy=look.remedy)


def begun(stage: Stage, step: Step) -> bool:
    """Whether what the step started last still runs: one that has ended without the goal may be started again."""
    found = latest(stage, step)
    return found is not None and found[1].state == "running"
