"""Tells from the first bytes of a file how its text is encoded, or that it is an archive, a program, or nothing."""

import codecs

from console.domain.errors import ChangeoverError

HEAD = 1 << 16
"""Bytes that are looked at."""
EXPECTED = (
    "Expected is Exchange's set-up log: 'Exchange Server Setup Progress.log' (2003, with lines that begin with "
    "[13:43:33]) or ExchangeSetup.log (2007, with lines that begin with [8/3/2007 4:46:12 PM] [0])."
)
WIDE = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
_ASCII = bytes(range(32, 127))
_UNPACK = {
    "zip": "unzip -p FILE",
    "cab": "cabextract --pipe FILE",
    "gzip": "gunzip -c FILE",
    "bzip2": "bunzip2 -c FILE",
    "xz": "xz -dc FILE",
    "7z": "7z x -so FILE",
    "rar": "unrar p -inul FILE",
}
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"MSCF", "cab"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
)


class NotASetupLog(ChangeoverError):
    """What was given is no set-up log; the message says what it looks like."""

    remedy = EXPECTED


class WrongEncoding(ChangeoverError):
    """The encoding that was named cannot be used."""

    remedy = "Name one such as cp1252, cp932, utf-8 or utf-16-le, or none: then it is found out."


def encoding_of(head: bytes, named: str | None) -> str:
    """How the text that begins with `head` is encoded: `named` when given, else found out.

    The answer is `utf-16-le`, `utf-16-be`, or an encoding in which ASCII is itself. `utf-8` is also said of what is not
    sure: lines that are not UTF-8 are then read as Windows-1252. Raises `NotASetupLog`, `WrongEncoding`.
    """
    if not head:
        raise NotASetupLog("It is empty.", remedy=f"{EXPECTED} Copy it again when the set-up has written something.")
    if packed := next((kind for magic, kind in _MAGIC if head.startswith(magic)), None):
        remedy = f"Unpack it first: {_UNPACK[packed]} | manage.py diagnose --log -   {EXPECTED}"
        raise NotASetupLog(f"It is an archive ({packed}).", remedy=remedy)
    if named is not None:
        return _usable(named, head)
    found = _wide(head)
    if found is None and _binary(head):
        raise NotASetupLog("It is no text: it has bytes that no log has.")
    return found or "utf-8"


def _usable(named: str, head: bytes) -> str:
    try:
        name = codecs.lookup(named).name
        if name == "utf-16":
            return _wide(head) or "utf-16-le"
        if name in WIDE:
            return name
        same = _ASCII.decode(name) == _ASCII.decode("ascii")
    except UnicodeError:
        same = False
    except (LookupError, ValueError):
        raise WrongEncoding(f"{named!r} is no encoding of text that is known here.") from None
    if not same:
        raise WrongEncoding(f"A log in {named} cannot be read: ASCII is not itself in it.")
    return "utf-8" if name == "utf-8-sig" else name


def _wide(head: bytes) -> str | None:
    """UTF-16 by its mark, or by what every other byte of Western text is in it."""
    for name, mark in WIDE.items():
        if head.startswith(mark):
            return name
    pairs = len(head) // 2
    nothing = {"utf-16-be": head[0 : 2 * pairs : 2].count(0), "utf-16-le": head[1 : 2 * pairs : 2].count(0)}
    likely = max(nothing, key=lambda name: nothing[name])
    other = min(nothing.values())
    return likely if pairs > 1 and nothing[likely] > 0.4 * pairs and other < 0.1 * pairs else None


def _binary(head: bytes) -> bool:
    """Whether control characters are more than an odd one; zeros at the end are what a crash leaves behind."""
    body = head.rstrip(b"\0")
    strange = sum(body.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1a\x1b\b")
    return not body or strange > len(body) / 50 + 4
