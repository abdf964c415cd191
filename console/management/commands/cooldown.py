"""`manage.py cooldown CLUSTER [--lift]`: the rest that a cluster has after a takeover, and lifting it."""

from typing import Any

from django.core.management.base import CommandParser

from console.management.base import SUCCEEDED
from console.management.speaking import OperatorCommand
from console.services import brakes, plans


class Command(OperatorCommand):
    """`--lift` needs the right to operate and a reason."""

    help = "Show the cooldown of a cluster, or lift it."

    def arguments(self, parser: CommandParser) -> None:
        """CLUSTER [--lift --reason TEXT] [--json]."""
        parser.add_argument("cluster", metavar="CLUSTER", help="name of the cluster in the inventory")
        parser.add_argument("--lift", action="store_true", help="let the console start something there again")
        parser.add_argument("--reason", default="", help="why, for the audit")

    def act(self, options: dict[str, Any]) -> int:
        """Show it, or lift it. Raises `Refusal` without a reason."""
        who = self.actor("operate" if options["lift"] else "view")
        cluster = plans.find_cluster(options["cluster"], who.user)
        if options["lift"]:
            brakes.lift_cooldown(cluster, who, options["reason"])
        rest = brakes.cooldown(cluster)
        until = rest.until if rest else None
        text = f"{cluster.name} rests until {until:%T} UTC." if until else f"No cooldown binds {cluster.name}."
        operation = rest.operation.pk if rest else None
        data = {"result": "cooling" if rest else "free", "until": until, "operation": operation}
        self.answer(options, text, data)
        return SUCCEEDED
