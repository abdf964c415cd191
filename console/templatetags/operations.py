"""The rows of a list of operations: fifty of them are on a page, so they are made without a template for each."""

from collections.abc import Iterable
from itertools import chain

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

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


@register.simple_tag
def operation_rows(operations: Iterable[Operation], *, short: bool = False) -> SafeString:
    """A row for each; `short` leaves out the cluster, which is the same in all of them."""
    of = gettext("Operation"), gettext("Cluster")
    heads = gettext("Ending"), gettext("Asked by"), gettext("When"), gettext("Took"), gettext("Outage")
    told = ((one, "" if short else _cluster(of[1], one)) for one in operations)
    return format_html_join("", LINE, ((of[0], *_row(one, cluster, heads)) for one, cluster in told))


def _row(operation: Operation, cluster: str, heads: tuple[str, ...]) -> tuple[object, ...]:
    cells = _ending(operation), _asker(operation), moment(operation.confirmed_at), _took(operation), _outage(operation)
    address = reverse("operation", args=[operation.pk])
    return address, named(operation), operation.pk, cluster, *chain(*zip(heads, cells, strict=True))


def _cluster(head: str, operation: Operation) -> SafeString:
    name = operation.cluster.name
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
