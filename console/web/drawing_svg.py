"""The elements of a picture as SVG, which looks by classes alone: themes and reduced motion hold for it too."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from console.web import icons
from console.web.drawing import HEIGHT, WIDTH, Box, Element, Label, Link, Picture, Sign, draw

SIGN = 15
"""How large an icon is, in the picture's own units."""
ARROW = 7


def svg(picture: Picture, *, name: str, words: str) -> SafeString:
    """The picture. `name` and `words` are the ids of its heading and of what says the same in sentences."""
    return format_html(
        '<svg class="drawing" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{name}" aria-describedby="{words}">'
        "{body}</svg>",
        w=WIDTH,
        h=HEIGHT,
        name=name,
        words=words,
        body=_body(draw(picture)),
    )


def _body(elements: Iterable[Element]) -> SafeString:
    return format_html_join("", "{}", ((_one(element),) for element in elements))


def _one(element: Element) -> SafeString:
    match element:
        case Box():
            return format_html(
                '<rect class="drawing__box drawing__box--{} drawing--{}" x="{}" y="{}" width="{}" height="{}" rx="9"/>',
                element.part,
                element.tone,
                *(_number(value) for value in (element.x, element.y, element.width, element.height)),
            )
        case Label():
            kind = "drawing__title" if element.strong else "drawing__words"
            return format_html(
                '<text class="{}{}" x="{}" y="{}">{}</text>',
                kind,
                f" drawing--{element.tone}" if element.tone else "",
                _number(element.x),
                _number(element.y),
                element.text,
            )
        case Sign():
            return _sign(element)
        case Link():
            return _link(element)


def _sign(sign: Sign) -> SafeString:
    tone = sign.tone if sign.tone in icons.DRAWINGS else "unknown"
    return format_html(
        '<svg class="drawing__sign drawing--{}" x="{}" y="{}" width="{s}" height="{s}" viewBox="0 0 24 24">{}</svg>',
        tone,
        _number(sign.x),
        _number(sign.y),
        mark_safe(icons.DRAWINGS[tone]),  # noqa: S308 - constants of that module
        s=SIGN,
    )


def _link(link: Link) -> SafeString:
    """A line, with an arrow's head where it leads somewhere."""
    drawn = format_html(
        '<path class="drawing__link drawing--{}{}" d="M{} {}L{} {}"/>',
        link.tone,
        " drawing__link--moving" if link.moving else "",
        *(_number(value) for value in (link.x1, link.y1, link.x2, link.y2)),
    )
    if not link.arrow:
        return drawn
    up = -1 if link.y2 > link.y1 else 1
    head = f"M{_number(link.x2 - ARROW)} {_number(link.y2 + up * ARROW)}L{_number(link.x2)} {_number(link.y2)}"
    head += f"L{_number(link.x2 + ARROW)} {_number(link.y2 + up * ARROW)}"
    return format_html('{}<path class="drawing__head drawing--{}" d="{}"/>', drawn, link.tone, head)


def _number(value: float) -> str:
    return f"{value:g}"
