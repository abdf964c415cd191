"""The mailbox list of a plan, kept beside it in compressed slices and read slice by slice."""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from console.models import PlanMailboxes, PlanRecord

PAGE = 50

Row = tuple[str, str, Sequence[Sequence[str]]]
"""A mailbox: objectGUID, DN, and [attribute, before, after] for each change."""


@dataclass(frozen=True)
class MailboxPage:
    """One page of a plan's mailbox list. Pages count from 1."""

    rows: tuple[Row, ...]
    number: int
    pages: int
    total: int
    """How many mailboxes fit the search, over all pages."""
    search: str = ""


class SliceWriter:
    """Takes the slices of a plan in the making, in their order."""

    def __init__(self, plan: PlanRecord) -> None:
        self._plan = plan
        self._number = 0

    def __call__(self, rows: Sequence[Row]) -> None:
        """Store one slice."""
        body = zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode())
        PlanMailboxes.objects.create(plan=self._plan, number=self._number, count=len(rows), body=body)
        self._number += 1


class MailboxSlices:
    """The stored list of a plan: the domain's `Mailboxes`."""

    def __init__(self, plan: PlanRecord) -> None:
        self._plan = plan

    def guids(self) -> Iterator[str]:
        """The objectGUIDs of the list, one slice in memory at a time."""
        return (row[0] for row in self.rows())

    def rows(self) -> Iterator[Row]:
        """Every mailbox in the order of the list, one slice in memory at a time."""
        for part in PlanMailboxes.objects.filter(plan=self._plan).order_by("number").iterator(chunk_size=1):
            yield from _rows(part)


def mailbox_page(plan: PlanRecord, search: str = "", page: int = 1) -> MailboxPage:
    """The mailboxes whose DN holds `search` (whatever its case), one page of them; the nearest page that exists."""
    wanted = search.strip().casefold()
    if wanted:
        return _searched(plan, wanted, page, search.strip())
    total = PlanMailboxes.objects.filter(plan=plan).aggregate(total=Sum("count"))["total"] or 0
    number, pages = _place(page, total)
    return MailboxPage(tuple(_between(plan, (number - 1) * PAGE, number * PAGE)), number, pages, total)


def _searched(plan: PlanRecord, wanted: str, page: int, search: str) -> MailboxPage:
    """One pass over the slices: the matches are counted, and those of the page and of the last page are kept."""
    first = (max(page, 1) - 1) * PAGE
    kept: list[Row] = []
    last: list[Row] = []
    total = 0
    for row in MailboxSlices(plan).rows():
        if wanted not in row[1].casefold():
            continue
        if total % PAGE == 0:
            last = []
        last.append(row)
        if first <= total < first + PAGE:
            kept.append(row)
        total += 1
    number, pages = _place(page, total)
    return MailboxPage(tuple(kept or last), number, pages, total, search)


def _between(plan: PlanRecord, start: int, end: int) -> Iterator[Row]:
    """The mailboxes number `start` up to `end`, reading only the slices that hold them."""
    sizes = PlanMailboxes.objects.filter(plan=plan).order_by("number").values_list("number", "count")
    offset = 0
    for number, count in sizes:
        if offset < end and offset + count > start:
            rows = _rows(PlanMailboxes.objects.get(plan=plan, number=number))
            yield from rows[max(start - offset, 0) : end - offset]
        offset += count


def _rows(part: PlanMailboxes) -> list[Row]:
    return [(guid, dn, changes) for guid, dn, changes in json.loads(zlib.decompress(part.body))]


def _place(page: int, total: int) -> tuple[int, int]:
    pages = max(1, -(-total // PAGE))
    return min(max(page, 1), pages), pages
