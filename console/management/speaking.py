"""What the commands about operations share: refusals with every reason, and wrong usage told as JSON when asked."""

import json
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import CommandParser

from console.domain.checks import Reason, Refusal
from console.management.base import REFUSED, ConsoleCommand, Refused

INTERRUPTED = 130


class Parser(CommandParser):
    """Wrong usage ends with 2, and is told as JSON when JSON was asked for."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and end."""
        if self.called_from_command_line and "--json" in sys.argv:
            refusal = Refusal("Wrong usage.", [Reason(message, f"Run: {self.prog} --help", "usage")])
            sys.stdout.write(json.dumps({"message": refusal.headline, **_told(refusal)}, ensure_ascii=False) + "\n")
            sys.exit(REFUSED)
        super().error(message)
        raise SystemExit(REFUSED)


class OperatorCommand(ConsoleCommand):
    """A command whose `act` does the work and may raise `Refusal`."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """The parser, which knows how to fail in JSON."""
        made: ArgumentParser = super().create_parser(prog_name, subcommand, **kwargs)
        made.__class__ = Parser
        return made  # type: ignore[return-value]

    def act(self, options: dict[str, Any]) -> int:
        """Do it and return the exit code. Raises `Refusal`, `ChangeoverError`."""
        raise TypeError(f"{type(self).__name__} has no act method")

    def run(self, options: dict[str, Any]) -> int:
        """Run `act`; a refusal is told with every reason and remedy."""
        try:
            return self.act(options)
        except Refusal as refusal:
            text = refusal.headline if options["json"] else refusal_text(refusal)
            raise Refused(text, **_told(refusal)) from refusal

    def say(self, text: str = "") -> None:
        """A line for the person, on standard output."""
        self.stdout.write(text)


def refusal_text(refusal: Refusal) -> str:
    """The refusal for a terminal."""
    lines = [f"Refused: {refusal.headline}"]
    for reason in refusal.reasons:
        lines += [f"  - {reason.text}"] if reason.text != refusal.headline else []
        lines += [f"    What to do: {reason.remedy}"] if reason.remedy else []
    return "\n".join(lines)


def _told(refusal: Refusal) -> dict[str, Any]:
    remedy = " ".join(reason.remedy for reason in refusal.reasons if reason.remedy)
    return {"result": "refused", "remedy": remedy, **refusal.to_json()}
