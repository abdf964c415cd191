"""The reason and the ticket that a cluster asks for: what a ticket looks like, said by a mask and never by a pattern.

In a mask `#` is a digit, `@` a letter, `*` one to twenty letters, digits or hyphens (once at most), and anything else
stands for itself whatever its case: `CHG######`, `OPS-*`. So no text that is given makes matching slow.
"""

import re
from collections.abc import Sequence

LONGEST_TICKET = 64
LONGEST_MASK = 40
MOST_MASKS = 10
LONGEST_ASKED = 500
"""How many characters a reason may be asked to have."""
NEVER_ASKED = ("takeover", "start")
"""Kinds that bring mail back after a node has died: no ticket and no length stands in their way."""
ASKED = ("failover", "failback", "directory-switch", "undo", "repair", "setup-2003", "setup-2007", "service-pack-2007")
"""Kinds of operation that can be asked for a ticket."""
SIGNS = {"#": "[0-9]", "@": "[A-Za-z]", "*": "[A-Za-z0-9-]{1,20}"}
EXAMPLES = {"#": "1234567890", "@": "ABCDEFGHIJ", "*": ("1234",)}
_MASK = re.compile(r"[A-Za-z0-9#@*._:/-]+")


def mask_complaint(mask: str) -> tuple[str, str] | None:
    """What is wrong with a mask, and the remedy; or None."""
    remedy = "Write # for a digit, @ for a letter, * once for some of both: CHG######, OPS-*."
    if not _MASK.fullmatch(mask) or len(mask) > LONGEST_MASK:
        return f"{mask[:LONGEST_MASK]!r} is not what a ticket can look like.", remedy
    if mask.count("*") > 1 or not set(mask) & set(SIGNS):
        return f"{mask!r} has no sign that stands for others, or more than one *.", remedy
    return None


def kind_complaint(kind: str) -> tuple[str, str] | None:
    """What is wrong with naming this kind among those that need a ticket, and the remedy; or None."""
    if kind in NEVER_ASKED:
        return f"A {kind} never waits for a ticket.", "Leave it out: a ticket may be given to it afterwards."
    if kind not in ASKED:
        return f"{kind!r} is no kind of operation that can be asked for a ticket.", f"Name some of: {', '.join(ASKED)}."
    return None


def fits(masks: Sequence[str], ticket: str) -> bool:
    """Whether the ticket looks as one of the masks says."""
    return len(ticket) <= LONGEST_TICKET and any(_pattern(mask).fullmatch(ticket) for mask in masks)


def example(mask: str) -> str:
    """A ticket that fits the mask."""
    return "".join(EXAMPLES[sign][at % len(EXAMPLES[sign])] if sign in SIGNS else sign for at, sign in enumerate(mask))


def _pattern(mask: str) -> re.Pattern[str]:
    return re.compile("".join(SIGNS.get(sign) or re.escape(sign) for sign in mask), re.IGNORECASE | re.ASCII)
