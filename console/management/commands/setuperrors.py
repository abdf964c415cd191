"""`manage.py setuperrors NODE`: why Exchange's set-up would not go on, from its log or from a text."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.domain.procedures.refused_by_setup import summary
from console.management.base import FAILED, SUCCEEDED, Refused
from console.management.speaking import OperatorCommand
from console.services.access import ANY_KIND, require
from console.services.preparing import find_node
from console.services.setup_errors import in_log, in_text


class Command(OperatorCommand):
    """Reads the node's log, or a file; changes nothing."""

    help = "Recognise why Exchange's set-up refused to go on, in its log on the node or in a text."

    def arguments(self, parser: CommandParser) -> None:
        """NODE [--text FILE]."""
        parser.add_argument("node", metavar="NODE", help="where the set-up ran")
        parser.add_argument("--text", metavar="FILE", help="a file with what its window says, or - for standard input")

    def act(self, options: dict[str, Any]) -> int:
        """Tell each refusal with its remedy; ends with 1 when there is one."""
        who = self.actor("operate")
        node = find_node(options["node"], who.user)
        require(who.user, "operate", node.cluster, ANY_KIND)
        found = in_text(_read(options["text"]), node.name) if options["text"] else in_log(node)
        lines = [summary(found), *(f"  {one.said}\n    What to do: {one.remedy}" for one in found)]
        result = "failed" if found else "succeeded"
        data = {"result": result, "node": node.name, "refusals": [asdict(one) for one in found]}
        self.answer(options, "\n".join(lines), data)
        return FAILED if found else SUCCEEDED


def _read(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Refused(f"{name} cannot be read: {error.strerror}. Name a file with what the set-up said.") from None
