"""The icons, drawn for this console: each one the inside of a 24 by 24 SVG, in strokes of the text's colour."""

# ruff: noqa: E501 - a drawing is one line

from collections.abc import Iterable
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

DRAWINGS = {
    "brand": '<rect x="2.5" y="4" width="8" height="7" rx="1.5"/><rect x="13.5" y="13" width="8" height="7" rx="1.5"/>'
    '<path d="M13.5 6.5h4.5v3.5M16 8l2 2 2-2M10.5 17.5H6V14M8 16l-2-2-2 2"/>',
    "good": '<circle cx="12" cy="12" r="9"/><path d="m8 12.4 2.8 2.8L16.2 9.4"/>',
    "warn": '<path d="M12 3.6 21.4 20H2.6Z"/><path d="M12 10v4.4M12 17.1v.2"/>',
    "bad": '<path d="M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2Z"/><path d="m9 9 6 6M15 9l-6 6"/>',
    "unknown": '<path d="m12 2.5 9.5 9.5-9.5 9.5L2.5 12Z" stroke-dasharray="3.2 2.2"/>'
    '<path d="M9.9 9.7a2.2 2.2 0 1 1 3.3 2c-.8.5-1.2.9-1.2 1.8M12 16.1v.2"/>',
    "idle": '<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>',
    "stale": '<circle cx="12" cy="12" r="9" stroke-dasharray="3.2 2.4"/><path d="M12 7.5V12l2.8 1.8"/>',
    "running": '<path d="M12 3a9 9 0 1 1-8.4 5.8"/>',
    "waiting": '<path d="M7 3h10M7 21h10M8 3v3.5l4 5.5-4 5.5V21M16 3v3.5L12 12l4 5.5V21"/>',
    "todo": '<circle cx="12" cy="12" r="9"/>',
    "skip": '<circle cx="12" cy="12" r="9"/><path d="M9 8.5 12.5 12 9 15.5M14.5 8.5v7"/>',
    "stopped": '<circle cx="12" cy="12" r="9"/><rect x="9" y="9" width="6" height="6" rx=".5"/>',
    "active": '<path d="M12 2.8 20 6v5.5c0 4.6-3.2 8-8 9.7-4.8-1.7-8-5.1-8-9.7V6Z"/><path d="m8.5 11.8 2.5 2.5 4.6-5"/>',
    "server": '<rect x="3.5" y="4" width="17" height="7" rx="1.5"/><rect x="3.5" y="13" width="17" height="7" rx="1.5"/>'
    '<path d="M7 7.5h.2M7 16.5h.2M11 7.5h6M11 16.5h6"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="1.5"/><path d="m3.5 7 8.5 6.5L20.5 7"/>',
    "directory": '<rect x="9" y="3" width="6" height="5" rx="1"/><rect x="3" y="16" width="6" height="5" rx="1"/>'
    '<rect x="15" y="16" width="6" height="5" rx="1"/><path d="M12 8v4M6 16v-4h12v4"/>',
    "swap": '<path d="M4 8h15M15.5 4.5 19 8l-3.5 3.5M20 16H5M8.5 12.5 5 16l3.5 3.5"/>',
    "right": '<path d="M4 12h15M13 6l6 6-6 6"/>',
    "refresh": '<path d="M20 11.5A8 8 0 0 0 6 6.7L4 8.8M4 4.5v4.3h4.3M4 12.5a8 8 0 0 0 14 4.8l2-2.1M20 19.5v-4.3h-4.3"/>',
    "clusters": '<rect x="3" y="3.5" width="7.5" height="7.5" rx="1.5"/><rect x="13.5" y="3.5" width="7.5" height="7.5" rx="1.5"/>'
    '<rect x="3" y="13.5" width="7.5" height="7" rx="1.5"/><rect x="13.5" y="13.5" width="7.5" height="7" rx="1.5"/>',
    "history": '<path d="M3.5 12a8.5 8.5 0 1 0 2.7-6.2L3.5 8.3M3.5 3.8v4.5H8M12 7.5V12l3 2"/>',
    "audit": '<path d="M5 3h10l4 4v14H5Z"/><path d="M14.5 3v4.5H19M8.5 12h7M8.5 16h5"/>',
    "inventory": '<path d="M4 7.5 12 3l8 4.5v9L12 21l-8-4.5Z"/><path d="m4 7.5 8 4.5 8-4.5M12 12v9"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2.2M12 19.3v2.2M2.5 12h2.2M19.3 12h2.2M5.3 5.3l1.6 1.6M17.1 17.1l1.6 1.6'
    'M5.3 18.7l1.6-1.6M17.1 6.9l1.6-1.6"/>',
    "moon": '<path d="M20 14.2A8.3 8.3 0 0 1 9.8 4 8.3 8.3 0 1 0 20 14.2Z"/>',
    "system": '<rect x="3" y="4.5" width="18" height="12" rx="1.5"/><path d="M8.5 20h7M12 16.5V20"/>',
    "download": '<path d="M12 3.5v11.5M7 10.5l5 5 5-5M4 20h16"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "lock": '<rect x="4.5" y="10.5" width="15" height="10" rx="1.5"/><path d="M8 10.5V7.5a4 4 0 0 1 8 0v3"/>',
    "flag": '<path d="M5.5 21V4M5.5 4.5h12l-2.5 4 2.5 4h-12"/>',
    "undo": '<path d="M8.5 4.5 4 9l4.5 4.5M4 9h10a6 6 0 0 1 0 12h-3"/>',
    "repair": '<path d="M14.5 6.5a4.5 4.5 0 0 1 5.6-3.4l-2.8 2.8 1 3 3 1 2.2-2.2a4.5 4.5 0 0 1-6.1 5.3L9 21.3a2.2 2.2 0 0 1-3.1 0L4.2 19.6a2.2 2.2 0 0 1 0-3.1l8.3-8.3"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.8-6.2 7.5-6.2s6.7 2.2 7.5 6.2"/>',
    "pause": '<circle cx="12" cy="12" r="9"/><path d="M9.8 8.8v6.4M14.2 8.8v6.4"/>',
    "print": '<path d="M7 8V3.5h10V8M7 17H4V8.5h16V17h-3"/><path d="M7 14h10v6.5H7Z"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.8 2H4.2Z"/><path d="M10 21.2h4M12 2.8V5"/>',
    "plus": '<path d="M12 4.5v15M4.5 12h15"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.3 2"/>',
}


@lru_cache(maxsize=1024)
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """The SVG of `name`. With a `label` it speaks for itself; without, it is decoration beside a word.

    Raises `KeyError` for a name that was never drawn.
    """
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9"'
        ' stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        extra,
        voice,
        mark_safe(DRAWINGS[name]),  # noqa: S308 - constants of this module
    )


def sprite(names: Iterable[str]) -> SafeString:
    """Icons that a page shows hundreds of times, drawn once: each is used by `<use href="#sign-NAME">`."""
    drawn = ((name, mark_safe(DRAWINGS[name])) for name in names)  # noqa: S308 - constants of this module
    symbols = format_html_join("", '<symbol id="sign-{}" viewBox="0 0 24 24">{}</symbol>', drawn)
    return format_html(
        '<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">{}</svg>', symbols
    )
