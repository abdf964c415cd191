"""`manage.py completion bash|zsh|clusters`: what a shell reads so that it completes the commands."""

from typing import Any

from django.core.management.base import CommandParser

from console.management import completion
from console.management.base import SUCCEEDED, add_json
from console.management.speaking import OperatorCommand
from console.services import access


class Command(OperatorCommand):
    """The files are in deploy/completion; the names of clusters take the right to see."""

    help = "What a shell reads to complete these commands, and the names of clusters that it asks for."

    def arguments(self, parser: CommandParser) -> None:
        """Three subcommands."""
        commands = parser.add_subparsers(dest="shell", required=True)
        texts = {
            "bash": "the completion for bash",
            "zsh": "the completion for zsh",
            "clusters": "the names that complete",
        }
        for name, text in texts.items():
            add_json(commands.add_parser(name, help=text))

    def act(self, options: dict[str, Any]) -> int:
        """Print it."""
        if options["shell"] != "clusters":
            text = completion.script(options["shell"])
            self.answer(options, text.rstrip("\n"), {"result": "made", "text": text})
            return SUCCEEDED
        seen = access.visible_clusters(self.actor("view").user)
        names = list(seen.order_by("name").values_list("name", flat=True))
        self.answer(options, "\n".join(names), {"result": "listed", "clusters": names})
        return SUCCEEDED
