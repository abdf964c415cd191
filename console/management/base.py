"""What all our commands share: exit codes, one JSON object on request, and errors that end with a remedy."""

import argparse
import json
import sys
import uuid
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, ProgrammingError
from structlog.contextvars import bound_contextvars

from console.domain.checks import Reason, Refusal
from console.domain.errors import ChangeoverError
from console.models import AuditRecord
from console.services import audit
from console.services.access import NotAllowed, Right, actor_from_os, require, require_somewhere
from console.services.audit import Actor

SUCCEEDED, FAILED, REFUSED, UNCERTAIN, STOPPED = range(5)


class Refused(Exception):
    """Wrong usage, or a refusal: ends the command with code 2, its text on standard error or in the JSON."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.details = details


class Parser(CommandParser):
    """Wrong usage ends with 2, and is told as JSON when JSON was asked for."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and end."""
        if self.called_from_command_line and "--json" in sys.argv:
            refusal = Refusal("Wrong usage.", [Reason(message, f"Run: {self.prog} --help", "usage")])
            sys.stdout.write(json.dumps({"message": refusal.headline, **told(refusal)}, ensure_ascii=False) + "\n")
            sys.exit(REFUSED)
        super().error(message)
        raise SystemExit(REFUSED)


class ConsoleCommand(BaseCommand):
    """A command whose `run` returns the exit code; nothing but `answer` writes to standard output."""

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--json`, and what `arguments` adds."""
        parser.__class__ = Parser  # before there are subcommands: their parsers are of their parent's class
        parser.set_defaults(json=False)
        add_json(parser)
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """Add the command's own arguments."""

    def run(self, options: dict[str, Any]) -> int:
        """Do the work and return the exit code."""
        raise TypeError(f"{type(self).__name__} has no run method")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run, turn errors into one clear text with a remedy, and leave with the exit code."""
        told = uuid.uuid4().hex
        token = audit.request_id.set(told)
        try:
            with bound_contextvars(request_id=told):
                code = self.run(options)
        except Refused as refusal:
            self._fail(options, REFUSED, str(refusal), "", refusal.details)
        except NotAllowed as error:
            self._fail(options, REFUSED, error.message, error.remedy)
        except ChangeoverError as error:
            self._fail(options, FAILED, error.message, error.remedy)
        except (OperationalError, ProgrammingError) as error:
            remedy = "Check the database settings, and run: manage.py migrate"
            self._fail(options, FAILED, f"The database cannot be used: {str(error).splitlines()[0]}.", remedy)
        finally:
            audit.request_id.reset(token)
        if code:
            sys.exit(code)

    def answer(self, options: dict[str, Any], text: str, data: dict[str, Any]) -> None:
        """Print the result: `data` with `--json`, else `text`."""
        if options["json"]:
            text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
        if text:
            self.stdout.write(text)

    def actor(self, right: Right) -> Actor:
        """The account of the operating-system user, known to hold `right` on something. Raises `NotAllowed`.

        What a command is about is looked up for that account, and the right asked again there.
        """
        return Actor.of(require_somewhere(actor_from_os(), right), AuditRecord.Origin.COMMAND_LINE)

    def actor_of_all(self, right: Right) -> Actor:
        """The same, known to hold `right` on everything: for what no cluster holds alone. Raises `NotAllowed`."""
        return Actor.of(require(actor_from_os(), right), AuditRecord.Origin.COMMAND_LINE)

    def _fail(
        self, options: dict[str, Any], code: int, message: str, remedy: str, details: dict[str, Any] | None = None
    ) -> NoReturn:
        if options["json"]:
            result = "refused" if code == REFUSED else "failed"
            self.answer(options, "", {"result": result, "message": message, "remedy": remedy} | (details or {}))
        else:
            self.stderr.write(f"{message} {remedy}".strip())
        sys.exit(code)


def told(refusal: Refusal) -> dict[str, Any]:
    """A refusal as the fields of the JSON object: what and why, and every remedy in one text."""
    remedy = " ".join(reason.remedy for reason in refusal.reasons if reason.remedy)
    return {"result": "refused", "remedy": remedy, **refusal.to_json()}


def add_json(parser: CommandParser) -> None:
    """Add `--json`; a subcommand's parser gets it too, and must not undo what was said before its name."""
    help_text = "print one JSON object and nothing else"
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=help_text)
