"""What a controller sends: one message taken apart (RFC 4511 section 4), entries and results alike."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from console.adapters.ldap import ber

ENTRY, REFERENCE, INTERMEDIATE = 0x64, 0x73, 0x79
"""[APPLICATION 4], [APPLICATION 19] and [APPLICATION 25]; what is none of these ends a request."""
APPLICATION = 0x40
REFERRALS, RESPONSE_VALUE, CONTROLS = 0xA3, 0x8B, 0xA0
PAGED = b"1.2.840.113556.1.4.319"


@dataclass(frozen=True)
class RawEntry:
    """An object as it came: attribute names as the server writes them, values as bytes."""

    dn: str
    attributes: Mapping[str, list[bytes]]


@dataclass
class Answer:
    """Everything that came for one request."""

    code: int = -1
    text: str = ""
    referrals: tuple[str, ...] = ()
    entries: list[RawEntry] = field(default_factory=list)
    cookie: bytes = b""
    """Where a paged search goes on; empty after its last page."""
    value: bytes = b""
    """The value of an extended response."""
    size: int = field(default=0, compare=False)
    """Bytes that have come for it."""
    begun: float = field(default_factory=time.monotonic, compare=False)
    """When it was asked for, by the clock of this process."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, its operation not yet read."""

    data: bytes
    number: int
    kind: int
    start: int
    end: int
    controls: tuple[int, int] | None


def open_message(data: bytes) -> Message:
    """Number and kind of a whole message. Raises `IndexError` or `ValueError` when it is none."""
    _, start, end = ber.read(data, 0, len(data))
    (tag, first, last), (kind, begin, stop), *more = ber.parts(data, start, end)
    if tag != ber.INTEGER or not kind & APPLICATION:
        raise ValueError("not a message")
    controls = next(((a, b) for found, a, b in more if found == CONTROLS), None)
    return Message(data, int.from_bytes(data[first:last], "big"), kind, begin, stop, controls)


def entry(message: Message) -> RawEntry:
    """The object that a search found. Raises like `open_message`."""
    data = message.data
    (_, first, last), (_, start, end) = ber.parts(data, message.start, message.end)
    attributes: dict[str, list[bytes]] = {}
    for _, a, b in ber.parts(data, start, end):
        (_, name, name_end), (_, values, values_end) = ber.parts(data, a, b)
        attributes[data[name:name_end].decode()] = [data[x:y] for _, x, y in ber.parts(data, values, values_end)]
    return RawEntry(data[first:last].decode(), attributes)


def finish(answer: Answer, message: Message) -> None:
    """Put a result into its answer. Raises like `open_message`."""
    data = message.data
    (tag, code, code_end), _, (_, text, text_end), *more = ber.parts(data, message.start, message.end)
    if tag != ber.ENUMERATED or code == code_end:
        raise ValueError("not a result")
    answer.code = int.from_bytes(data[code:code_end], "big")
    answer.text = data[text:text_end].decode(errors="replace")
    for kind, start, end in more:
        if kind == REFERRALS:
            answer.referrals = tuple(data[a:b].decode(errors="replace") for _, a, b in ber.parts(data, start, end))
        elif kind == RESPONSE_VALUE:
            answer.value = data[start:end]
    if message.controls:
        answer.cookie = _cookie(data, *message.controls)


def _cookie(data: bytes, start: int, end: int) -> bytes:
    """The cookie of the paged results control (RFC 2696), where there is one."""
    for _, a, b in ber.parts(data, start, end):
        (_, name, name_end), *more = ber.parts(data, a, b)
        if data[name:name_end] == PAGED and more:
            _, value, _ = more[-1]
            _, inside, inside_end = ber.read(data, value, b)
            (_, cookie, cookie_end) = ber.parts(data, inside, inside_end)[1]
            return data[cookie:cookie_end]
    return b""
