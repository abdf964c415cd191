"""`manage.py backup FILE`: everything that the console knows, saved to one file while it goes on."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.management.base import SUCCEEDED, ConsoleCommand
from console.services.backup.making import make

HOLDS = (
    "It holds accounts with their password hashes, the inventory, credentials and node keys encrypted with "
    "CHANGEOVER_CREDENTIAL_KEYS, history and audit. The keys are not in it: keep them apart from it, and keep them."
)


class Command(ConsoleCommand):
    """Needs the right to manage accounts on everything: who has the file knows all but the passwords of credentials."""

    help = "Save the whole database to a new file that only its owner may read."

    def arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--reason", default="", help="why, for the audit")

    def run(self, options: dict[str, Any]) -> int:
        """Save."""
        file: Path = options["file"]
        manifest = make(file, self.actor_of_all("administer"), options["reason"])
        size = file.stat().st_size
        data = {"result": "saved", "file": str(file), "bytes": size, "made_at": manifest.made_at}
        self.answer(options, f"Saved the database to {file} ({size:,} bytes).\n{HOLDS}", data)
        return SUCCEEDED
