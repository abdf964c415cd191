"""A step that nobody can prove and that a person takes as it is: who said so, in which words, and in which record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Acceptance:
    """A person's word that a step may stay unproved. It proves nothing, and is void once the step can be told."""

    by: str
    said: str
    """A sentence: how the person knows, or why it may stay unknown."""
    given: str = ""
    """In which earlier record, and when; empty for one of this record."""

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        """From a plan's step or a line of a journal. Raises `KeyError` when it is none."""
        return cls(str(raw["by"]), str(raw["said"]), str(raw.get("given", "")))

    def to_json(self) -> Mapping[str, str]:
        """As plain JSON values."""
        return {"by": self.by, "said": self.said, "given": self.given}

    def told(self, unknown: str) -> str:
        """What record and board say of the step; `unknown` is why nobody can tell."""
        given = f" ({self.given})" if self.given else ""
        return f"Not proved: accepted by {self.by}{given}: {self.said} Unknown, because: {unknown}"
