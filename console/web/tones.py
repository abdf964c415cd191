"""How a fact looks at this moment: what looked good is never shown so when it is old."""

from collections.abc import Iterable, Mapping
from typing import Any

from console.web import spans

WORST_FIRST = ("bad", "unknown", "stale", "warn", "running", "good", "idle")


def tone_now(fact: Mapping[str, Any]) -> str:
    """The tone of a fact of an observation; that of one which is not there is unknown."""
    tone = str(fact.get("tone", "unknown"))
    return "stale" if tone == "good" and spans.is_stale(fact.get("at")) else tone


def worst(tones: Iterable[str]) -> str:
    """The tone that several have together; unknown where there is none, or one that nobody knows."""
    found = set(tones)
    return next((tone for tone in WORST_FIRST if tone in found), "unknown")
