"""Names that are kept whole: no line ends at the hyphen of a node's name, and the text stays as it is."""

import re

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

NAME = re.compile(r"(?<![\w<&;\/=\x22-])(?=[\w-]{3,20}(?![\w-]))(?:[A-Z0-9]\w*(?:-\w+)+|set-up)")
"""A name of at most 20 letters with a hyphen in it; and the one word of many headings that has one. For scripts too."""


def unbroken(text: object) -> SafeString:
    """The text, in which no line ends within a short name with a hyphen, such as a node's."""
    return mark_safe(NAME.sub(r'<span class="nowrap">\g<0></span>', conditional_escape(str(text))))  # noqa: S308 -- escaped
