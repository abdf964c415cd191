"""The rows of a list of operations: fifty of them are on a page, so they are made without a template for each.

A row of what has ended is kept. It is made of nothing but what it is kept under, so it can be neither old nor another
reader's: every value that it shows, and who reads it.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from django import template
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from console.models import Operation
from console.templatetags.console import moment, status_badge, ticking, took
from console.web.kind_words import named

register = template.Library()

LINE = (
    '<tr><td data-label="{}"><span><a href="{}">{}</a> <span class="soft small">#{}</span></span></td>{}'
    '<td data-label="{}"><span>{}</span></td><td data-label="{}">{}</td><td data-label="{}">{}</td>'
    '<td data-label="{}" class="num">{}</td><td data-label="{}" class="num">{}</td></tr>\n'
)
SOFT = '<span class="soft">{}</span>'


ROWS_KEPT = 2000


class Reader(NamedTuple):
    """What a row shows otherwise to another reader, or on another day."""

    language: str | None
    zone: str
    today: str
    prefix: str
    """What the addresses of this console begin with."""

    @classmethod
    def now(cls) -> "Reader":
        """Who reads now."""
        zone, today = timezone.get_current_timezone_name(), timezone.localdate().isoformat()
        return cls(get_language(), zone, today, get_script_prefix())


class Shown(NamedTuple):
    """Everything of an operation that its row shows."""

    id: int
    kind: str
    target: str
    status: str
    automatic: bool
    origin: str
    requested_by_name: str
    assigned_to_name: str
    acknowledged_at: datetime | None
    confirmed_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    outage_started_at: datetime | None
    outage_ended_at: datetime | None


@register.simple_tag
def operation_rows(operations: Iterable[Operation], *, short: bool = False) -> SafeString:
    """A row for each; `short` leaves out the cluster, which is the same in all of them."""
    reader = Reader.now()
    made = (_line_of(one, "" if short else one.cluster.name, reader) for one in operations)
    return mark_safe("".join(made))  # noqa: S308 - each of them is escaped


def _line_of(operation: Operation, cluster: str, reader: Reader) -> SafeString:
    """Kept, unless it counts on."""
    shown = Shown(*(getattr(operation, name) for name in Shown._fields))
    if shown.ended_at is None or operation.open:
        return _line(shown, bool(operation.todo), cluster, reader)
    return _kept(shown, bool(operation.todo), cluster, reader)


def _line(shown: Shown, incomplete: bool, cluster: str, reader: Reader) -> SafeString:
    """The reader is who reads now: named so that each has their own."""
    operation = Operation(**shown._asdict(), todo=[""] if incomplete else [])
    heads = gettext("Ending"), gettext("Asked by"), gettext("When"), gettext("Took"), gettext("Outage")
    where = _cluster(gettext("Cluster"), cluster) if cluster else ""
    return format_html(LINE, gettext("Operation"), *_row(operation, where, heads))


_kept = lru_cache(maxsize=ROWS_KEPT)(_line)


def _row(operation: Operation, cluster: str, heads: tuple[str, ...]) -> tuple[object, ...]:
    cells = _ending(operation), _asker(operation), moment(operation.confirmed_at), _took(operation), _outage(operation)
    address = reverse("operation", args=[operation.pk])
    return address, named(operation), operation.pk, cluster, *chain(*zip(heads, cells, strict=True))


def _cluster(head: str, name: str) -> SafeString:
    return format_html('<td data-label="{}"><a href="{}">{}</a></td>', head, reverse("cluster", args=[name]), name)


def _ending(operation: Operation) -> SafeString:
    """How it stands or ended, and what it waits for."""
    incomplete = operation.status == Operation.Status.FAILED and bool(operation.todo)
    words = "failed, incomplete" if incomplete else operation.get_status_display()
    more = [gettext("not acknowledged")] if operation.needs_acknowledgement else []
    if operation.status == Operation.Status.WAITING and operation.assigned_to_name:
        more.append(gettext("next: %(assigned_to_name)s") % {"assigned_to_name": operation.assigned_to_name})
    beside = format_html_join("", ' <span class="small soft">{}</span>', ((one,) for one in more))
    return status_badge(operation.status, words) + beside


def _asker(operation: Operation) -> str:
    if not (operation.automatic and operation.origin == "webhook"):
        return operation.requested_by_name
    words = '<span>{} <span class="soft small">{}</span></span>'
    return format_html(words, operation.target, gettext("by its script"))


def _took(operation: Operation) -> str:
    if operation.started_at is None:
        return format_html(SOFT, gettext("not started"))
    return ticking(operation.started_at, operation.ended_at)


def _outage(operation: Operation) -> str:
    if operation.outage_started_at is None:
        return format_html(SOFT, gettext("none"))
    if operation.outage_ended_at is not None:
        return took(operation.outage_started_at, operation.outage_ended_at)
    if operation.open:
        return ticking(operation.outage_started_at)
    return format_html(SOFT, gettext("end not seen"))
