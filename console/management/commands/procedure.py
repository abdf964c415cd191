"""`manage.py procedure`: the guide's set-up procedures, to read in the terminal."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from console.domain.procedures import Mode, Procedure, ProcedureStep
from console.management.base import SUCCEEDED, add_json
from console.management.speaking import OperatorCommand
from console.services import procedures


class Command(OperatorCommand):
    """Reads the catalog; nothing is changed."""

    help = "List the guide's set-up procedures, or show one: who does each step and what proves it."

    def arguments(self, parser: CommandParser) -> None:
        """list, or show PROCEDURE [--parts]."""
        what = parser.add_subparsers(dest="what", required=True)
        add_json(what.add_parser("list", help="every procedure with the number of its steps"))
        show = what.add_parser("show", help="one procedure, step by step")
        show.add_argument("procedure", help="its key, as `list` prints it")
        show.add_argument("--parts", action="store_true", help="also every part of a step, Notes and Importants")
        add_json(show)

    def act(self, options: dict[str, Any]) -> int:
        """List or show."""
        if options["what"] == "list":
            found = procedures.all_procedures()
            data = [{"key": one.key, "title": one.title, "steps": len(one.numbered)} for one in found]
            self.answer(options, "\n".join(_line(one) for one in found), {"procedures": data})
        else:
            one = procedures.find(options["procedure"])
            steps = one.steps if options["parts"] or options["json"] else one.numbered
            text = "\n".join([f"{one.title} ({one.chapter}, {one.section})", *(_shown(step) for step in steps)])
            self.answer(options, text, asdict(one))
        return SUCCEEDED


def _line(procedure: Procedure) -> str:
    counts = [f"{sum(step.mode is mode for step in procedure.numbered)} {mode}" for mode in Mode]
    return f"{procedure.key}: {procedure.title}; {len(procedure.numbered)} steps, {', '.join(counts)}"


def _shown(step: ProcedureStep) -> str:
    """The step on one line, with what proves it on the next; a confirmed one says why nothing does."""
    mark = step.at.partition(".")[2] or step.at
    indent = "  " * step.depth
    told = f"why a person says so: {step.reason}" if step.mode is Mode.CONFIRMED else f"proved by {step.proof}"
    does = f", done by {step.action}" if step.action else ""
    return f"{indent}{mark:>4} [{step.mode}, {step.side}] {step.title}\n{indent}     {told}{does}"
