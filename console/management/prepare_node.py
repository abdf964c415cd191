"""`manage.py prepare-node NODE`: the sheet for a new node, or how the node stands."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Check, Verdict
from console.domain.prepare import Item
from console.management.base import FAILED, SUCCEEDED
from console.management.speaking import OperatorCommand
from console.services.access import ANY_KIND, Right, require
from console.services.preparing import checks_of, find_node, sheet_of


class PrepareNode(OperatorCommand):
    """Prints the sheet without reaching the node; with `--check` it only reads there."""

    help = "Print what must be done on a node before the console can work there, or check how it stands."

    def arguments(self, parser: CommandParser) -> None:
        """NODE [--from ADDRESS]... [--check]."""
        parser.add_argument("node", metavar="NODE", help="name of the node in the inventory")
        parser.add_argument("--check", action="store_true", help="ask the node how each part stands")
        help_text = "an address of the console's hosts, for the node's firewall; may be repeated"
        parser.add_argument("--from", dest="consoles", metavar="ADDRESS", action="append", default=[], help=help_text)

    def act(self, options: dict[str, Any]) -> int:
        """Print the sheet, or the checks; ends with 1 when a check fails."""
        right: Right = "operate" if options["check"] else "view"
        who = self.actor(right)
        node = find_node(options["node"], who.user)
        require(who.user, right, node.cluster, ANY_KIND)
        if not options["check"]:
            items = sheet_of(node, options["consoles"])
            data = {"result": "succeeded", "node": node.name, "items": [asdict(item) for item in items]}
            self.answer(options, _sheet(node.name, items), data)
            return SUCCEEDED
        found = checks_of(node)
        failed = any(check.verdict is Verdict.FAIL for check in found)
        checks = [check.to_json() for check in found]
        data = {"result": "failed" if failed else "succeeded", "node": node.name, "checks": checks}
        self.answer(options, "\n".join(_told(check) for check in found), data)
        return FAILED if failed else SUCCEEDED


def _sheet(name: str, items: tuple[Item, ...]) -> str:
    text = [f"On {name}, at its own console, in a command prompt of an administrator:"]
    for number, item in enumerate(items, start=1):
        text += ["", f"{number}. {item.title}", f"   {item.text}", *(f"     {line}" for line in item.lines)]
    return "\n".join([*text, "", f"Then: manage.py prepare-node {name} --check"])


def _told(check: Check) -> str:
    remedy = f"\n     What to do: {check.remedy}" if check.remedy else ""
    return f"[{check.verdict}] {check.title}\n     {check.reason}{remedy}"
