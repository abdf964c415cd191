"""Lists that may be long, kept in nameless temporary files, so that memory does not grow with the directory."""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from types import TracebackType
from typing import IO, Self

from console.domain.directory import AttributeChange, EntryChange

SLICE = 8192
"""Texts that are sorted in memory at once."""
KEPT = 1 << 20
"""Characters of a list of changes that stay in memory before a file is used."""


class Spool:
    """Owns temporary files; they are gone at the end of the `with` block."""

    def __init__(self) -> None:
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._files.close()


class Sorted(Spool):
    """Texts without line breaks, each once, in their order, however many are added and in whatever order."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        super().__init__()
        self._fresh: set[str] = set()
        self._slices: list[IO[str]] = []
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Take one more."""
        self._fresh.add(text)
        if len(self._fresh) >= SLICE:
            self._put_away()

    def _put_away(self) -> None:
        file = self._files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n"))  # noqa: SIM115 - the stack closes it
        file.writelines(f"{text}\n" for text in sorted(self._fresh))
        self._slices.append(file)
        self._fresh.clear()

    def __iter__(self) -> Iterator[str]:
        """All of them, merged from their slices. One reader at a time."""
        for file in self._slices:
            file.seek(0)
        slices = [(line[:-1] for line in file) for file in self._slices]
        for text, _ in groupby(heapq.merge(sorted(self._fresh), *slices)):
            yield text


class Changes(Spool):
    """Changes of many objects, in the order in which they are added.

    What changes on an attribute is the same for all mailboxes of a store: it is kept once, and each object refers to
    it by its number.
    """

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[AttributeChange, int] = {}
        self._attributes: list[AttributeChange] = []
        self._count = 0
        file = tempfile.SpooledTemporaryFile(KEPT, "w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - the stack closes it
        self._file = self._files.enter_context(file)

    def add(self, change: EntryChange) -> None:
        """Take one more."""
        numbers = [self._number(part) for part in change.changes]
        self._file.write(json.dumps([change.dn, change.guid, numbers]) + "\n")
        self._count += 1

    def _number(self, part: AttributeChange) -> int:
        if part not in self._numbers:
            self._numbers[part] = len(self._attributes)
            self._attributes.append(part)
        return self._numbers[part]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[EntryChange]:
        """All of them. One reader at a time."""
        self._file.seek(0)
        for line in self._file:
            dn, guid, numbers = json.loads(line)
            yield EntryChange(dn, guid, tuple(self._attributes[number] for number in numbers))
