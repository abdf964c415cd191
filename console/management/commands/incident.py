"""`manage.py incident list|take|let-go`: what a person has to look into, and who looks after it."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.management.base import SUCCEEDED, add_json
from console.management.commands.window import moment
from console.management.speaking import OperatorCommand
from console.services import access, incidents, windows
from console.services.audit import Actor
from console.services.clock import database_now


class Command(OperatorCommand):
    """`list` needs the right to see, all else the right to operate there."""

    help = "Incidents: alarms and operations that a person has to look into."

    def arguments(self, parser: CommandParser) -> None:
        """Three subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        listed = commands.add_parser("list", help="those that stand, with who looks after each")
        take = commands.add_parser("take", help="take one on, give it to somebody, or lay it by")
        take.add_argument("--owner", default="", metavar="ACCOUNT", help="who looks after it; left out, you")
        take.add_argument("--until", default="", metavar="TIME", help="lay it by until then: 2026-01-31T22:00")
        let_go = commands.add_parser("let-go", help="look after one no longer")
        for command in (take, let_go):
            command.add_argument("incident", metavar="INCIDENT", help="as the list has it: alarm-7, operation-12")
            command.add_argument("--reason", default="", help="what is going on, for everybody and the audit")
        for command in (listed, take, let_go):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand. Raises `Refusal`."""
        if options["command"] == "list":
            return self._list(options, self.actor("view"))
        who = self.actor("operate")
        found = _named(options["incident"], who)
        if options["command"] == "let-go":
            incidents.let_go(found, who, options["reason"])
            self.answer(options, f"Nobody looks after {found.key} now.", {"result": "let-go", "incident": found.key})
            return SUCCEEDED
        until = moment(options["until"]) if options["until"] else None
        row = incidents.take(found, who, options["reason"], until=until, owner=_account(options["owner"]))
        told = {"incident": found.key, "owner": row.owner_name, "until": row.until}
        text = f"{row.owner_name} looks after {found.key}."
        text += f" It is laid by until {windows.local(row.until)}." if row.until else ""
        self.answer(options, text, {"result": "taken", **told})
        return SUCCEEDED

    def _list(self, options: dict[str, Any], who: Actor) -> int:
        now = database_now()
        found = [incidents.told(one) for one in incidents.standing(access.visible_clusters(who.user), now)]
        lines = [
            f"{one['incident']}\t{one['cluster']}\t{one['kind']}\t{one['owner'] or 'nobody'}\t{one['text']}"
            for one in found
        ]
        text = "\n".join(lines) or "There is nothing to look into."
        self.answer(options, text, {"result": "listed", "incidents": found})
        return SUCCEEDED


def _named(key: str, who: Actor) -> incidents.Incident:
    what, _, number = key.partition("-")
    known = what in ("alarm", "operation") and number.isdecimal() and len(number) < 19
    found = incidents.find(what, int(number), access.visible_clusters(who.user)) if known else None
    if found is None:
        raise Refusal.of(f"No incident {key} stands.", "See: manage.py incident list", key="incident")
    return found


def _account(name: str) -> User | None:
    if not name:
        return None
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise Refusal.of(f"There is no account {name}.", "Name one that is on.", key="incident.owner")
    return found
