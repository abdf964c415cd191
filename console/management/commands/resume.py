"""`manage.py resume OPERATION`: has an ended operation carried on, as the buttons of its page do."""

from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.management import following
from console.management.base import SUCCEEDED
from console.management.speaking import OperatorCommand
from console.models import Operation
from console.services.access import visible_clusters
from console.services.continuing import Choice, carry_on


class Command(OperatorCommand):
    """Without a choice it goes on from the failed step; what is uncertain asks for an answer."""

    help = "Have an ended operation carried on, in its own record."

    def arguments(self, parser: CommandParser) -> None:
        """OPERATION [--skip | --happened | --again] [--reason TEXT] [--wait] [--json]."""
        parser.add_argument("operation", metavar="OPERATION", type=int, help="number of the operation")
        choice = parser.add_mutually_exclusive_group()
        flags = {
            Choice.SKIP: "leave the failed step out",
            Choice.HAPPENED: "the uncertain step happened: go on after it",
            Choice.AGAIN: "do the uncertain step again",
        }
        for flag, meaning in flags.items():
            choice.add_argument(f"--{flag}", dest="choice", action="store_const", const=flag, help=meaning)
        parser.set_defaults(choice=Choice.RETRY)
        parser.add_argument("--reason", default="", help="why, or what was found, for the audit")
        parser.add_argument("--wait", action="store_true", help="follow the journal to the end")

    def act(self, options: dict[str, Any]) -> int:
        """Have it carried on, and follow it if asked. Raises `Refusal` with every reason why not."""
        who = self.actor("operate")
        operation = Operation.objects.filter(cluster__in=visible_clusters(who.user), pk=options["operation"]).first()
        if operation is None:
            raise Refusal.of(
                f"There is no operation {options['operation']}.",
                "Look its number up on the page of operations.",
                key="operation.unknown",
            )
        after = operation.last_seq
        carry_on(operation, options["choice"], who, options["reason"])
        if not options["json"]:
            self.say(f"Operation {operation.pk}, {operation.kind} of {operation.cluster.name}, is carried on.")
        if options["wait"]:
            return following.wait_for(self, operation, options, after)
        self.answer(options, "", {"result": "accepted", "operation": following.operation_json(operation)})
        return SUCCEEDED
