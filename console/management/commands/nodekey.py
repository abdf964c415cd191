"""`manage.py nodekey issue|list|retire|rotate`: the keys by which nodes sign what they tell the webhook."""

import sys
from typing import Any

from django.core.management.base import CommandParser

from console.domain.secrets import Secret
from console.management.base import FAILED, SUCCEEDED, Refused, add_json
from console.management.speaking import OperatorCommand
from console.models import Node, NodeKey
from console.services.access import clusters_with, require, visible_clusters
from console.services.audit import Actor, timestamp
from console.services.hooks.keys import KeysRefused, issue_key, retire
from console.services.key_rotation import rotate
from console.services.preparing import find_node


class Command(OperatorCommand):
    """Needs the right to change the inventory; `list` the right to see it. A key is shown once, when it is issued.

    `rotate` shows none: it puts a new key on the node itself, and ends with 1 while the node has not signed with it.
    """

    help = "Issue, list and retire the keys of nodes, and change the one that lies on a node."

    def arguments(self, parser: CommandParser) -> None:
        """Four subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        issue = commands.add_parser("issue", help="give a node a key, and show it once")
        issue.add_argument("node")
        issue.add_argument("--key-id", default="", help="take this id instead of a new one")
        issue.add_argument("--key-stdin", action="store_true", help="take the key (64 hex digits) from standard input")
        list_ = commands.add_parser("list", help="list keys, without the keys themselves")
        list_.add_argument("node", nargs="?", default="")
        retire_ = commands.add_parser("retire", help="let a key be worth nothing from now on")
        retire_.add_argument("key_id")
        rotate_ = commands.add_parser("rotate", help="put a new key on a node, have it used, and retire the old one")
        rotate_.add_argument("node")
        for command in (issue, retire_, rotate_):
            command.add_argument("--reason", default="", help="why, for the audit")
        for command in (issue, list_, retire_, rotate_):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        commands = {"issue": self._issue, "list": self._list, "retire": self._retire, "rotate": self._rotate}
        try:
            return commands[options["command"]](options)
        except KeysRefused as error:
            raise Refused(error.told) from None

    def _issue(self, options: dict[str, Any]) -> int:
        actor = self.actor("change-inventory")
        node = _node(options["node"], actor)
        given = Secret(sys.stdin.readline().strip()) if options["key_stdin"] else None
        key_id, key = issue_key(node, actor, key_id=options["key_id"], key=given, reason=options["reason"])
        data = {"result": "issued", "node": node.name, "key_id": key_id}
        text = f"The node {node.name} has the key {key_id}."
        if given is None:
            data["key"] = key.reveal()
            text += f" It is shown this once:\n{key.reveal()}"
        self.answer(options, text, data)
        return SUCCEEDED

    def _list(self, options: dict[str, Any]) -> int:
        who = self.actor("view")
        found = NodeKey.objects.filter(node__cluster__in=visible_clusters(who.user)).select_related("node__cluster")
        if options["node"]:
            found = found.filter(node=find_node(options["node"], who.user))
        rows = [_row(key) for key in found]
        lines = ["\t".join(str(value or "-") for value in row.values()) for row in rows]
        self.answer(options, "\n".join(lines) or "There are no keys.", {"result": "listed", "keys": rows})
        return SUCCEEDED

    def _retire(self, options: dict[str, Any]) -> int:
        actor = self.actor("change-inventory")
        ours = NodeKey.objects.filter(node__cluster__in=clusters_with(actor.user, "change-inventory"))
        if not ours.filter(key_id=options["key_id"]).exists():
            raise KeysRefused(f"There is no active key {options['key_id']}.")
        key = retire(options["key_id"], actor, reason=options["reason"])
        data = {"result": "retired", "node": key.node.name, "key_id": key.key_id}
        self.answer(options, f"The key {key.key_id} of {key.node.name} is worth nothing any more.", data)
        return SUCCEEDED

    def _rotate(self, options: dict[str, Any]) -> int:
        actor = self.actor("change-inventory")
        node = _node(options["node"], actor)
        done = rotate(node, actor, options["reason"])
        data = {"result": "proved" if done.proved else "not proved yet", "node": done.node, "key_id": done.key_id}
        self.answer(options, done.sentence, {**data, "retired": list(done.retired)})
        return SUCCEEDED if done.proved else FAILED


def _node(name: str, actor: Actor) -> Node:
    found = find_node(name, actor.user)
    require(actor.user, "change-inventory", found.cluster)
    return found


def _row(key: NodeKey) -> dict[str, str | None]:
    times = {"issued": key.issued_at, "last_used": key.last_used_at, "retired": key.retired_at}
    told = {name: timestamp(at) if at else None for name, at in times.items()}
    return {"key_id": key.key_id, "node": key.node.name, "cluster": key.node.cluster.name, **told}
