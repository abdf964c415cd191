"""`manage.py stop on|off|show`: the global stop; while it stands, the console starts nothing anywhere."""

from typing import Any

from django.core.management.base import CommandParser

from console.management.base import SUCCEEDED
from console.management.speaking import OperatorCommand
from console.models import GlobalStop
from console.services import brakes


class Command(OperatorCommand):
    """`on` and `off` need the right to operate and a reason. What a cluster product does is answered all the same."""

    help = "Stop everything that the console would start, or lift that stop."

    def arguments(self, parser: CommandParser) -> None:
        """on|off|show [--reason TEXT] [--json]."""
        parser.add_argument("what", choices=("on", "off", "show"))
        parser.add_argument("--reason", default="", help="why, for the audit")

    def act(self, options: dict[str, Any]) -> int:
        """Set, lift or show the stop. Raises `Refusal` without a reason."""
        if options["what"] == "on":
            brakes.set_stop(self.actor("operate"), options["reason"])
        elif options["what"] == "off":
            brakes.lift_stop(self.actor("operate"), options["reason"])
        else:
            self.actor("view")
        standing = brakes.global_stop()
        self.answer(options, _text(standing), _data(standing))
        return SUCCEEDED


def _text(stop: GlobalStop | None) -> str:
    if stop is None:
        return "There is no global stop: the console starts what is confirmed."
    return f"{stop.set_by} has stopped everything since {stop.set_at:%F %T} UTC: {stop.reason}"


def _data(stop: GlobalStop | None) -> dict[str, Any]:
    if stop is None:
        return {"result": "lifted", "stop": None}
    return {"result": "stopped", "stop": {"since": stop.set_at, "by": stop.set_by, "reason": stop.reason}}
