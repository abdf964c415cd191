"""`manage.py run`: plans a move, shows the plan, asks, and has a worker carry it out."""

import sys
from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Reason, Refusal
from console.domain.plan import Plan
from console.management import following, planning
from console.management.base import SUCCEEDED
from console.management.plan_text import plan_lines
from console.management.speaking import OperatorCommand
from console.models import Approval, Cluster, Operation
from console.services import approval_standing, approvals, reasons
from console.services.confirm import confirm, sentence_of

NO_REASON = "Confirmed by --yes on the command line; no reason was given."


class Command(OperatorCommand):
    """The same door as the page's button: same plan, same questions, same audit."""

    help = "Move a cluster: plan, show, ask, and have a worker carry it out."

    def arguments(self, parser: CommandParser) -> None:
        """CLUSTER KIND with its options, --ask, and --yes, --reason, --accept, --sentence, --wait, --json."""
        planning.add_arguments(parser)
        parser.add_argument("--ask", action="store_true", help="ask other people to approve it; start nothing yet")
        self.confirmation_arguments(parser)

    def confirmation_arguments(self, parser: CommandParser) -> None:
        """What a confirmation takes: --yes, --reason, --accept, --sentence, --emergency; and --wait."""
        parser.add_argument("--yes", action="store_true", help="do not ask; naming the cluster is the confirmation")
        parser.add_argument("--reason", default="", help="why, for the audit")
        parser.add_argument("--ticket", default="", help="the change or incident, where the cluster asks for one")
        parser.add_argument(
            "--accept", action="append", default=[], metavar="CHECK", help="accept this check as unknown (repeatable)"
        )
        parser.add_argument("--sentence", default="", help="the sentence that a takeover asks for")
        parser.add_argument(
            "--emergency", metavar="TEXT", help="the sentence by which it starts without the approval that it needs"
        )
        parser.add_argument("--wait", action="store_true", help="follow the journal to the end")

    def act(self, options: dict[str, Any]) -> int:
        """Confirm an operation, or find the one already under way, and follow it if asked."""
        who = self.actor("operate")
        wanted = planning.Wanted.of(options, who)
        self.check_usage(options)
        operation = wanted.open()
        known = operation is not None
        if operation is None:
            record, plan = planning.made_plan(wanted, who)
            if options["ask"]:
                return self.asked(approvals.ask(record, who, options["reason"]), options)
            operation = confirm(record, who, **self.answers(plan, record.pk, options))
        self.announce(operation, options, known=known)
        return following.wait_for(self, operation, options) if options["wait"] else self.accepted(operation, options)

    def check_usage(self, options: dict[str, Any]) -> None:
        """Refuse before anything is read what could not be asked later."""
        if not options["yes"] and not options.get("ask") and (options["json"] or not sys.stdin.isatty()):
            reason = Reason("Nobody can be asked to confirm here.", "Add --yes, and --reason TEXT.", "usage")
            raise Refusal("Nothing was started.", [reason])

    def answers(self, plan: Plan, number: int, options: dict[str, Any]) -> dict[str, Any]:
        """What the confirmation says: from the arguments, or asked of the person."""
        more = reasons.asked(Cluster.objects.get(pk=plan.cluster_id), plan.kind)
        if options["yes"]:
            return {
                "reason": options["reason"].strip() or ("" if more.length else NO_REASON),
                "typed": plan.cluster,
                "accepted": options["accept"],
                "sentence": options["sentence"],
                "ticket": options["ticket"],
                "emergency": options["emergency"],
            }
        for line in plan_lines(plan, number):
            self.say(line)
        self.say()
        reason = options["reason"] or input("Why? ")
        ticket = options["ticket"] or (input(f"Which ticket? Such as {more.example}: ") if more.tickets else "")
        accepted = [*options["accept"], *self._asked(plan, options["accept"])]
        wanted = sentence_of(plan)
        sentence = options["sentence"] or (input(f"If it is so, type: {wanted}\n") if wanted else "")
        typed = input(f"Type {plan.cluster} to go ahead, anything else to leave it: ").strip()
        if typed != plan.cluster:
            raise Refusal.of("It was not confirmed; nothing was started.", "Run the command again when you are sure.")
        said = {"reason": reason, "typed": typed, "accepted": accepted, "sentence": sentence}
        return said | {"ticket": ticket, "emergency": options["emergency"]}

    def _asked(self, plan: Plan, accepted: list[str]) -> list[str]:
        """The checks that could not be told and that the person accepts, asked one by one."""
        open_checks = [check for check in plan.unknowns if check.key not in accepted]
        answers = {c.key: input(f"{c.title} is unknown: {c.reason} Accept it? Type yes: ") for c in open_checks}
        return [key for key, answer in answers.items() if answer.strip().casefold() == "yes"]

    def announce(self, operation: Operation, options: dict[str, Any], *, known: bool) -> None:
        """Say which operation it is."""
        if not options["json"]:
            what = "is already under way" if known else "is confirmed"
            words = f"{operation.kind} of {operation.cluster.name} to {operation.target}"
            self.say(f"Operation {operation.pk}, {words}, {what}.")

    def asked(self, approval: Approval, options: dict[str, Any]) -> int:
        """Tell which plan waits, and until when."""
        plan = approval.plan
        text = (
            f"Plan {plan.pk}, {plan.kind} of {plan.cluster.name}, waits for an approval until "
            f"{approval.expires_at:%F %T} UTC. Approved, it is started by the same command without --ask."
        )
        self.answer(options, text, {"result": "asked", "plan": plan.pk, "approval": approval_standing.as_json(plan)})
        return SUCCEEDED

    def accepted(self, operation: Operation, options: dict[str, Any]) -> int:
        """Tell machines that it was taken."""
        self.answer(options, "", {"result": "accepted", "operation": following.operation_json(operation)})
        return SUCCEEDED
