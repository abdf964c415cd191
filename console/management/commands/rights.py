"""`manage.py rights list|give|take|why`: who has which role where, and why somebody may or may not."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management.base import CommandParser
from django.db.models import Q

from console.domain.rights import RIGHTS, ROLES
from console.management.base import FAILED, SUCCEEDED, Refused, add_json
from console.management.speaking import OperatorCommand
from console.models import Grant, Site
from console.models.operations import KINDS
from console.services import grants
from console.services.access import Account, clusters_with, why_not_in_site, why_nowhere
from console.services.accounts import AccountRefused, account
from console.services.explaining import described, explain
from console.services.grants import GrantRefused, Holder, Scope
from console.services.plans import find_cluster


class Command(OperatorCommand):
    """The same as the grid of rights: each act needs the right to manage rights on what it is about."""

    help = "List, give and take roles on everything, on sites and on clusters, or say why somebody may or may not."

    def arguments(self, parser: CommandParser) -> None:
        """Four subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        list_ = commands.add_parser("list", help="every role that is given where you manage rights")
        give = commands.add_parser("give", help="give a role")
        take = commands.add_parser("take", help="take a role")
        for command in (give, take):
            command.add_argument("name", metavar="ACCOUNT", help="the account, or with --group the group")
            command.add_argument("role", choices=ROLES)
            command.add_argument("--group", action="store_true", help="ACCOUNT is a group")
            where = command.add_mutually_exclusive_group()
            where.add_argument("--site", help="on all clusters of a site (default: on everything)")
            where.add_argument("--cluster", help="on one cluster")
            command.add_argument("--reason", default="", help="why, for the audit")
        give.add_argument(
            "--kind", action="append", default=[], choices=KINDS, help="limit it to this kind of operation (repeatable)"
        )
        why = commands.add_parser("why", help="say why an account may or may not; ends with 1 when it may not")
        why.add_argument("name", metavar="ACCOUNT")
        why.add_argument("right", choices=RIGHTS)
        why.add_argument("--cluster", help="where (default: the console as a whole)")
        why.add_argument("--kind", default="", choices=KINDS, help="of which kind of operation")
        for command in (list_, give, take, why):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        commands = {"list": self._list, "give": self._change, "take": self._change, "why": self._why}
        try:
            return commands[options["command"]](options)
        except (AccountRefused, GrantRefused) as error:
            raise (Refused(error.message, remedy=error.remedy) if options["json"] else Refused(error.told)) from None

    def _list(self, options: dict[str, Any]) -> int:
        user = self.actor("administer").user
        seen = clusters_with(user, "administer")
        rows = Grant.objects.select_related("user", "group", "site", "cluster")
        if why_not_in_site(user, "administer", None) is not None:
            rows = rows.filter(Q(cluster__in=seen) | Q(site__clusters__in=seen)).distinct()
        told = [{"holder": str(row.user or row.group), "group": row.group_id is not None, **_data(row)} for row in rows]
        text = "\n".join(f"{row.user or f'group {row.group}'}: {described(row)}" for row in rows)
        self.answer(options, text or "No role is given.", {"result": "listed", "grants": told})
        return SUCCEEDED

    def _change(self, options: dict[str, Any]) -> int:
        actor = self.actor("administer")
        scope, holder = _scope(options, actor.user), _holder(options)
        roles = grants.roles_of(holder, scope)
        if options["command"] == "give":
            roles[options["role"]] = options["kind"]
        elif roles.pop(options["role"], None) is None:
            raise GrantRefused(
                f"{holder} has no role {options['role']} on {scope}.", remedy="See: manage.py rights list"
            )
        grants.set_roles(holder, scope, roles, actor, options["reason"])
        has = ", ".join(grants.roles_of(holder, scope)) or "no role"
        data = {"result": "changed", "holder": str(holder), "on": str(scope), "roles": grants.roles_of(holder, scope)}
        self.answer(options, f"On {scope}, {holder} has: {has}.", data)
        return SUCCEEDED

    def _why(self, options: dict[str, Any]) -> int:
        asker = self.actor("view").user
        assert asker is not None
        own = options["name"].casefold() == asker.username.casefold()
        if not own and (reason := why_nowhere(asker, "administer")) is not None:
            raise Refused(reason)
        cluster = find_cluster(options["cluster"], asker) if options["cluster"] else None
        found = explain(account(options["name"]), options["right"], cluster, options["kind"], asker)
        grounds = [{"what": one.what, "decides": one.decides, "why": one.why} for one in found.grounds]
        lines = [found.sentence, *(f"  - {one.what}: {one.why}" for one in found.grounds)]
        data = {"result": "allowed" if found.allowed else "not-allowed", "why": found.sentence, "grounds": grounds}
        self.answer(options, "\n".join(lines), data)
        return SUCCEEDED if found.allowed else FAILED


def _data(row: Grant) -> dict[str, Any]:
    site, cluster = row.site.name if row.site else None, row.cluster.name if row.cluster else None
    return {"role": row.role, "site": site, "cluster": cluster, "kinds": row.kinds}


def _scope(options: dict[str, Any], user: Account) -> Scope:
    """What the arguments name. Raises `Refusal` or `Refused` for what is not there, or not to be seen."""
    if options["cluster"]:
        return Scope(cluster=find_cluster(options["cluster"], user))
    if not options["site"]:
        return Scope()
    site = Site.objects.filter(name__iexact=options["site"]).first()
    if site is None or why_not_in_site(user, "administer", site) is not None:
        raise Refused(f"There is no site called {options['site']} on which you give roles. See: manage.py rights list")
    return Scope(site=site)


def _holder(options: dict[str, Any]) -> Holder:
    if not options["group"]:
        found: User = account(options["name"])
        return found
    group = Group.objects.filter(name__iexact=options["name"]).first()
    if group is None:
        raise AccountRefused(f"There is no group called {options['name']}.", remedy="Add it on the page of people.")
    return group
