"""Reads a set-up log line by line, of whatever size: memory holds what is open and what is kept, both bounded."""

import re
from collections import Counter
from collections.abc import Callable, Iterable

from console.domain.procedures.refused_by_setup import BEGINS
from console.domain.setup_log.clock import moment
from console.domain.setup_log.closing import closed, shrunk
from console.domain.setup_log.lines import BLOCK, Block, LogBytes, plain
from console.domain.setup_log.report import Place, Report, Run
from console.domain.setup_log.run import RunState
from console.domain.setup_log.sniff import WIDE, NotASetupLog
from console.domain.setup_log.timeline import VIRTUAL_SERVER

RUNS = 20
"""Runs that are kept."""
EARLIER = 40
"""Findings that are kept of a run that is not the last."""
BELOW = 40
"""Lines below a line that belong to it."""
TRIED = 1000
"""Lines without a time after which a file is held to be no log."""
ENTERING, LEAVING = b"Entering", b"Leaving "
_BEGINS, _VIRTUAL_SERVER = BEGINS.encode(), VIRTUAL_SERVER.encode()
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?\[((\d\d:\d\d:\d\d)|\d[^\]\n]{4,60})\] ?(?:\[\d+\] )?")
_INNER = re.compile(rb"(?:\[\d+\] )?(?:\[\d{1,2}:\d\d:\d\d\] ?)?(?:\[\d+\] )?\s*")
_CODE = re.compile(rb"\b0[xX][0-9A-Fa-f]{8} ?\(\d")
# Each begins with one plain character, which makes them quick over a whole block.
_FILE = re.compile(
    rb"\.(?i:(?:ins|uns|scr)\b|dll(?:(?<=exres.dll)|(?<=excluadm.dll)|(?<=clusmsg.dll)|(?<=extras.dll)))"
)
_FOLDER = re.compile(rb"\\(?i:roles|common)\b")

Handle = Callable[[RunState, list[str], Place], None]
ACTS: dict[bytes, Handle] = {
    ENTERING: RunState.mentions,
    LEAVING: RunState.mentions,
    b"Error co": RunState.code,
    b"=== IGNO": RunState.ignoring,
    b"Interpre": RunState.interprets,
    b"Process ": RunState.exits,
    b"Starting": RunState.announces,
    b"End of S": RunState.ends,
    b"Setup ve": RunState.says_version,
    b"Logged o": RunState.says_user,
    b"Command ": RunState.says_argument,
    b"[ERROR] ": RunState.says_error,
    b"[WARNING": RunState.says_warning,
    b"Launchin": RunState.launches,
    b"Executin": RunState.launches,
    b"Running ": RunState.launches,
    b"Creating": RunState.launches,
}
"""What the first eight bytes of a line's text tell; entering and leaving are besides told apart in the loop."""


class _Entry:
    """A line of interest with the lines below it, until the next line that begins with a time."""

    __slots__ = ("before", "end", "handle", "line", "lines", "offset")

    def __init__(self, handle: Handle, text: bytes, before: bytes, line: int, offset: int, end: int) -> None:
        self.handle, self.lines, self.before, self.line = handle, [text], before, line
        self.offset, self.end = offset, end

    def below(self, text: bytes, end: int) -> None:
        """One more line below it, which ends at `end`."""
        self.end = end
        if text and len(self.lines) < BELOW:
            self.lines.append(text)


