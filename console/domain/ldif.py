"""Changes of the directory as LDIF (RFC 2849), and the receipts of an operation as a file that takes them back."""

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
        yield from comment(text)
    for kept in newest_first:
        yield from _receipt(kept)


def _receipt(kept: Kept) -> Iterator[str]:
    yield "\n"
    yield from comment(f"{kept.number}. {kept.receipt.step}: {kept.receipt.found}")
    if not kept.receipt.changes:
        yield from comment("Nothing of this is in the directory; it is taken back on the nodes.")
    for change, fate in reversed(list(kept.fates())):
        if fate == UNKNOWN:
            yield from _in_doubt(change)
        elif fate in STANDING:
            yield from modification(change, [line for c in change.changes for line in by_value(c.reversed())])
        else:
            yield from comment(f"{change.dn} was not changed ({fate}).")


def _in_doubt(change: EntryChange) -> Iterator[str]:
    yield from comment(f"IN DOUBT: whether {change.dn} was changed is not known.")
    parts = [c for c in change.changes if c.attribute.casefold() != SPN.casefold()]
    for c in change.changes:
        if c not in parts:
            yield from comment(f"Look at its {c.attribute}. Before: {_words(c.removed)}; not: {_words(c.added)}.")
    if parts:
        yield from modification(change, [line for c in parts for line in whole(c.attribute, c.before)])


def _words(values: Iterable[str]) -> str:
    return " and ".join(values) or "none of these"


def modification(change: EntryChange, parts: Iterable[str]) -> Iterator[str]:
    """One record, after an empty line: the object of `change`, and `parts` as what is modified on it."""
    yield "\n"
    yield from _line("dn", change.dn)
    yield "changetype: modify\n"
    yield from parts


def by_value(change: AttributeChange) -> Iterator[str]:
    """Deletes the values that go and adds those that come, so that a value changed since refuses the record."""
    for verb, values in (("delete", change.removed), ("add", change.added)):
        if values:
            yield f"{verb}: {change.attribute}\n"
            for value in values:
                yield from _line(change.attribute, value)
            yield "-\n"


def whole(attribute: str, values: Iterable[str]) -> Iterator[str]:
    """Writes `values`, whatever is there now; none takes the attribute away."""
    yield f"replace: {attribute}\n"
    for value in values:
        yield from _line(attribute, value)
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
    """Whether it is a SAFE-STRING without control characters, and ends with no blank that a reader might lose."""
    plain = all(" " <= char <= "~" for char in value)
    return plain and not value.startswith((" ", ":", "<")) and not value.endswith(" ")


def comment(text: str) -> Iterator[str]:
    """A comment of any length; characters that are not printable ASCII are written as escapes."""
    plain = text.encode("ascii", "backslashreplace").decode()
    plain = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in plain)
    for start in range(0, len(plain) or 1, WIDTH - 2):
        yield f"# {plain[start : start + WIDTH - 2]}\n"
