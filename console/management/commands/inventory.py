"""`manage.py inventory apply|export|password`: the inventory as a file."""

import getpass
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.domain.secrets import Secret
from console.management.base import REFUSED, SUCCEEDED, ConsoleCommand, Refused, add_json
from console.models import Credential
from console.services.access import require
from console.services.inventory import save_credential
from console.services.inventory_apply import Applied, apply_inventory
from console.services.inventory_export import export_inventory
from console.services.inventory_rows import spec_of
from console.services.inventory_seen import seen_by

LARGEST_FILE = 16 * 1024 * 1024


class Command(ConsoleCommand):
    """Each subcommand needs the right that its page needs."""

    help = "Apply an inventory file, export the inventory, or store the password of a credential."

    def arguments(self, parser: CommandParser) -> None:
        """Three subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        apply = commands.add_parser("apply", help="make the inventory what a YAML file says, or change nothing")
        apply.add_argument("file", metavar="FILE.yaml", help="the file; - is standard input")
        apply.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        apply.add_argument("--prune", action="store_true", help="delete what the file does not name")
        export = commands.add_parser("export", help="write the inventory as YAML, without any password")
        export.add_argument("--output", metavar="FILE", help="write there instead of standard output")
        password = commands.add_parser("password", help="store the password of a credential, encrypted")
        password.add_argument("credential", help="name of a credential whose source is `stored`")
        for command in (apply, export, password):
            add_json(command)

    def run(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        return {"apply": self._apply, "export": self._export, "password": self._password}[options["command"]](options)

    def _apply(self, options: dict[str, Any]) -> int:
        actor = self.actor("change-inventory")
        require(actor.user, "change-inventory")
        content = read_text(options["file"])
        applied = apply_inventory(content, actor, prune=options["prune"], dry_run=options["dry_run"])
        if applied.mistakes and not options["json"]:
            self.stderr.write("\n".join(f"{options['file']}: {mistake}" for mistake in applied.mistakes))
            count = len(applied.mistakes)
            self.stderr.write(f"{count} mistake{'' if count == 1 else 's'}, nothing applied.")
        else:
            self.answer(options, _summary(applied), applied.as_json())
        return REFUSED if applied.mistakes else SUCCEEDED

    def _export(self, options: dict[str, Any]) -> int:
        text = export_inventory(seen_by(self.actor("view").user))
        if options["output"]:
            write_text(options["output"], text)
        shown = "" if options["output"] else text.rstrip("\n")
        self.answer(options, shown, {"result": "exported", "output": options["output"], "inventory": text})
        return SUCCEEDED

    def _password(self, options: dict[str, Any]) -> int:
        actor = self.actor("change-inventory")
        require(actor.user, "change-inventory")
        name = options["credential"]
        row = Credential.objects.filter(name__iexact=name).first()
        if row is None:
            raise Refused(f"There is no credential called {name!r}. See: manage.py inventory export")
        if row.source != "stored":
            raise Refused(f"The credential {row.name} takes its password from elsewhere ({row.source}); set it there.")
        save_credential(spec_of(row), actor, row, _asked_password())  # type: ignore[arg-type]
        self.answer(options, f"Stored the password of {row.name}.", {"result": "stored", "credential": row.name})
        return SUCCEEDED


def _summary(applied: Applied) -> str:
    prefix = "would be " if applied.dry_run else ""
    lines = [f"{change.kind} {change.name}: {prefix}{change.done}" for change in applied.changes]
    return "\n".join(lines) or "Nothing to change."


def _asked_password() -> Secret:
    """The password from the terminal without echo, or the first line of standard input."""
    typed = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not typed:
        raise Refused("No password was given. Type it, or send it on standard input.")
    return Secret(typed)


def read_text(path: str) -> str:
    """The text of a file or, for `-`, of standard input. Raises `Refused`."""
    try:
        data = sys.stdin.buffer.read(LARGEST_FILE + 1) if path == "-" else Path(path).read_bytes()
        if len(data) > LARGEST_FILE:
            raise Refused(f"{path} is too large for an inventory. Give a file of at most 16 MB.")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}. Check the path and its permissions.") from None
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None


def write_text(path: str, text: str) -> None:
    """Write the file. Raises `Refused`."""
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}. Check the folder and its permissions.") from None
