"""The judgement: what the lab says that happened, held against the same way without a fault."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

COUNTED = ("service", "group", "resource", "partition", "address", "store", "power", "task", "script")
"""Effects on nodes that must be as often as without a fault; and every effect on the directory."""
ORDERED = ("service", "group", "resource", "partition", "address")
"""Effects whose order on each node must be the same."""
_MASKS = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "RUN"),
    (re.compile(r"^co-\d+-[0-9a-f]+-(.+?)(-\d+)?$"), r"co-\1"),  # a number at the end counts attempts
    (re.compile(r"(?<=\.BAT )(START|FAILOVER)\b"), "EVENT"),
)
_RECOVER = "START.BAT RECOVER"
"""The script of a node that has come back: of the case before, and it changes nothing."""
_STAYS = "EXIFS"
"""A service that comes up with the store's and stays until its node goes down, so it tells of the case before."""

Told = tuple[str, str, str, str, str]
"""node, kind, subject, before, after; without the numbers that are new each time."""


@dataclass(frozen=True)
class Judgement:
    """What was more, what was less, and what came in another order than without a fault."""

    twice: tuple[Told, ...] = ()
    missing: tuple[Told, ...] = ()
    disordered: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def clean(self) -> bool:
        """Whether it happened exactly as without a fault."""
        return not (self.twice or self.missing or self.disordered)

    def sentences(self) -> list[str]:
        """What is wrong, one thing a line."""
        return [
            *(f"twice or out of plan: {' '.join(item)}" for item in self.twice),
            *(f"missing: {' '.join(item)}" for item in self.missing),
            *self.disordered,
        ]


def told(effects: Iterable[dict[str, Any]]) -> list[Told]:
    """The effects that count, in their order."""
    return [
        (e["node"], e["kind"], _masked(e["subject"]), _masked(e["before"]), _masked(e["after"]))
        for e in effects
        if e["kind"] in COUNTED or e["kind"].startswith("directory")
        if not e["subject"].startswith(_RECOVER) and e["subject"] != _STAYS
    ]


def _masked(text: str) -> str:
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    return text


def judge(expected: Sequence[Told], seen: Sequence[Told]) -> Judgement:
    """Hold what was seen against what is expected."""
    should, did = Counter(expected), Counter(seen)
    twice, missing = tuple((did - should).elements()), tuple((should - did).elements())
    disordered = () if twice or missing else tuple(_disordered(expected, seen))
    return Judgement(twice, missing, disordered)


def _disordered(expected: Sequence[Told], seen: Sequence[Told]) -> Iterable[str]:
    for node in sorted({item[0] for item in expected}):
        should, did = _in_order(expected, node), _in_order(seen, node)
        if should != did:
            at = next(index for index, pair in enumerate(zip(should, did, strict=True)) if pair[0] != pair[1])
            yield f"in another order on {node}: {' '.join(did[at])} came before {' '.join(should[at])}"


def _in_order(effects: Sequence[Told], node: str) -> list[Told]:
    return [item for item in effects if item[0] == node and item[1] in ORDERED]
