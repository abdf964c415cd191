"""The errors of a run: told once, from the innermost site outwards, and told apart from those that the log takes back.

A site prints the error that passes through it, `NAME (file:line)` and below it `Error code 0X........ (n): text`; the
same error comes again at each function that it leaves. `=== IGNORING PREVIOUS ERRORS === NAME` takes back what came up
since the function was entered in which it stands ("Tips on Troubleshooting Using the Exchange Server Setup Progress
Log", Exchange team, 2004-04-07).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from console.domain.setup_log.report import Ignored, Place

MOST = 200
"""Errors not yet taken back that are kept; beyond it the oldest is held to be there for good."""
SITES = 50
KINDS = 100
LONGEST = 600
_CODE = re.compile(r"^(?P<lead>[^0]{0,40}?)\b0[xX](?P<code>[0-9A-Fa-f]{8}) ?\((?P<low>\d+)\) ?:? ?(?P<text>.*)$")
_SITE = re.compile(r"^(?P<name>.*?) ?\((?P<source>[^()]*:\d+)\)$")
_WINDOWS = 7
"""The facility of the errors of Windows itself in an HRESULT (MS-ERREF 2.1)."""


@dataclass(frozen=True)
class Code:
    """An error code with what was printed beside it."""

    value: int
    text: str

    @property
    def low(self) -> int:
        """The low word: Windows' own number where the facility is Windows."""
        return self.value & 0xFFFF

    def __str__(self) -> str:
        whose = "Windows error" if self.value >> 16 & 0x1FFF == _WINDOWS else "the set-up's own"
        return f"0x{self.value:08X} ({whose} {self.low}): {self.text.rstrip('.:')}"


@dataclass
class Chain:
    """One error on its way outwards."""

    codes: tuple[Code, ...]
    """As printed; the last one is the cause of those before it."""
    sites: list[str]
    """From the innermost outwards."""
    within: str
    """The innermost function that was open."""
    first: Place
    count: int = 1

    @property
    def cause(self) -> Code:
        """The innermost code."""
        return self.codes[-1]


@dataclass
class Errors:
    """What came up in a run so far."""

    total: int = 0
    taken_back: int = 0
    _settled: dict[tuple[tuple[Code, ...], str], Chain] = field(default_factory=dict)
    _pending: list[Chain] = field(default_factory=list)
    _ignored: dict[tuple[int, str], Ignored] = field(default_factory=dict)
    rising: bool = False
    """Whether what comes up next may still be the last error, on its way outwards."""

    def came_up(self, site: str, codes: tuple[Code, ...], within: str, place: Place) -> None:
        """An error was printed at a site."""
        last = self._pending[-1] if self._pending else None
        if self.rising and last is not None and last.codes == codes:
            if len(last.sites) < SITES:
                last.sites.append(site)
            return
        self.total += 1
        self.rising = True
        self._pending.append(Chain(codes, [site], within, place))
        if len(self._pending) > MOST:
            self._settle(self._pending.pop(0))

    def ignore(self, since: int, by: str) -> None:
        """The log takes back what came up from line `since` on."""
        while self._pending and self._pending[-1].first.line >= since:
            self._take_back(self._pending.pop(), by)
        self.rising = False

    def ignored(self) -> tuple[Ignored, ...]:
        """Each kind of error that was taken back, in the order of the log."""
        return tuple(sorted(self._ignored.values(), key=lambda one: one.place.line))

    def for_good(self) -> list[Chain]:
        """The errors that were never taken back, each kind once, in the order of the log."""
        for chain in self._pending:
            self._settle(chain)
        self._pending.clear()
        return sorted(self._settled.values(), key=lambda chain: chain.first.line)

    def _settle(self, chain: Chain) -> None:
        key = (chain.codes, chain.sites[0])
        if key in self._settled:
            self._settled[key].count += 1
        elif len(self._settled) < MOST:
            self._settled[key] = chain

    def _take_back(self, chain: Chain, by: str) -> None:
        self.taken_back += 1
        cause = chain.cause
        key = (cause.value, chain.sites[0])
        known = self._ignored.get(key)
        if known is not None:
            self._ignored[key] = Ignored(known.code, known.text, known.by, known.count + 1, known.place)
        elif len(self._ignored) < KINDS:
            self._ignored[key] = Ignored(f"0x{cause.value:08X}", cause.text, by, 1, chain.first)


def site_of(lines: Sequence[str]) -> tuple[str, bool]:
    """The function that an entry's first lines name, and whether its place in the sources stands with it."""
    whole = f"{lines[0]} {lines[1]}" if len(lines) > 1 and lines[1].startswith("(") else lines[0]
    match = _SITE.match(whole)
    return (match["name"], True) if match else (lines[0], False)


def codes_of(lines: Sequence[str]) -> tuple[Code, ...]:
    """The error codes that an entry prints below its first line, with texts that were wrapped put together.

    A code of 0 is no error.
    """
    found = tuple(Code(int(code, 16), " ".join(text)[:LONGEST].strip()) for code, text in _texts(lines))
    return tuple(code for code in found if code.value)


def _texts(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    current: tuple[str, list[str]] | None = None
    for line in lines[1:]:
        match = _CODE.match(line)
        if match and (match["lead"] or current):
            if current:
                yield current
            current = (match["code"], [match["text"]])
        elif current:
            current[1].append(line)
    if current:
        yield current
