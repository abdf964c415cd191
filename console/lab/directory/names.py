"""Distinguished names (RFC 4514): escaping, parsing, and one comparable form of each."""

from __future__ import annotations

from functools import lru_cache

SEPARATOR = "\x1f"
# RFC 4514 lets an equals sign and an inner number sign stand; some clients do not, so they are escaped too.
_SPECIAL = '"+,;<>\\=#'


def escape(value: str) -> str:
    """The value as it stands inside a distinguished name (RFC 4514 section 2.4)."""
    text = "".join("\\" + char if char in _SPECIAL else char for char in value)
    if text.startswith(" "):
        text = "\\" + text
    if text.endswith(" ") and len(value) > 1:
        text = text[:-1] + "\\ "
    return text


def rdn(kind: str, value: str) -> str:
    """One component such as `CN=Mailbox Store`, escaped."""
    return f"{kind}={escape(value)}"


def join(*parts: str) -> str:
    """Components and names, nearest first, as one distinguished name."""
    return ",".join(part for part in parts if part)


def _cut(dn: str) -> list[str]:
    pieces, start, index = [], 0, 0
    while index < len(dn):
        if dn[index] == "\\":
            index += 1
        elif dn[index] in ",;":
            pieces.append(dn[start:index])
            start = index + 1
        index += 1
    return [*pieces, dn[start:]]


def _trim(value: str) -> str:
    value = value.lstrip(" ")
    while value.endswith(" ") and not value.endswith("\\ "):
        value = value[:-1]
    return value


def _unescape(value: str) -> str:
    out, index = bytearray(), 0
    while index < len(value):
        char = value[index]
        if char == "\\":
            pair = value[index + 1 : index + 3]
            if len(pair) == 2 and all(digit in "0123456789abcdefABCDEF" for digit in pair):
                out += bytes.fromhex(pair)
                index += 3
                continue
            index += 1
            if index == len(value):
                raise ValueError("a distinguished name ends in a lone backslash")
            char = value[index]
        elif char in '+"<>':
            raise ValueError(f"the character {char} must be escaped in a distinguished name")
        out += char.encode()
        index += 1
    return out.decode()


@lru_cache(maxsize=100_000)
def parse(dn: str) -> tuple[tuple[str, str], ...]:
    """The components (attribute, unescaped value), nearest first.

    Raises ValueError for text that is no distinguished name; components of several parts are refused,
    as Active Directory has none.
    """
    if not dn.strip():
        return ()
    found = []
    for piece in _cut(dn):
        kind, equals, value = piece.partition("=")
        kind = kind.strip()
        if not equals or not kind.replace("-", "").replace(".", "").isalnum() or not value.strip():
            raise ValueError(f"{piece!r} is no component of a distinguished name")
        found.append((kind, _unescape(_trim(value))))
    return tuple(found)


@lru_cache(maxsize=100_000)
def key(dn: str) -> str:
    """A form that is equal for equal names: case, blanks and the way of escaping do not count.

    Raises ValueError like `parse`. The key of a child ends in SEPARATOR plus the key of its parent.
    """
    return SEPARATOR.join(f"{kind.lower()}={value.lower()}" for kind, value in parse(dn))


def parent_key(entry_key: str) -> str:
    """The key of the parent; empty for a name of one component."""
    return entry_key.partition(SEPARATOR)[2]


def is_below(entry_key: str, base_key: str) -> bool:
    """Whether the entry is the base or lies in its subtree; both are keys."""
    return not base_key or entry_key == base_key or entry_key.endswith(SEPARATOR + base_key)


def parent(dn: str) -> str:
    """The name without its nearest component, as written."""
    return ",".join(_cut(dn)[1:])
