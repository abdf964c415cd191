"""`manage.py token make|list|revoke`: the tokens by which programs reach the API."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from console.management.base import SUCCEEDED, Refused, add_json
from console.management.speaking import OperatorCommand
from console.models import ApiToken, AuditRecord
from console.services import access, tokens
from console.services.accounts import AccountRefused, account
from console.services.audit import Actor, timestamp


class Command(OperatorCommand):
    """For one's own account it takes no more than the right to see; for another one's the right to administer."""

    help = "Make, list and revoke the tokens of the API."

    def arguments(self, parser: CommandParser) -> None:
        """Three subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        make = commands.add_parser("make", help="make a token, and show it once")
        make.add_argument("name", help="what uses it")
        make.add_argument("--right", default="view", choices=ApiToken.Right.values, help="what it may do")
        make.add_argument("--cluster", action="append", default=[], help="only on this one; may be given again")
        make.add_argument("--kind", action="append", default=[], choices=tokens.KINDS, help="only this kind; likewise")
        make.add_argument("--days", type=int, default=90, help="how long it lasts (default: 90)")
        list_ = commands.add_parser("list", help="list tokens, without the tokens themselves")
        revoke = commands.add_parser("revoke", help="let a token be worth nothing from now on")
        revoke.add_argument("name", help="its name, or how it begins: cho_…")
        for command in (make, revoke):
            command.add_argument("--account", default="", help="of this account instead of one's own")
            command.add_argument("--reason", default="", help="why, for the audit")
        for command in (make, list_, revoke):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        actor = Actor.of(access.require_somewhere(access.actor_from_os(), "view"), AuditRecord.Origin.COMMAND_LINE)
        commands = {"make": self._make, "list": self._list, "revoke": self._revoke}
        try:
            return commands[options["command"]](options, actor)
        except (tokens.TokenRefused, AccountRefused) as error:
            raise Refused(error.told) from None

    def _make(self, options: dict[str, Any], actor: Actor) -> int:
        owner = _owner(options, actor)
        seen = {cluster.name.casefold(): cluster for cluster in access.visible_clusters(owner)}
        if unknown := [name for name in options["cluster"] if name.casefold() not in seen]:
            raise Refused(f"{owner.username} sees no cluster {', '.join(unknown)}. See: manage.py inventory export")
        row, text = tokens.make(
            owner,
            actor,
            options["name"],
            right=options["right"],
            clusters=[seen[name.casefold()] for name in options["cluster"]] or None,
            kinds=options["kind"],
            days=options["days"],
            reason=options["reason"],
        )
        said = f"The token {row.name} of {owner.username} is shown this once:\n{text.reveal()}"
        self.answer(options, said, {"result": "made", "token": text.reveal(), **tokens.scope_of(row)})
        return SUCCEEDED

    def _list(self, options: dict[str, Any], actor: Actor) -> int:
        assert actor.user is not None
        rows = [_row(row) for row in tokens.shown_to(actor.user)]
        lines = ["\t".join(_text(value) for value in row.values()) for row in rows]
        self.answer(options, "\n".join(lines) or "There are no tokens.", {"result": "listed", "tokens": rows})
        return SUCCEEDED

    def _revoke(self, options: dict[str, Any], actor: Actor) -> int:
        owner, name = _owner(options, actor), options["name"]
        found = ApiToken.objects.filter(owner=owner, revoked_at=None)
        row = found.filter(prefix=name).first() or found.filter(name=name).first()
        if row is None:
            raise Refused(f"{owner.username} has no token {name!r} in use. See: manage.py token list")
        tokens.revoke(row, actor, options["reason"])
        data = {"result": "revoked", **tokens.scope_of(row)}
        self.answer(options, f"The token {row.name} of {owner.username} is worth nothing any more.", data)
        return SUCCEEDED


def _owner(options: dict[str, Any], actor: Actor) -> User:
    assert actor.user is not None
    name = options["account"]
    if not name or name.casefold() == actor.user.username.casefold():
        return actor.user
    access.require(actor.user, "administer")
    return account(name)


def _row(row: ApiToken) -> dict[str, Any]:
    times = {"last_used": row.last_used_at, "revoked": row.revoked_at}
    told = {name: timestamp(at) if at else None for name, at in times.items()}
    return {**tokens.scope_of(row), **told, "last_used_from": row.last_used_from}


def _text(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value or "-")
