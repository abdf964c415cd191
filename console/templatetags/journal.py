"""The lines of a journal: hundreds of them are on a page, so they are made without a template for each."""

from collections.abc import Iterable

from django import template
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from console.models import JournalLine
from console.web.whole_names import unbroken

register = template.Library()

LINE = (
    '<li class="jl jl--{}"{}><a class="jl__seq" href="?line={}#L{}" title="{}">{}</a>'
    '<time class="jl__at" datetime="{}">{}</time><span class="jl__kind">{}</span><span class="jl__text">{}</span></li>'
)


@register.simple_tag
def journal_lines(lines: Iterable[JournalLine], *, again: bool = False) -> SafeString:
    """The lines with a link to each; `again` says that they stand on the page a second time, so have no name there."""
    title, zone = gettext("Link to this line"), timezone.get_current_timezone()
    return format_html_join(
        "",
        LINE,
        (
            (
                *(line.kind, "" if again else mark_safe(f' id="L{line.seq:d}"'), line.seq, line.seq),  # noqa: S308
                *(title, line.seq, line.at.isoformat(), f"{line.at.astimezone(zone):%T}"),
                *(line.kind, unbroken(line.text)),
            )
            for line in lines
        ),
    )
