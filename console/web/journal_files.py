"""A journal to take away: as text for people, or as JSON Lines for programs."""

import json
from collections.abc import Iterator, Mapping

from console.domain.printable import one_line
from console.models import JournalLine, Operation
from console.services.journal_filter import JournalFilter
from console.web.journal import as_json

TYPES: Mapping[str, str] = {"txt": "text/plain", "jsonl": "application/jsonl"}
"""The types of the files by the endings of their names."""
CHUNK = 2000


def lines(operation: Operation, wanted: JournalFilter, form: str) -> Iterator[str]:
    """The lines that fit, in their order, each as one line of a file of that form, read as they are asked for."""
    write = _json if form == "jsonl" else _text
    return map(write, wanted.of(operation).order_by("seq").iterator(chunk_size=CHUNK))


def _text(line: JournalLine) -> str:
    """A line of text, whatever a node printed in it."""
    step = f" [{line.step}]" if line.step else ""
    return f"{line.seq}\t{line.at.isoformat()}\t{line.kind}{step}\t{one_line(line.text)}\n"


def _json(line: JournalLine) -> str:
    """An object on a line; everything beyond ASCII is escaped, and with it whatever could end a line."""
    return json.dumps(as_json(line)) + "\n"
