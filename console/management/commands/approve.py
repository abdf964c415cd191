"""`manage.py approve PLAN --hash HASH`: says yes to a plan that another person asked to be approved."""

from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.management.approving import asked_for, told
from console.management.base import SUCCEEDED
from console.management.plan_text import plan_lines
from console.management.speaking import OperatorCommand
from console.services import approvals, plan_records

SHORTEST = 12
"""So many characters of a hash name a plan; pages and `plan` show as many or more."""


class Command(OperatorCommand):
    """Without a hash it shows the plan and changes nothing: what is approved is what was read."""

    help = "Show a plan for which an approval was asked, and approve it by its hash."

    def arguments(self, parser: CommandParser) -> None:
        """PLAN [--hash HASH] [--note TEXT] [--json]."""
        parser.add_argument("plan", metavar="PLAN", type=int, help="number of the plan")
        parser.add_argument("--hash", default="", help=f"the plan's hash, or its first {SHORTEST} characters or more")
        parser.add_argument("--note", default="", help="a word to it, for the audit")

    def act(self, options: dict[str, Any]) -> int:
        """Show the plan, or approve it. Raises `Refusal`, `NotAllowed`."""
        who = self.actor("view")
        approval, given = asked_for(options["plan"], who), options["hash"].strip().casefold()
        if not given:
            plan = plan_records.of(approval.plan)
            asked = f"Asked for by {approval.requested_by_name}: {approval.reason}"
            how = f"To approve it: --hash {plan.hash[:16]}"
            text = "\n".join([*plan_lines(plan, approval.plan_id), "", asked, how])
            self.answer(options, text, told(approval, "asked"))
            return SUCCEEDED
        if len(given) < SHORTEST:
            raise Refusal.of("That is too little of a hash.", f"Give {SHORTEST} characters or more.", key="usage")
        seen = approval.plan_hash if approval.plan_hash.startswith(given) else given
        row = approvals.approve(approval, who, seen, options["note"])
        text = f"Plan {row.plan_id}, {row.plan.kind} of {row.plan.cluster.name}: {row.get_state_display()}."
        self.answer(options, text, told(row, "approved"))
        return SUCCEEDED
