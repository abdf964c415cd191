"""`manage.py account`: accounts of people, for who owns the console's host."""

import getpass
import sys
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.db import transaction

from console.domain.secrets import Secret
from console.management.base import SUCCEEDED, ConsoleCommand, Refused, add_json
from console.models import AuditRecord, OsAccount
from console.services import sign_in_failures
from console.services.access import ROLES, os_user, require
from console.services.accounts import (
    AccountRefused,
    account,
    add_account,
    map_os_user,
    roles_told,
    set_active,
    set_role,
)
from console.services.audit import Actor
from console.services.grants import GrantRefused
from console.services.second_factor import take_away


class Command(ConsoleCommand):
    """Needs the right to administer; on a console without any mapping, whoever reaches its database may begin."""

    help = "Add accounts, give them roles, and map operating-system users to them."

    def arguments(self, parser: CommandParser) -> None:
        """A subcommand for each act."""
        commands = parser.add_subparsers(dest="command", required=True)
        add = commands.add_parser("add", help="add an account")
        add.add_argument("name")
        add.add_argument("--role", required=True, choices=ROLES)
        add.add_argument("--os-user", help="also map this operating-system user to it")
        add.add_argument("--password-stdin", action="store_true", help="read its password from standard input")
        map_ = commands.add_parser("map", help="let an operating-system user act as an account")
        map_.add_argument("os_user")
        map_.add_argument("name")
        role = commands.add_parser("role", help="give an account another role")
        role.add_argument("name")
        role.add_argument("role", choices=ROLES)
        switches = [commands.add_parser(word, help=f"switch an account {word}") for word in ("on", "off")]
        for switch in switches:
            switch.add_argument("name")
            switch.add_argument("--reason", default="", help="why; it stands in the audit")
        list_ = commands.add_parser("list", help="list accounts, roles and mappings")
        for command in (add, map_, role, list_, *switches, *_sign_in_commands(commands)):
            add_json(command)

    def run(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        actor = self._administrator()
        commands = {"add": self._add, "map": self._map, "role": self._role, "list": self._list}
        commands |= {"on": self._switch, "off": self._switch}
        commands |= {"unlock": self._unlock, "second-factor": self._second_factor}
        try:
            return commands[options["command"]](options, actor)
        except (AccountRefused, GrantRefused) as error:
            raise Refused(error.told) from None

    def _administrator(self) -> Actor:
        if OsAccount.objects.exists():
            actor = self.actor("administer")
            require(actor.user, "administer")
            return actor
        # The first account has to come from somewhere: whoever may open the database could write it anyway.
        return Actor(None, f"{os_user()} (operating system)", AuditRecord.Origin.COMMAND_LINE)

    def _add(self, options: dict[str, Any], actor: Actor) -> int:
        name = options["name"]
        password = _password(options["password_stdin"])
        with transaction.atomic():
            user = add_account(name, options["role"], actor, password)
            if options["os_user"]:
                map_os_user(options["os_user"], user, actor)
        note = "" if password else " It has no password: it can act on the command line only."
        text = f"Added the account {name} as {options['role']}.{note}"
        self.answer(options, text, {"result": "added", "account": name, "role": options["role"]})
        return SUCCEEDED

    def _map(self, options: dict[str, Any], actor: Actor) -> int:
        name, user = options["os_user"], account(options["name"])
        map_os_user(name, user, actor)
        data = {"result": "mapped", "os_user": name, "account": user.username}
        self.answer(options, f"{name} now acts as {user.username}.", data)
        return SUCCEEDED

    def _role(self, options: dict[str, Any], actor: Actor) -> int:
        user = account(options["name"])
        set_role(user, options["role"], actor)
        data = {"result": "changed", "account": user.username, "role": options["role"]}
        self.answer(options, f"{user.username} is now {options['role']}.", data)
        return SUCCEEDED

    def _switch(self, options: dict[str, Any], actor: Actor) -> int:
        user, word = account(options["name"]), options["command"]
        set_active(user, word == "on", actor, options["reason"])
        data = {"result": "changed", "account": user.username, "active": word == "on"}
        self.answer(options, f"The account {user.username} is switched {word}.", data)
        return SUCCEEDED

    def _unlock(self, options: dict[str, Any], actor: Actor) -> int:
        kind, key = ("address" if options["address"] else "account"), options["name"]
        done = sign_in_failures.unlock(kind, key, actor, options["reason"])
        text = f"{key} may sign in again." if done else f"{key} was not locked, and nobody failed with it lately."
        self.answer(options, text, {"result": "unlocked" if done else "not-locked", "kind": kind, "key": key})
        return SUCCEEDED

    def _second_factor(self, options: dict[str, Any], actor: Actor) -> int:
        user = account(options["name"])
        taken = take_away(user, actor, options["reason"])
        text = f"Taken away from {user}: {', '.join(taken)}." if taken else f"{user} has no second factor."
        self.answer(options, text, {"result": "taken-away", "account": user.username, "factors": taken})
        return SUCCEEDED

    def _list(self, options: dict[str, Any], _: Actor) -> int:
        rows = [_row(user) for user in User.objects.order_by("username").prefetch_related("os_accounts")]
        lines = [f"{row['account']}\t{row['role'] or 'no role'}\t{', '.join(row['os_users']) or '-'}" for row in rows]
        self.answer(options, "\n".join(lines) or "There are no accounts.", {"result": "listed", "accounts": rows})
        return SUCCEEDED


def _sign_in_commands(commands: Any) -> list[CommandParser]:
    """What helps somebody who cannot sign in."""
    unlock = commands.add_parser("unlock", help="let a name, or an address, try to sign in again")
    unlock.add_argument("name")
    unlock.add_argument("--address", action="store_true", help="NAME is an address")
    unlock.add_argument("--reason", default="", help="why; it stands in the audit")
    factor = commands.add_parser("second-factor", help="take the second factors away of who lost them")
    factor.add_argument("name")
    factor.add_argument("--reason", required=True, help="why; it stands in the audit")
    return [unlock, factor]


def _row(user: User) -> dict[str, Any]:
    os_users = [mapped.os_user for mapped in user.os_accounts.all()]
    return {"account": user.username, "active": user.is_active, "role": roles_told(user), "os_users": os_users}


def _password(from_stdin: bool) -> Secret | None:
    if from_stdin:
        return Secret(sys.stdin.readline().rstrip("\r\n"))
    return Secret(getpass.getpass()) if sys.stdin.isatty() else None
