"""docs/procedures.md, as the catalog has it."""

from collections.abc import Iterator

from console import catalog
from console.domain.procedures import Means, Mode, Procedure, ProcedureStep

HEAD = """# Set-up procedures

The installation sections of the guide, step by step. A test makes this page from `console/catalog/procedures`, and
fails when it is no longer what stands there. *Automated* is what a program can do and prove. *Checked*: a person
does it, in a dialog, and a program can prove it. *Confirmed*: a person does it and says so, for the reason that the row
gives. Where heading and text of a step disagree in the guide, the text holds.

`manage.py procedure check CLUSTER PROCEDURE` reads a cluster and says of every step whether its goal holds, changing
nothing; `manage.py procedure start CLUSTER PROCEDURE` begins it, and rests wherever a person has to do something. What
cannot be read is *unknown*, and its step says what to look at. A step that only leads up to later ones (a move of the
group) counts as done once they are.

The parts of a step (its letters, bullets and numbers, Notes and Importants) are read with
`manage.py procedure show PROCEDURE --parts`; one that is done or proved in another way than its step has a row here.
"""


def page() -> str:
    """The whole page."""
    means = catalog.means()
    parts = [HEAD, *(_section(catalog.procedure(key)) for key in catalog.procedures()), _proofs(means), _actions(means)]
    return "\n".join(parts)


def _section(procedure: Procedure) -> str:
    rows = "\n".join(_row(step) for step in procedure.steps if _has_a_row(procedure, step))
    counts = ", ".join(f"{sum(step.mode is mode for step in procedure.steps)} {mode}" for mode in Mode)
    return (
        f"## {procedure.title}\n\n`{procedure.key}`: {procedure.chapter}, {procedure.section}. "
        f"{len(procedure.numbered)} steps; with their parts {len(procedure.steps)}, of which {counts}.\n\n"
        f"| place | step | where | who | by |\n|---|---|---|---|---|\n{rows}\n"
    )


def _has_a_row(procedure: Procedure, step: ProcedureStep) -> bool:
    whole = procedure.numbered[step.number - 1]
    return step is whole or (step.mode, step.proof, step.action) != (whole.mode, whole.proof, whole.action)


def _row(step: ProcedureStep) -> str:
    return f"| {step.at} | {step.title} | {step.side} | {step.mode} | {'; '.join(_by(step))} |"


def _by(step: ProcedureStep) -> Iterator[str]:
    if step.action:
        yield f"does `{step.action}`"
    yield f"proof `{step.proof}`" if step.proof else step.reason


def _proofs(means: Means) -> str:
    rows = "\n".join(f"| `{one.key}` | {one.title} | {one.reads} |" for one in means.proofs)
    return f"## Proofs\n\n| proof | what holds | what is read |\n|---|---|---|\n{rows}\n"


def _actions(means: Means) -> str:
    rows = "\n".join(f"| `{action.key}` | {action.title} |" for action in means.actions)
    return f"## Actions\n\n| action | what it does |\n|---|---|\n{rows}\n"
