"""How a script that the console wrote is told from any other: by a checksum of itself in its first lines."""

import hashlib
import re

MARKER = "rem changeover-scripts sha256="
_LINE = re.compile(rf"{re.escape(MARKER)}([0-9a-f]{{64}})", re.IGNORECASE)
_BEFORE = ("", "@echo off")
"""Lines that may stand before the marker: they do nothing that a checksum would have to cover."""


def checksum(rest: str) -> str:
    """SHA-256, in hex, of what follows the marker's line, with the line ends that a batch file has (CRLF)."""
    lines = "\r\n".join(rest.replace("\r\n", "\n").split("\n"))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def marked(rest: str) -> str:
    """`rest` as a script of the console: CRLF line ends, the marker's line before it."""
    lines = "\r\n".join(rest.replace("\r\n", "\n").split("\n"))
    return f"{MARKER}{checksum(rest)}\r\n{lines}"


def is_ours(text: str) -> bool:
    """Whether the console wrote the script and nobody changed it since."""
    lines = text.replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines):
        found = _LINE.fullmatch(line.strip())
        if found:
            return checksum("\n".join(lines[number + 1 :])) == found.group(1).lower()
        if line.strip().casefold() not in _BEFORE:
            return False
    return False
