"""Every address of the console, with numbers and names that nothing has."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, get_resolver


def named_addresses() -> Iterator[tuple[str, str]]:
    """Name and address; ours alone, which stand below an empty prefix."""
    for pattern in _patterns(get_resolver().url_patterns):
        if pattern.name:
            text = re.sub(r"<int:\w+>", "1", f"/{pattern.pattern}")
            yield pattern.name, re.sub(r"<[\w:]+>", "x", text)


def _patterns(patterns: list[object]) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLPattern):
            yield one
        elif str(getattr(one, "pattern", "x")) == "":
            yield from _patterns(one.url_patterns)  # type: ignore[attr-defined]
