"""Bytes from a node into lines of text, as they arrive, with a cap on what is kept."""

import codecs
from dataclasses import dataclass, field

from console.domain.ports import OnLine

KEEP = 2_000_000
"""Characters of one stream that are kept; what comes after is told to `on_line` only."""

LINE_KEEP = 100_000
"""Characters after which a line without an end is passed on as it is."""


def codec_of(codepage: int) -> str:
    """Python's name for a Windows code page; UTF-8 for one that Python does not have."""
    name = "utf-8" if codepage == 65001 else f"cp{codepage}"
    try:
        codecs.lookup(name)
    except LookupError:
        return "utf-8"
    return name


@dataclass(frozen=True)
class Answer:
    """What a command line ended with; `stderr` also carries notes about what was cut or lost."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass
class Stream:
    """One output stream of one command."""

    name: str
    codepage: int
    on_line: OnLine | None = None
    kept: list[str] = field(default_factory=list)
    size: int = 0
    lost: bool = False
    _rest: str = ""

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder(codec_of(self.codepage))("replace")

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Take bytes as they come; `last` with none when the command has ended."""
        text = self._decoder.decode(data, last)
        self.lost = self.lost or "\ufffd" in text
        if self.size < KEEP:
            self.kept.append(text[: KEEP - self.size])
        self.size += len(text)
        if self.on_line is not None:
            self._tell(text, self.on_line, last)

    def text(self) -> str:
        """What was kept."""
        return "".join(self.kept)

    def notes(self) -> str:
        """What a reader must know about the text: that it was cut, or that characters were lost."""
        notes = []
        if self.size > KEEP:
            notes.append(f"[{self.name} was cut: {KEEP} of {self.size} characters are kept]\n")
        if self.lost:
            notes.append(f"[{self.name} holds characters that code page {self.codepage} does not have]\n")
        return "".join(notes)

    def _tell(self, text: str, on_line: OnLine, last: bool) -> None:
        *lines, self._rest = (self._rest + text).split("\n")
        if self._rest and (last or len(self._rest) > LINE_KEEP):
            lines.append(self._rest)
            self._rest = ""
        for line in lines:
            on_line(self.name, line.rstrip("\r"))
