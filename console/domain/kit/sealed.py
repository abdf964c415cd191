"""Small files that pass between console and node, signed with the node's key: `key=value` lines, the last one `mac`."""

from collections.abc import Collection, Mapping
from datetime import datetime

from console.domain.errors import ChangeoverError
from console.domain.hooks.canonical import from_stamp, matches, sign
from console.domain.hooks.lines import BadBody, parse_lines, render_lines
from console.domain.secrets import Secret

FORM = "1"


class BadKit(ChangeoverError):
    """A kit, or what became of one, that must not be believed; the message says what is wrong with it."""

    remedy = "Make it anew: manage.py kit make CLUSTER --node NODE --output DIR"


def seal(tag: bytes, values: Mapping[str, str], key: Secret) -> bytes:
    """`values` as lines with LF, then `mac` with HMAC-SHA256 (RFC 2104) over the tag, LF and those lines."""
    body = render_lines(values)
    return body + render_lines({"mac": sign(key, tag + b"\n" + body)})


def said(name: str, data: bytes, keys: Collection[str]) -> dict[str, str]:
    """What the file called `name` says; whether it may be believed says `is_sealed`.

    The first of `keys` holds the form. Raises `BadKit` unless there is each of them and a signature, and no other.
    """
    form, *_ = wanted = (*keys, "mac")
    try:
        found = parse_lines(data, wanted)
    except BadBody as error:
        raise BadKit(f"{name} cannot be read. {error.message}") from None
    missing = [key for key in wanted if not found.get(key)]
    if missing:
        raise BadKit(f"{name} lacks {', '.join(missing)}.")
    if found[form] != FORM:
        raise BadKit(f"{name} has the form {found[form]}; this release reads the form {FORM}.")
    return found


def is_sealed(tag: bytes, data: bytes, key: Secret) -> bool:
    """Whether a file that was read by `said` is signed with `key`."""
    body, _, mac = data.replace(b"\r\n", b"\n").rpartition(b"mac=")
    return matches(key, tag + b"\n" + body, mac.decode("ascii").strip())


def moment(name: str, text: str) -> datetime:
    """A time of such a file. Raises `BadKit`."""
    at = from_stamp(text)
    if at is None:
        raise BadKit(f"{name} holds a time that is none: {text}.")
    return at


def number(name: str, text: str) -> int:
    """A count of such a file. Raises `BadKit`."""
    if not (text.isascii() and text.isdecimal()):
        raise BadKit(f"{name} holds a count that is none: {text}.")
    return int(text)
