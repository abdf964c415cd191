"""`manage.py directory delegation CLUSTER`: the rights that a switch needs, as dsacls lines, or as checks."""

from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Check, Verdict
from console.domain.delegation.checking import Delegated
from console.domain.delegation.dsacls import Delegation
from console.management.base import FAILED, SUCCEEDED, add_json
from console.management.speaking import OperatorCommand
from console.services.access import ANY_KIND, require
from console.services.delegation import delegation
from console.services.plans import find_cluster


class Command(OperatorCommand):
    """Reads the directory and changes nothing: an administrator of the domain runs the lines."""

    help = "Print the dsacls lines that give the console and both nodes the rights they need, or check for them."

    def arguments(self, parser: CommandParser) -> None:
        """delegation CLUSTER [--check] [--people DN]..."""
        what = parser.add_subparsers(dest="what", required=True)
        one = what.add_parser("delegation", help="what has to be granted, and to whom")
        one.add_argument("cluster", metavar="CLUSTER", help="name of the cluster in the inventory")
        one.add_argument("--check", action="store_true", help="say of each account whether it has its rights")
        help_text = "a container whose users have mailboxes, instead of the whole domain; may be repeated"
        one.add_argument("--people", metavar="DN", action="append", default=[], help=help_text)
        add_json(one)

    def act(self, options: dict[str, Any]) -> int:
        """Print the lines, or the checks; ends with 1 when a check fails."""
        who = self.actor("operate")
        cluster = find_cluster(options["cluster"], who.user)
        require(who.user, "operate", cluster, ANY_KIND)
        found = delegation(cluster, options["people"])
        failed = options["check"] and any(check.verdict is Verdict.FAIL for check in found.checks)
        text = _checked(found.checks) if options["check"] else _lines(found)
        data = {
            "result": "failed" if failed else "succeeded",
            "delegations": [_plain(one) for one in (*found.delegations, *found.for_protected)],
            "checks": [check.to_json() for check in found.checks],
        }
        self.answer(options, text, data)
        return FAILED if failed else SUCCEEDED


def _lines(found: Delegated) -> str:
    """A batch file: what is for whom stands in remarks."""
    text = ["rem Run by an administrator of the domain, on a machine that has dsacls (domain controllers do)."]
    for one in (*found.delegations, *found.for_protected):
        text += ["", f"rem {one.account}: {one.what_for}", *one.lines()]
    return "\n".join(text)


def _checked(checks: tuple[Check, ...]) -> str:
    text = []
    for check in checks:
        text.append(f"[{check.verdict}] {check.title}\n     {check.reason}")
        if check.verdict is not Verdict.PASS:
            text.append(f"     What to do: {check.remedy}")
            text += [f"       {line}" for line in check.evidence.splitlines()]
    return "\n".join(text)


def _plain(one: Delegation) -> dict[str, Any]:
    return {"account": one.account, "for": one.what_for, "lines": list(one.lines())}
