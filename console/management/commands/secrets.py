"""`manage.py secrets check|rotate`: what is stored encrypted, and the change of the key that it is under."""

from typing import Any

from django.core.management.base import CommandParser

from console.management.base import FAILED, SUCCEEDED, ConsoleCommand, add_json
from console.services.stored_secrets import Found, look, rotate


class Command(ConsoleCommand):
    """Needs the right to administer everything. Ends with 1 while something is under an older or an unknown key."""

    help = "Say which key what is stored encrypted is under, and put all of it under the first one."

    def arguments(self, parser: CommandParser) -> None:
        """Two subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        check = commands.add_parser("check", help="say whether the older keys are still needed; changes nothing")
        rotate_ = commands.add_parser("rotate", help="put everything under the first of CHANGEOVER_CREDENTIAL_KEYS")
        rotate_.add_argument("--reason", default="", help="why, for the audit")
        for command in (check, rotate_):
            add_json(command)

    def run(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        actor = self.actor_of_all("administer")
        if options["command"] == "check":
            found = look()
            good = found.whole
            first = f"{found.first} under the first key, {found.older} under an older one."
        else:
            found = rotate(actor, options["reason"])
            good = not found.unreadable
            first = f"{found.older} put under the first key; {found.first} were there before."
        data = {"result": options["command"], "first": found.first, "older": found.older}
        self.answer(options, _text(first, found, good), data | {"unreadable": list(found.unreadable), "whole": good})
        return SUCCEEDED if good else FAILED


def _text(first: str, found: Found, good: bool) -> str:
    if good:
        last = "The other keys can be taken out of CHANGEOVER_CREDENTIAL_KEYS."
    else:
        last = "Keep every key until all of it is under the first one. To get there: manage.py secrets rotate"
    return "\n".join([first, *found.unreadable, last])
