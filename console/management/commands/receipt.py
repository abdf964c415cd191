"""`manage.py receipt`: what an operation changed in the directory, as LDIF that takes it back without the console."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.management.base import SUCCEEDED, Refused
from console.management.speaking import OperatorCommand
from console.models import Operation
from console.services.access import visible_clusters
from console.services.receipt_files import receipt_lines


class Command(OperatorCommand):
    """Writes the file to standard output or where it is told; changes nothing."""

    help = "Write the receipts of an operation as LDIF."

    def arguments(self, parser: CommandParser) -> None:
        """OPERATION [--output FILE] [--json]."""
        parser.add_argument("operation", metavar="OPERATION", type=int, help="number of the operation")
        parser.add_argument("--output", metavar="FILE", help="write there; needed with --json")

    def act(self, options: dict[str, Any]) -> int:
        """Write it."""
        who = self.actor("view")
        if options["json"] and not options["output"]:
            raise Refused("With --json standard output is for one object. Name a file with --output.")
        number = options["operation"]
        operation = Operation.objects.filter(cluster__in=visible_clusters(who.user), pk=number).first()
        if operation is None:
            raise Refusal.of(f"There is no operation {number}.", "The page of operations lists them.", key="operation")
        lines = receipt_lines(operation)
        if not options["output"]:
            for line in lines:
                self.stdout.write(line, ending="")
            return SUCCEEDED
        try:
            with Path(options["output"]).open("w", encoding="ascii", newline="\n") as file:
                file.writelines(lines)
        except OSError as error:
            raise Refused(f"{options['output']} cannot be written: {error.strerror}. Check the folder.") from None
        text = f"Wrote the receipts of operation {number} to {options['output']}."
        self.answer(options, text, {"result": "written", "operation": number, "output": options["output"]})
        return SUCCEEDED