class Reader:
    """Takes blocks of lines and gives a report."""

    def __init__(self, log: LogBytes, encoding: str | None) -> None:
        self._log = log
        self._encodings = [("utf-8", "strict"), ("cp1252", "replace")]
        if encoding is not None and log.encoding not in WIDE:
            self._encodings = [(log.encoding, "replace")]
        self._run = RunState(1, 1, self._decoded)
        self._runs: list[Run] = []
        self._forgotten = 0
        self._totals: Counter[str] = Counter()
        self._entry: _Entry | None = None
        self._head, self._text = b"\n", b""
        self._block = Block(b"", 0, None)
        self._last = (0, 0)
        self._carried = self._line = 0

    def report(self) -> Report:
        """Read it all. Raises `NotASetupLog`."""
        for block in self._log.blocks():
            self._read(block)
            if not self._head.strip() and self._line >= TRIED:
                break
        self._flush()
        self._close(self._text)
        if not self._runs:
            times = "Its lines begin with a time, and none of them says anything that a set-up says."
            none = "No line of it begins with a time in square brackets, as those of a set-up log do."
            raise NotASetupLog(times if self._head.strip() else none)
        log = self._log
        totals = {"runs": self._forgotten + len(self._runs), **self._totals}
        return Report(log.encoding, log.size, self._line, log.cut_off, tuple(self._runs), self._forgotten, totals)

    def _read(self, block: Block) -> None:
        """The hot loop: a line is looked at by its first bytes, and by one pattern where its time is a new one."""
        lines = block.data.split(b"\n")
        lines.pop()
        self._block, offset, named = block, block.offset, _named(block.data)
        head, text, number, position = self._head, self._text, self._line, 0
        acts, size = ACTS, len(head)
        for line in lines:
            number += 1
            if line.startswith(head):
                before, text = text, line[size:].strip()
                if self._entry is not None:
                    self._flush()
            elif (match := _HEADER.match(line)) and (now := self._begins(match, line, text, number)) is not None:
                before, text, head = text, now, match.group()
                size = len(head)
            else:
                self._below(line, text, position)
                position += len(line) + 1
                continue
            act = acts.get(text[:8])
            if act is None and text[:1] == b"[":
                text = _inner(text)
                act = acts.get(text[:8])
            if act is None:
                if text[-1:] == b")" or (named and _named(text)):
                    self._interesting(RunState.site, text, before, number, position, line)
            elif text[:8] == ENTERING:
                if text.endswith(_VIRTUAL_SERVER):
                    self._anew(text, before, number, same_time=True)
                self._run.enter(text[8:].lstrip(), number, offset(position))
            elif text[:8] == LEAVING:
                self._run.leave(text[8:].lstrip())
            else:
                self._interesting(act, text, before, number, position, line)
            if named and act is RunState.mentions and _named(text):
                self._mentioned(text, number, position, len(line))
            self._last = (number, position)
            position += len(line) + 1
        self._head, self._text, self._line = head, text, number
        self._carried = self._last_offset()
        self._last = (self._last[0], -1)

    def _interesting(self, act: Handle, text: bytes, before: bytes, number: int, position: int, line: bytes) -> None:
        """A line that is kept until it is complete."""
        if text.startswith(_BEGINS):
            self._anew(text, before, number, same_time=True)
        if act is RunState.site and _named(text):
            act = RunState.mentions
        begin, end = self._block.offset(position), self._block.offset(position + len(line))
        self._entry = _Entry(act, text, before, number, begin, end)

    def _mentioned(self, text: bytes, number: int, position: int, length: int) -> None:
        """A function that is entered or left has the name of a script, or of a file."""
        self._run.mentions([self._decoded(text)], Place(number, self._block.offset(position), length))

    def _begins(self, match: "re.Match[bytes]", line: bytes, before: bytes, number: int) -> bytes | None:
        """What follows the time with which a line begins, or None: it is none. With it the entry before is complete."""
        stamp, plain_stamp = match.groups()
        if plain_stamp is None and moment(stamp) is None:
            return None
        if self._entry is not None:
            self._flush()
        text = line[match.end() :].strip()
        if text.startswith(_BEGINS) or text.endswith(_VIRTUAL_SERVER):
            self._anew(text, before, number, same_time=False)
        self._run.take(stamp, plain=plain_stamp is not None)
        return text

    def _below(self, line: bytes, text: bytes, position: int) -> None:
        """A line without a time belongs to the one above it, of which it may tell an error."""
        stripped = line.strip()
        if self._entry is None:
            if not self._last[0] or not (stripped[:1] == b"(" or _CODE.search(stripped)):
                return
            name = text.removeprefix(ENTERING).removeprefix(LEAVING).lstrip()
            begin = self._last_offset()
            self._entry = _Entry(RunState.site, name, b"", self._last[0], begin, begin)
        self._entry.below(stripped, self._block.offset(position + len(line)))

    def _last_offset(self) -> int:
        """Where the last line that began with a time begins."""
        position = self._last[1]
        return self._block.offset(position) if position >= 0 else self._carried

    def _flush(self) -> None:
        """Take what an entry says, now that it is complete."""
        entry, self._entry = self._entry, None
        if entry is None:
            return
        self._run.before = self._decoded(entry.before)
        place = Place(entry.line, entry.offset, entry.end - entry.offset)
        entry.handle(self._run, [self._decoded(line) for line in entry.lines], place)

    def _anew(self, text: bytes, before: bytes, number: int, *, same_time: bool) -> None:
        """Begin another run, when this line begins one and has not done so yet."""
        run = self._run
        again = text.startswith(ENTERING) and run.begins_anew(text)
        if run.first_line == number or not (text.startswith(_BEGINS) or again):
            return
        self._close(before)
        self._run = RunState(run.number + run.heard, number, self._decoded)
        if same_time:
            self._run.take(run.stamp, plain=False)

    def _close(self, last: bytes) -> None:
        """The run is over, after the line that says `last`."""
        run = self._run
        if not run.heard:
            return
        done = closed(run, Place(self._last[0], self._last_offset()), self._decoded(last))
        self._totals.update(done.totals)
        if self._runs:
            self._runs[-1] = shrunk(self._runs[-1], EARLIER)
        self._runs.append(done)
        if len(self._runs) > RUNS:
            clustered = [index for index, one in enumerate(self._runs) if one.cluster]
            del self._runs[1 if clustered == [0] else 0]
            self._forgotten += 1

    def _decoded(self, text: bytes) -> str:
        for encoding, errors in self._encodings[:-1]:
            try:
                return plain(text.decode(encoding, errors))
            except UnicodeDecodeError:
                continue
        return plain(text.decode(*self._encodings[-1]))


def _named(data: bytes) -> bool:
    """Whether a script, a folder of the set-up, a file or a role is named anywhere."""
    if _FILE.search(data) or _FOLDER.search(data):
        return True
    return b"ailbox role" in data or b"ailbox Role" in data


def _inner(text: bytes) -> bytes:
    """A line of the older form within one of the newer."""
    match = _INNER.match(text)
    return text[match.end() :] if match else text


def read(chunks: Iterable[bytes], *, encoding: str | None = None, block: int = BLOCK) -> Report:
    """What a set-up log says, read once from front to back, in memory that does not grow with it.

    `chunks` are its bytes, cut anywhere; `encoding` is given when one knows better than what the bytes look like;
    `block` is how many bytes are worked on at once, and changes nothing else. Raises `NotASetupLog`, which says what it
    is instead, and `WrongEncoding`.
    """
    return Reader(LogBytes(chunks, encoding, block), encoding).report()
