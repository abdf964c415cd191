"""Changes of the registry as a .reg file: for people to import, and for `reg import` on a node.

Source: Microsoft KB310516. Version 5.00 is UTF-16 and so are its expandable strings; REGEDIT4 has both in the bytes
of the node, and is taken by Windows Server 2003 and 2008 as well. That is why it can be written line by line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from console.domain.errors import Unquotable

VERSION_5 = "Windows Registry Editor Version 5.00"
VERSION_4 = "REGEDIT4"
LONGEST = 78
"""Characters of a line of hexadecimal digits, as regedit breaks them."""

_ROOTS = {"HKLM": "HKEY_LOCAL_MACHINE", "HKCR": "HKEY_CLASSES_ROOT", "HKU": "HKEY_USERS"}


@dataclass(frozen=True)
class RegistryValue:
    """A value with its type, as `reg query` shows both: REG_SZ, REG_EXPAND_SZ, or REG_DWORD as `0x7`."""

    name: str
    kind: str
    text: str


@dataclass(frozen=True)
class KeyChange:
    """What a key is to hold: values written, names of values taken away; or the key itself away with all below it."""

    key: str
    values: tuple[RegistryValue, ...] = ()
    gone: tuple[str, ...] = ()
    whole: bool = False
    """Whether the key goes."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "KeyChange":
        """From what `to_json` gave."""
        values = tuple(RegistryValue(**value) for value in raw["values"])
        return cls(raw["key"], values, tuple(raw["gone"]), raw["whole"])


def version_5(changes: Iterable[KeyChange]) -> bytes:
    """The file as regedit writes it today: UTF-16LE with a byte order mark."""
    return b"\xff\xfe" + _text(VERSION_5, changes, "utf-16-le").encode("utf-16-le")


def version_4(changes: Iterable[KeyChange]) -> bytes:
    """The file in the older form, in ASCII. Raises `Unquotable` for a text that ASCII does not hold."""
    text = _text(VERSION_4, changes, "latin-1")
    if not text.isascii():
        remedy = "Write the values back by hand, with regedit on the node."
        raise Unquotable("A value of the registry holds characters that its older file format has not.", remedy=remedy)
    return text.encode("ascii")


def _text(header: str, changes: Iterable[KeyChange], encoding: str) -> str:
    lines = [header, ""]
    for change in changes:
        lines += [f"[{'-' * change.whole}{_full(change.key)}]", *_values(change, encoding), ""]
    return "".join(f"{line}\r\n" for line in lines)


def _full(key: str) -> str:
    root, slash, rest = key.partition("\\")
    return _ROOTS.get(root.upper(), root.upper()) + slash + rest


def _values(change: KeyChange, encoding: str) -> Iterator[str]:
    for value in change.values:
        yield from _lines(f"{_quoted(value.name)}=", value, encoding)
    yield from (f"{_quoted(name)}=-" for name in change.gone)


def _lines(opening: str, value: RegistryValue, encoding: str) -> Iterator[str]:
    if value.kind == "REG_SZ":
        yield opening + _quoted(value.text)
    elif value.kind == "REG_DWORD":
        yield f"{opening}dword:{int(value.text, 0):08x}"
    elif value.kind == "REG_EXPAND_SZ":
        yield from _hexadecimal(f"{opening}hex(2):", f"{value.text}\0".encode(encoding))
    else:
        text = f"{value.name} is a value of the type {value.kind}, which this console does not write."
        raise Unquotable(text, remedy="Write it by hand, with regedit on the node.")


def _hexadecimal(opening: str, data: bytes) -> Iterator[str]:
    """The bytes as pairs of digits with commas, broken where regedit would break them."""
    line, pairs = opening, [f"{byte:02x}" for byte in data]
    for place, pair in enumerate(pairs):
        comma = "," if place < len(pairs) - 1 else ""
        if len(line) + len(pair) + len(comma) > LONGEST:
            yield f"{line}\\"
            line = "  "
        line += pair + comma
    yield line


def _quoted(text: str) -> str:
    if any(ord(char) < 32 for char in text):
        raise Unquotable("A value of the registry holds a control character.", remedy="Look at it with regedit.")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
