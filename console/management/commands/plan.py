"""`manage.py plan`: what a move would do and what stands against it; changes nothing."""

from typing import Any

from django.core.management.base import CommandParser

from console.management import planning
from console.management.base import SUCCEEDED
from console.management.plan_text import plan_lines
from console.management.speaking import OperatorCommand


class Command(OperatorCommand):
    """Reads the cluster and prints the plan, or every reason why there is none."""

    help = "Show what a move of a cluster would do, step by step, and change nothing."

    def arguments(self, parser: CommandParser) -> None:
        """CLUSTER KIND [--to NODE] [--operation N] [--from STEP] [--json]."""
        planning.add_arguments(parser)

    def act(self, options: dict[str, Any]) -> int:
        """Make the plan and print it."""
        who = self.actor("operate")
        record, plan = planning.made_plan(planning.Wanted.of(options, who), who)
        data = {"result": "planned", "plan": planning.plan_json(record, plan)}
        self.answer(options, "\n".join(plan_lines(plan, record.pk)), data)
        return SUCCEEDED
