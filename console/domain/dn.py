"""Distinguished names by component (RFC 4514): split, compare, find the parent; never by substring.

Texts come from the directory already escaped and go back as they came, so nothing here escapes or unescapes
for writing; only comparison looks through the escapes.
"""

import re
from functools import lru_cache

_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)
_BLANKS = re.compile(" +")
_UNUSUAL = re.compile(r'[\\";]')
CACHED = 4096
"""Names that are remembered: enough for those that many objects share, few enough for a directory of any size."""


@lru_cache(maxsize=CACHED)
def split(dn: str) -> tuple[str, ...]:
    """The RDNs of `dn`, first one first, each as it is written, blanks around separators removed.

    >>> split(r"CN=Doe\\, Jane, OU=Sales,DC=corp")
    ('CN=Doe\\\\, Jane', 'OU=Sales', 'DC=corp')
    """
    if not dn.strip(" "):
        return ()
    parts = _pieces(dn) if _UNUSUAL.search(dn) else dn.split(",")
    return tuple(_trim(part) for part in parts)


def _pieces(dn: str) -> list[str]:
    """The parts between separators that are neither escaped nor quoted."""
    parts: list[str] = []
    start = index = 0
    quoted = False
    while index < len(dn):
        char = dn[index]
        if char == "\\":
            index += 1
        elif char == '"':
            quoted = not quoted
        elif char in ",;" and not quoted:
            parts.append(dn[start:index])
            start = index + 1
        index += 1
    parts.append(dn[start:])
    return parts


def _trim(rdn: str) -> str:
    """`rdn` without the blanks around it, keeping a trailing blank that is escaped."""
    rdn = rdn.lstrip(" ")
    bare = rdn.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if backslashes % 2 and bare != rdn else bare


@lru_cache(maxsize=CACHED)
def key(dn: str) -> str:
    """A text that is equal for two DNs exactly when a directory takes them for the same object's name."""
    return ",".join(_rdn_key(rdn) for rdn in split(dn))


def _rdn_key(rdn: str) -> str:
    attribute, _, value = rdn.partition("=")
    folded = _BLANKS.sub(" ", _unescape(_trim(value))).strip(" ").casefold()
    escaped = folded.replace("\\", r"\\").replace(",", r"\,").replace("=", r"\=").replace("+", r"\+")
    return f"{attribute.strip().casefold()}={escaped}"


def _unescape(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    pieces: list[bytes] = []
    end = 0
    for match in _ESCAPED.finditer(value):
        pieces.append(value[end : match.start()].encode())
        code = match.group(1)
        pieces.append(bytes.fromhex(code) if len(code) == 2 else code.encode())
        end = match.end()
    pieces.append(value[end:].encode())
    return b"".join(pieces).decode("utf-8", errors="surrogateescape")


def same(one: str, other: str) -> bool:
    """Whether both name the same object."""
    return key(one) == key(other)


def parent(dn: str) -> str:
    """The DN of the object above `dn`; empty when there is none."""
    return ",".join(split(dn)[1:])


def is_below(dn: str, ancestor: str) -> bool:
    """Whether `dn` lies under `ancestor` (an object is not below itself)."""
    # Asked of what is above `dn`, which many objects share and which is therefore remembered.
    above, top = key(parent(dn)), key(ancestor)
    return bool(top) and (above == top or above.endswith("," + top))


def leaf(dn: str) -> str:
    """The value of the first RDN as a person reads it, without escapes; empty for an empty DN."""
    parts = split(dn)
    return _unescape(_trim(parts[0].partition("=")[2])) if parts else ""
