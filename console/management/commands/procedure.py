"""`manage.py procedure`: the guide's set-up procedures, to read, to prove on a cluster, and to carry out there."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Verdict
from console.domain.procedures import Mode, Procedure, ProcedureStep, Sort
from console.domain.procedures.examine import Examined
from console.management.base import FAILED, SUCCEEDED, add_json
from console.management.procedure_acts import act, add_acts
from console.management.speaking import OperatorCommand
from console.services import plans, procedures


class Command(OperatorCommand):
    """The same services as the pages: what is answered here stands in the same record."""

    help = "List the guide's set-up procedures, show or prove one, or carry one out on a cluster."

    def arguments(self, parser: CommandParser) -> None:
        """list, show PROCEDURE [--parts], check CLUSTER PROCEDURE [--parts], and what is done with one under way."""
        what = parser.add_subparsers(dest="what", required=True)
        add_json(what.add_parser("list", help="every procedure with the number of its steps"))
        show = what.add_parser("show", help="one procedure, step by step")
        show.add_argument("procedure", help="its key, as `list` prints it")
        show.add_argument("--parts", action="store_true", help="also every part of a step, Notes and Importants")
        add_json(show)
        check = what.add_parser("check", help="read a cluster and say of every step whether its goal holds")
        check.add_argument("cluster", metavar="CLUSTER", help="name of the cluster in the inventory")
        check.add_argument("procedure", help="its key, as `list` prints it")
        check.add_argument("--parts", action="store_true", help="also every part of a step")
        add_json(check)
        add_acts(what)

    def act(self, options: dict[str, Any]) -> int:
        """List, show or check; or begin one, show, answer, pause, resume, hand over, give up, print."""
        if options["what"] not in ("list", "show", "check"):
            return act(self, options)
        if options["what"] == "check":
            return self._check(options)
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

    def _check(self, options: dict[str, Any]) -> int:
        """Prove a procedure on a cluster; ends with 1 when a goal does not hold."""
        cluster = plans.find_cluster(options["cluster"], self.actor("view").user)
        examined = procedures.prove(cluster, options["procedure"])
        counts = {verdict.value: sum(one.check.verdict is verdict for one in examined) for verdict in Verdict}
        shown = [one for one in examined if options["parts"] or one.step.sort is Sort.STEP]
        total = f"With all parts: {counts['pass']} hold, {counts['fail']} do not, {counts['unknown']} are unknown."
        failed = bool(counts["fail"])
        data = {
            "result": "failed" if failed else "succeeded",
            "counts": counts,
            "steps": [one.check.to_json() | {"at": one.step.at} for one in examined],
        }
        self.answer(options, "\n".join([*(_proved(one) for one in shown), total]), data)
        return FAILED if failed else SUCCEEDED


def _proved(one: Examined) -> str:
    remedy = f"\n     What to do: {one.check.remedy}" if one.check.verdict is Verdict.FAIL else ""
    return f"{one.step.at:>4} [{one.check.verdict}] {one.check.title}\n     {one.check.reason}{remedy}"


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
