"""`manage.py deny PLAN --reason TEXT`: says no to a plan that another person asked to be approved."""

from typing import Any

from django.core.management.base import CommandParser

from console.management.approving import asked_for, told
from console.management.base import SUCCEEDED
from console.management.speaking import OperatorCommand
from console.services import approvals


class Command(OperatorCommand):
    """Who asked may withdraw it by `--withdraw` instead; both take a reason."""

    help = "Deny a plan for which an approval was asked, or withdraw the request."

    def arguments(self, parser: CommandParser) -> None:
        """PLAN --reason TEXT [--withdraw] [--json]."""
        parser.add_argument("plan", metavar="PLAN", type=int, help="number of the plan")
        parser.add_argument("--reason", default="", help="why, for who asked and for the audit")
        parser.add_argument("--withdraw", action="store_true", help="take the request back, with the right to operate")

    def act(self, options: dict[str, Any]) -> int:
        """Say no. Raises `Refusal` without a reason and when it is over, `NotAllowed`."""
        who = self.actor("view")
        act = approvals.withdraw if options["withdraw"] else approvals.deny
        row = act(asked_for(options["plan"], who), who, options["reason"])
        text = f"Plan {row.plan_id}, {row.plan.kind} of {row.plan.cluster.name}: {row.get_state_display()}."
        self.answer(options, text, told(row, row.state))
        return SUCCEEDED
