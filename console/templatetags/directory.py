"""Names of the directory on pages."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WHOLE = 24
"""A name, or a part of one, of at most so many letters is never broken."""
PARTS = re.compile(r"(?<=[,/])")


@register.filter
def by_parts(name: object) -> SafeString:
    """A name of the directory in which a line ends after a comma or a slash rather than within a part."""
    text = str(name)
    parts = [text] if len(text) <= WHOLE else PARTS.split(text)
    return format_html_join(mark_safe("<wbr>"), "{}", ((_part(part),) for part in parts))


def _part(text: str) -> SafeString:
    return format_html('<span class="nowrap">{}</span>' if len(text) <= WHOLE else "{}", text)
