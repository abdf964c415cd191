"""`manage.py repair`: plans what mends findings of a diagnosis, shows the plan, asks, and has a worker carry it out."""

from typing import Any

from django.core.management.base import CommandParser

from console.domain.planner import REPAIR
from console.management import following, planning
from console.management.base import SUCCEEDED
from console.management.commands.run import Command as Run
from console.management.plan_text import plan_lines
from console.models import Operation
from console.services import plans, reservations
from console.services.confirm import confirm


class Command(Run):
    """The same door as the page's button: it looks afresh, and repairs what it then finds."""

    help = "Repair what a diagnosis found: look, plan, show, ask, and have a worker carry it out."

    def arguments(self, parser: CommandParser) -> None:
        """CLUSTER, --finding, --source, --show, and what a confirmation takes."""
        parser.add_argument("cluster", metavar="CLUSTER", help="name of the cluster in the inventory")
        parser.add_argument(
            "--finding",
            action="append",
            default=[],
            metavar="CODE",
            help="repair findings of this kind (repeatable; default: all that can be repaired)",
        )
        parser.add_argument(
            "--source", default="", metavar="FOLDER", help="folder on the nodes with Exchange's installation files"
        )
        parser.add_argument("--show", action="store_true", help="show the plan and start nothing")
        self.confirmation_arguments(parser)

    def act(self, options: dict[str, Any]) -> int:
        """Plan a repair, or find the one already under way; confirm it, and follow it if asked."""
        who = self.actor("operate")
        cluster = plans.find_cluster(options["cluster"], who.user)
        if not options["show"]:
            self.check_usage(options)
        operation: Operation | None = None if options["show"] else reservations.already_open(cluster, REPAIR)
        known = operation is not None
        if operation is None:
            asked = plans.prepare_repair(cluster, options["finding"], options["source"], who, send=False)
            record, plan = planning.made(asked)
            if options["show"]:
                text = "\n".join(plan_lines(plan, record.pk))
                self.answer(options, text, {"result": "ready", "plan": planning.plan_json(record, plan)})
                return SUCCEEDED
            operation = confirm(record, who, **self.answers(plan, record.pk, options))
        self.announce(operation, options, known=known)
        return following.wait_for(self, operation, options) if options["wait"] else self.accepted(operation, options)
