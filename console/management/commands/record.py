"""`manage.py record`: the record of one operation, as a file that verifies by itself."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.management.base import FAILED, SUCCEEDED, Refused
from console.management.speaking import OperatorCommand
from console.models import Operation
from console.services import record, record_verifier
from console.services.access import visible_clusters


class Command(OperatorCommand):
    """Writes the file to standard output or where it is told; changes nothing. Ends with 1 when it does not hold."""

    help = "Write the record of one operation: one HTML file, for people and for its verifier."

    def arguments(self, parser: CommandParser) -> None:
        """[OPERATION] [--output FILE] [--verifier FILE] [--json]."""
        parser.add_argument("operation", metavar="OPERATION", type=int, nargs="?", help="number of the operation")
        parser.add_argument("--output", metavar="FILE", help="write there; needed with --json")
        parser.add_argument("--verifier", metavar="FILE", help="write the verifier there, one file for Python 3.8 on")

    def act(self, options: dict[str, Any]) -> int:
        """Write what is asked for."""
        who = self.actor("view")
        number, output = options["operation"], options["output"]
        if number is None and not options["verifier"]:
            raise Refused("Name an operation by its number, or a file for the verifier with --verifier.")
        if number is not None and options["json"] and not output:
            raise Refused("With --json standard output is for one object. Name a file with --output.")
        if options["verifier"]:
            _write(options["verifier"], record_verifier.packed())
            self._say(f"Wrote the verifier to {options['verifier']}.", options)
        if number is None:
            self.answer(options, "", {"result": "written", "verifier": options["verifier"]})
            return SUCCEEDED
        operation = Operation.objects.filter(cluster__in=visible_clusters(who.user), pk=number).first()
        if operation is None:
            raise Refusal.of(f"There is no operation {number}.", "The page of operations lists them.", key="operation")
        return self._record(operation, options)

    def _record(self, operation: Operation, options: dict[str, Any]) -> int:
        data, output = record.document(operation), options["output"]
        report = record.verified(data)
        if output:
            _write(output, record.as_file(data).encode())
            self._say(f"Wrote the record of operation {operation.pk} to {output}.", options)
        else:
            self.stdout.write(record.as_file(data), ending="")
        told = {"result": "written", "operation": operation.pk, "output": output, "holds": report.holds}
        self.answer(options, "", told | {"findings": report.findings, "open": report.open})
        if not options["json"]:
            sys.stderr.write("\n".join(report.sentences()) + "\n")
        return SUCCEEDED if report.holds else FAILED

    def _say(self, text: str, options: dict[str, Any]) -> None:
        """A line for the person, on standard error: standard output is for the record."""
        if not options["json"]:
            self.stderr.write(text, lambda told: told)


def _write(name: str, data: bytes) -> None:
    try:
        Path(name).write_bytes(data)
    except OSError as error:
        raise Refused(f"{name} cannot be written: {error.strerror}. Check the folder.") from None
