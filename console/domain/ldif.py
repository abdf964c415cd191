"""The receipts of an operation as LDIF (RFC 2849): what takes its directory changes back without the console."""

import base64
from collections.abc import Iterable, Iterator

from console.domain.directory import AttributeChange, EntryChange
from console.domain.receipts import STANDING, UNKNOWN, Kept
from console.domain.switch.names import SPN

WIDTH = 76
"""Characters of a line before it is folded."""


def ldif(title: Iterable[str], newest_first: Iterable[Kept]) -> Iterator[str]:
    """The file, line by line with line ends: what was applied is deleted and added by value, newest first.

    Of what may have been applied the single value from before is written whatever is there; names of a service
    principal that may have moved are left to a person, in a comment. `title` is put on top as comments.
    """
    yield "version: 1\n"
    for text in title:
        yield from _comment(text)
    for kept in newest_first:
        yield from _receipt(kept)


def _receipt(kept: Kept) -> Iterator[str]:
    yield "\n"
    yield from _comment(f"{kept.number}. {kept.receipt.step}: {kept.receipt.found}")
    if not kept.receipt.changes:
        yield from _comment("Nothing of this is in the directory; it is taken back on the nodes.")
    for change, fate in reversed(list(kept.fates())):
        if fate == UNKNOWN:
            yield from _in_doubt(change)
        elif fate in STANDING:
            yield from _record(change, [line for c in change.changes for line in _by_value(c)])
        else:
            yield from _comment(f"{change.dn} was not changed ({fate}).")


def _in_doubt(change: EntryChange) -> Iterator[str]:
    yield from _comment(f"IN DOUBT: whether {change.dn} was changed is not known.")
    parts = [c for c in change.changes if c.attribute.casefold() != SPN.casefold()]
    for c in change.changes:
        if c not in parts:
            yield from _comment(f"Look at its {c.attribute}. Before: {_words(c.removed)}; not: {_words(c.added)}.")
    if parts:
        yield from _record(change, [line for c in parts for line in _whole(c)])


def _words(values: Iterable[str]) -> str:
    return " and ".join(values) or "none of these"


def _record(change: EntryChange, parts: list[str]) -> Iterator[str]:
    yield "\n"
    yield from _line("dn", change.dn)
    yield "changetype: modify\n"
    yield from parts


def _by_value(change: AttributeChange) -> Iterator[str]:
    """Deletes what was written and adds what was there, so that a value that was changed since refuses the record."""
    for verb, values in (("delete", change.added), ("add", change.removed)):
        if values:
            yield f"{verb}: {change.attribute}\n"
            for value in values:
                yield from _line(change.attribute, value)
            yield "-\n"


def _whole(change: AttributeChange) -> Iterator[str]:
    """Writes what was there, whatever is there now; nothing there takes the attribute away."""
    yield f"replace: {change.attribute}\n"
    for value in change.before:
        yield from _line(change.attribute, value)
    yield "-\n"


def _line(name: str, value: str) -> Iterator[str]:
    """One attribute and its value, in base64 where RFC 2849 asks for it, folded."""
    text = f"{name}: {value}"
    if not _safe(value):
        text = f"{name}:: {base64.b64encode(value.encode()).decode()}"
    yield text[:WIDTH] + "\n"
    for start in range(WIDTH, len(text), WIDTH - 1):
        yield f" {text[start : start + WIDTH - 1]}\n"


def _safe(value: str) -> bool:
    """Whether it is a SAFE-STRING, and ends with no blank that a reader might lose."""
    plain = all(0 < ord(char) < 128 and char not in "\r\n" for char in value)
    return plain and not value.startswith((" ", ":", "<")) and not value.endswith(" ")


def _comment(text: str) -> Iterator[str]:
    """A comment of any length; characters that are not printable ASCII are written as escapes."""
    plain = text.encode("ascii", "backslashreplace").decode()
    plain = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in plain)
    for start in range(0, len(plain) or 1, WIDTH - 2):
        yield f"# {plain[start : start + WIDTH - 2]}\n"
