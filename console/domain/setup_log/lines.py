"""A stream of bytes as blocks of whole lines in which ASCII is itself, however large it is and however it is cut."""

from collections.abc import Iterable, Iterator

from console.domain.setup_log.sniff import HEAD, WIDE, encoding_of

BLOCK = 1 << 18
"""Bytes that are worked on at once."""
LONGEST = 1 << 14
"""Bytes of a line that are looked at; the rest of a longer one is passed over."""
_CONTROLS = dict.fromkeys(
    [*range(32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F)], "\N{REPLACEMENT CHARACTER}"
)
_UTF8_MARK = b"\xef\xbb\xbf"


def plain(text: str) -> str:
    """`text` without characters that a terminal, a page or a database would act on, or refuse."""
    return text if text.isprintable() else text.replace("\t", " ").translate(_CONTROLS)


class Block:
    """Whole lines, and where each of their bytes stands in the file as it was given."""

    def __init__(self, data: bytes, start: int, wide: str | None) -> None:
        self.data = data
        self._start = start
        self._wide = wide
        self._known = (0, start)

    def offset(self, position: int) -> int:
        """Where the byte at `position` of `data` stands in the file; quick when asked in rising order."""
        if self._wide is None:
            return self._start + position
        before, offset = self._known if self._known[0] <= position else (0, self._start)
        self._known = (position, offset + len(_encoded(self.data[before:position], self._wide)))
        return self._known[1]


class LogBytes:
    """A log as it comes in."""

    def __init__(self, chunks: Iterable[bytes], encoding: str | None = None, block: int = BLOCK) -> None:
        """Raises `NotASetupLog`, `WrongEncoding` by what the first bytes look like."""
        self._pieces = _pieces(chunks, max(block, 1))
        self._first: list[bytes] = []
        while sum(map(len, self._first)) < HEAD and (piece := next(self._pieces, b"")):
            self._first.append(piece)
        head = b"".join(self._first)
        self.encoding = encoding_of(head[:HEAD], encoding)
        self._wide = self.encoding if self.encoding in WIDE else None
        self._mark = WIDE.get(self.encoding, _UTF8_MARK)
        self._skipped = len(self._mark) if head.startswith(self._mark) else 0
        self.size = 0
        self.cut_off = False
        """Whether the last line has no end; known when all has been read."""

    def blocks(self) -> Iterator[Block]:
        """Blocks of whole lines, none longer than `LONGEST` bytes; each line ends with a line feed."""
        start = self._skipped
        held, lost = b"", 0
        for piece in self._decoded():
            if lost:
                end = piece.find(b"\n")
                lost += self._width(piece if end < 0 else piece[:end])
                if end < 0:
                    continue
                yield Block(held + b"\n", start, self._wide)
                start += self._width(held + b"\n") + lost
                held, lost, piece = b"", 0, piece[end + 1 :]
            held += piece
            end = held.rfind(b"\n") + 1
            for data, left_out in _bounded(held[:end]):
                yield Block(data, start, self._wide)
                start += self._width(data) + self._width(left_out)
            held = held[end:]
            if len(held) > LONGEST:
                cut = _cut(held, 0)
                held, lost = held[:cut], self._width(held[cut:])
        held = held.rstrip(b"\0")
        if held:
            self.cut_off = True
            yield Block(held + b"\n", start, self._wide)

    def _width(self, data: bytes) -> int:
        """How many bytes of the file `data` was."""
        return len(_encoded(data, self._wide)) if self._wide else len(data)

    def _decoded(self) -> Iterator[bytes]:
        """The pieces, those of a wide encoding as UTF-8."""
        mark = self._skipped
        unfinished = b""
        for piece in self._raw():
            body, mark = piece[mark:], max(mark - len(piece), 0)
            if self._wide is None:
                yield body
                continue
            body = unfinished + body
            whole = _whole(body, self._wide)
            unfinished = body[whole:]
            yield body[:whole].decode(self._wide, "surrogatepass").encode("utf-8", "surrogatepass")

    def _raw(self) -> Iterator[bytes]:
        for piece in [*self._first]:
            self.size += len(piece)
            yield piece
        self._first = []
        for piece in self._pieces:
            self.size += len(piece)
            yield piece


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size`, so that it does not matter how they were cut."""
    buffer = bytearray()
    for chunk in chunks:
        for begin in range(0, len(chunk), size):
            buffer += chunk[begin : begin + size]
            if len(buffer) >= size:
                yield bytes(buffer[:size])
                del buffer[:size]
    if buffer:
        yield bytes(buffer)


def _whole(body: bytes, encoding: str) -> int:
    """How many bytes of `body` are whole characters of two or four bytes."""
    end = len(body) & ~1
    last = body[max(end - 2, 0) : end]
    high = last[-1:] if encoding == "utf-16-le" else last[:1]
    return end - 2 if b"\xd8" <= high <= b"\xdb" else end


def _bounded(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """`data` in parts that end with a line feed, and what was left out before each part's last line feed."""
    begin = at = 0
    while len(data) - at > LONGEST:
        feed = data.rfind(b"\n", at, at + LONGEST + 1)
        if feed >= 0:
            at = feed + 1
            continue
        end = data.index(b"\n", at)
        if begin < at:
            yield data[begin:at], b""
        cut = _cut(data, at)
        yield data[at:cut] + b"\n", data[cut:end]
        begin = at = end + 1
    if begin < len(data):
        yield data[begin:], b""


def _cut(data: bytes, at: int) -> int:
    """Where to cut a line that begins at `at` and is too long: not within a character of UTF-8."""
    end = at + LONGEST
    return next((place for place in range(end, end - 4, -1) if data[place] & 0xC0 != 0x80), end)


def _encoded(data: bytes, wide: str) -> bytes:
    return data.decode("utf-8", "surrogatepass").encode(wide, "surrogatepass")
