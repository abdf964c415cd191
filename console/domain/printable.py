"""Text of others within lines of ours: it never begins a line, moves a cursor or turns the direction of reading."""

import re

_BREAKS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters but the tab, the other line ends of Unicode, and its overrides of direction."""


def one_line(text: str) -> str:
    r"""`text` with those characters written as Python writes them, such as `\n`; all others stay."""
    return _BREAKS.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def indented(text: str) -> str:
    """`text` of several lines, such as a traceback, all but the first set in, so that none looks like a new entry."""
    return "\n    ".join(one_line(line) for line in text.split("\n"))
