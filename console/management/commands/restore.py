"""`manage.py restore FILE`: puts a backup in the place of the database, after checking all that can be checked."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.management.base import SUCCEEDED, ConsoleCommand
from console.services.backup.restoring import check, restore


class Command(ConsoleCommand):
    """Into an empty database anybody may restore who can reach it; into another one an administrator, by its name."""

    help = "Put a file of `backup` in the place of the database. Stop the web server and the workers first."

    def arguments(self, parser: CommandParser) -> None:
        """The file, and what has to be typed."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", metavar="NAME", default="", help="name of a database that may be lost")
        parser.add_argument("--check", action="store_true", help="only say whether it could be restored")
        parser.add_argument("--reason", default="", help="why, for the audit")

    def run(self, options: dict[str, Any]) -> int:
        """Restore, or only check."""
        file: Path = options["file"]
        if options["check"]:
            manifest, result = check(file, options["replace"]), "checked"
            text = f"{file}, made at {manifest.made_at}, can be restored here."
        else:
            manifest, result = restore(file, options["replace"], options["reason"]), "restored"
            text = f"Restored what was saved at {manifest.made_at}. Everybody has to sign in again."
        self.answer(options, text, {"result": result, "file": str(file), "made_at": manifest.made_at})
        return SUCCEEDED
