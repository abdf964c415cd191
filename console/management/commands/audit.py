"""`manage.py audit`: export the audit, verify it, anchor its end outside, and archive what is old."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import CommandParser
from django.db import transaction
from django.db.models import QuerySet

from console.management import audit_acts
from console.management.base import SUCCEEDED, ConsoleCommand, Refused, add_json
from console.models import AuditRecord
from console.services import audit
from console.services.audit_actions import OUTCOMES, Action
from console.services.audit_export import FORMATS
from console.services.audit_search import AuditFilter, readable


class Command(ConsoleCommand):
    """Needs the right to read the audit; what changes something needs the right to administer.

    The export leaves out what the account may not read; the acts are about the whole chain, and take it on everything.
    """

    help = "Export, verify, anchor and archive the audit."

    def arguments(self, parser: CommandParser) -> None:
        """The export with the filters of the page, and the acts."""
        commands = parser.add_subparsers(dest="command", required=True)
        export = commands.add_parser("export", help="write the records, oldest first")
        export.add_argument("--format", choices=FORMATS, default="jsonl")
        export.add_argument("--from", dest="since", metavar="TIME", help="from this day or time on (UTC if not said)")
        export.add_argument("--to", dest="until", metavar="TIME", help="to the end of this day, or before this time")
        export.add_argument("--cluster", default="")
        export.add_argument("--actor", default="")
        export.add_argument("--action", default="", metavar="TAG", help="a tag, or the start of one: operation:")
        export.add_argument("--outcome", default="", choices=OUTCOMES, help="what did not go as it was asked for")
        export.add_argument("--origin", default="", choices=AuditRecord.Origin.values)
        export.add_argument("--about", default="", metavar="TYPE:ID", help="one object, such as operation:12")
        export.add_argument("--text", default="", help="stands anywhere in the record")
        export.add_argument("--output", metavar="FILE", help="write there; needed with --json")
        add_json(export)
        audit_acts.add(commands)

    def run(self, options: dict[str, Any]) -> int:
        """Export, or act."""
        if options["command"] == "export":
            return self._export(options)
        right, act = audit_acts.ACTS[options["command"]]
        code, text, data = act(options, self.actor_of_all(right))
        self.answer(options, text, data)
        return code

    def _export(self, options: dict[str, Any]) -> int:
        """Write the records that the filters leave; that is itself audited, after what it contains."""
        actor = self.actor("read-audit")
        if options["json"] and not options["output"]:
            raise Refused("With --json standard output is for one object. Name a file with --output.")
        wanted = AuditFilter(
            **{name: options[name] for name in ("actor", "action", "cluster", "outcome", "origin", "text")},
            about=_about(options["about"]),
            since=moment(options["since"], end=False),
            until=moment(options["until"], end=True),
        )
        count = self._write(readable(wanted, actor.user), options)
        with transaction.atomic():
            after: dict[str, Any] = {key: str(value) for key, value in vars(wanted).items() if value}
            after |= {"records": count, "format": options["format"]}
            audit.record(Action.AUDIT_EXPORTED, actor, audit.Subject("audit"), after=after)
        text = f"Wrote {count} records to {options['output']}." if options["output"] else ""
        self.answer(options, text, {"result": "exported", "records": count, "output": options["output"]})
        return SUCCEEDED

    def _write(self, records: QuerySet[AuditRecord], options: dict[str, Any]) -> int:
        lines = FORMATS[options["format"]].write(records)
        if not options["output"]:
            return self._send(lines, sys.stdout) - _headers(options)
        try:
            with Path(options["output"]).open("w", encoding="utf-8", newline="") as file:
                return self._send(lines, file) - _headers(options)
        except OSError as error:
            raise Refused(f"{options['output']} cannot be written: {error.strerror}. Check the folder.") from None

    def _send(self, lines: Iterator[str], target: TextIO) -> int:
        written = 0
        for line in lines:
            target.write(line)
            written += 1
        return written


def _headers(options: dict[str, Any]) -> int:
    return 1 if options["format"] == "csv" else 0


def _about(text: str) -> tuple[str, str] | None:
    kind, _, number = text.partition(":")
    if text and not (kind and number):
        raise Refused(f"{text!r} is not an object. Write its type and its id, such as operation:12.")
    return (kind, number) if text else None


def moment(text: str | None, *, end: bool) -> datetime | None:
    """The time that an ISO 8601 day or time stands for; a day alone ends with its last moment when `end`."""
    if not text:
        return None
    try:
        if len(text) == len("2008-07-18"):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time(), UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise Refused(f"{text!r} is not a time. Write 2008-07-18 or 2008-07-18T09:30:00+09:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
