"""Bodies and answers: ASCII lines of `key=value`, read strictly, written so that a batch file can read them."""

import re
from collections.abc import Collection, Mapping

from console.domain.errors import ChangeoverError

LONGEST_BODY = 4096
"""Bytes of a body or an answer."""
LONGEST_VALUE = 200
"""Characters of a value."""

_LINE = re.compile("([a-z][a-z_]{0,31})=([ -~]*)")


class BadBody(ChangeoverError):
    """A body that is not what was expected; the message says what was."""

    remedy = "Send what docs/webhook.md describes; on a node, deploy the console's scripts again."


def parse_lines(body: bytes, allowed: Collection[str]) -> dict[str, str]:
    """The lines `key=value` of `body`, each ended by LF or CRLF (the last one may go without).

    Blanks at the end of a value are dropped: `echo key=value >file` of cmd.exe leaves one. Raises `BadBody` for an
    unknown or repeated key, for anything but printable ASCII, and for what is too long.
    """
    if len(body) > LONGEST_BODY:
        raise BadBody(f"The body has {len(body)} bytes; {LONGEST_BODY} were expected at most.")
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadBody(f"Byte {error.start + 1} of the body is not ASCII; ASCII text was expected.") from None
    found: dict[str, str] = {}
    for number, line in enumerate(_split(text), 1):
        key, value = _parse_line(number, line, allowed)
        if key in found:
            raise BadBody(f"Line {number} gives {key} a second time; each key was expected once.")
        found[key] = value
    return found


def render_lines(values: Mapping[str, str]) -> bytes:
    """`values` as lines with LF; what cannot stand in a line (other characters, a long tail) becomes `?` or is cut."""
    lines = [f"{key}={_plain(value)}\n" for key, value in values.items()]
    return "".join(lines).encode("ascii")


def _split(text: str) -> list[str]:
    if not text:
        return []
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def _parse_line(number: int, line: str, allowed: Collection[str]) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadBody(f"Line {number} is not key=value in printable ASCII.")
    key, value = match[1], match[2].rstrip(" ")
    if key not in allowed:
        raise BadBody(f"Line {number} gives {key}, which is not known here; expected: {', '.join(sorted(allowed))}.")
    if len(value) > LONGEST_VALUE:
        raise BadBody(f"The value of {key} has {len(value)} characters; {LONGEST_VALUE} were expected at most.")
    return key, value


def _plain(value: str) -> str:
    return re.sub("[^ -~]", "?", " ".join(value.split()))[:LONGEST_VALUE].rstrip(" ")
