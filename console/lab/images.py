"""Programs and libraries on a node's disk: bytes that carry a version, as wmic tells it of a file."""

import re

_VERSION = re.compile(rb"\0FileVersion\0([0-9.]+)\0")


def image(version: str, name: str = "") -> bytes:
    """A file of this version; `name` makes it another file than others of the version."""
    return b"MZ\x90\0" + name.casefold().encode() + b"\0FileVersion\0" + version.encode() + b"\0"


def version_of(data: bytes) -> str:
    """The version that a file carries, empty when it carries none."""
    found = _VERSION.search(data)
    return found.group(1).decode() if found else ""
