"""`manage.py approvals list|set`: which operations of a cluster wait for an approval."""

from dataclasses import asdict, replace
from typing import Any

from django.core.management.base import CommandParser

from console.management.base import SUCCEEDED, add_json
from console.management.speaking import OperatorCommand
from console.models import ApprovalRule, Cluster
from console.services import approval_rules, plans
from console.services.approval_rules import Rule


class Command(OperatorCommand):
    """`set` needs the right to administer the cluster, and a reason."""

    help = "List which operations of a cluster wait for an approval, or change the rule of one kind."

    def arguments(self, parser: CommandParser) -> None:
        """Two subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        list_ = commands.add_parser("list", help="the rule of every kind of operation")
        set_ = commands.add_parser("set", help="change the rule of one kind; what is not named stays as it is")
        for command in (list_, set_):
            command.add_argument("cluster", metavar="CLUSTER", help="name of the cluster in the inventory")
        set_.add_argument("kind", choices=approval_rules.KINDS)
        set_.add_argument("--people", type=int, help="how many have to approve, besides the one who asks; 0: nobody")
        set_.add_argument("--starts", choices=ApprovalRule.Starts.values, help="who starts what was approved")
        set_.add_argument("--minutes", type=int, help="how long a request stands")
        set_.add_argument(
            "--emergency-by",
            nargs="*",
            choices=approval_rules.OVERRIDING,
            help="roles that may start it without an approval; none named: nobody may",
        )
        set_.add_argument("--reason", default="", help="why, for the audit")
        for command in (list_, set_):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand. Raises `Refusal` for a rule that cannot be, and without a reason."""
        who = self.actor("administer" if options["command"] == "set" else "view")
        cluster = plans.find_cluster(options["cluster"], who.user)
        if options["command"] == "list":
            return self._list(options, cluster)
        changed = approval_rules.save_rules(cluster, [_changed(cluster, options)], who, options["reason"])
        text = told(changed[0]) if changed else "Nothing was different."
        data = {"result": "changed" if changed else "unchanged", "cluster": cluster.name, "rules": _data(changed)}
        self.answer(options, text, data)
        return SUCCEEDED

    def _list(self, options: dict[str, Any], cluster: Cluster) -> int:
        rules = approval_rules.rules_of(cluster)
        data = {"result": "listed", "cluster": cluster.name, "rules": _data(rules)}
        self.answer(options, "\n".join(told(rule) for rule in rules), data)
        return SUCCEEDED


def told(rule: Rule) -> str:
    """A rule in a sentence."""
    if not rule.needed:
        return f"{rule.kind}: waits for nobody."
    people = "1 other person approves it" if rule.needed == 1 else f"{rule.needed} other people approve it"
    started = ApprovalRule.Starts(rule.starts).label
    roles = " or ".join(rule.override_roles) or "nobody"
    return (
        f"{rule.kind}: {people} and {started} starts it, within {rule.valid_minutes} minutes; "
        f"in an emergency without: {roles}."
    )


def _changed(cluster: Cluster, options: dict[str, Any]) -> Rule:
    """The rule of that kind with what was named; one that the cluster has no use for is left to be refused."""
    known = {rule.kind: rule for rule in approval_rules.rules_of(cluster)}
    rule = known.get(options["kind"], Rule(options["kind"]))
    said = {"needed": options["people"], "starts": options["starts"], "valid_minutes": options["minutes"]}
    if options["emergency_by"] is not None:
        said["override_roles"] = tuple(options["emergency_by"])
    return replace(rule, **{name: value for name, value in said.items() if value is not None})


def _data(rules: list[Rule]) -> list[dict[str, Any]]:
    return [asdict(rule) for rule in rules]
