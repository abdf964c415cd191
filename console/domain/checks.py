"""Checks and refusals: why something may be done, may not, or cannot be told, each with its remedy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check ended. Unknown is not good: it needs a person's explicit yes."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """One named precondition, looked at."""

    key: str
    """Stable, dotted: `partition.free`, `service.start-type`."""
    title: str
    verdict: Verdict
    reason: str
    remedy: str = ""
    evidence: str = ""
    about: str = ""
    """The node or object that it is about, for a link."""
    age: float = 0.0
    """Seconds since what it rests on was read."""

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return {**asdict(self), "verdict": self.verdict.value}

    @classmethod
    def from_json(cls, raw: Mapping[str, object]) -> "Check":
        """From what `to_json` gave."""
        return cls(**{**raw, "verdict": Verdict(str(raw["verdict"]))})  # type: ignore[arg-type]


def passed(key: str, title: str, reason: str, *, about: str = "", evidence: str = "") -> Check:
    """The precondition holds."""
    return Check(key, title, Verdict.PASS, reason, about=about, evidence=evidence)


def failed(key: str, title: str, reason: str, remedy: str, *, about: str = "", evidence: str = "") -> Check:
    """The precondition does not hold; the move is refused."""
    return Check(key, title, Verdict.FAIL, reason, remedy, evidence, about)


def warned(key: str, title: str, reason: str, remedy: str, *, about: str = "", evidence: str = "") -> Check:
    """It may go on, but a person should know."""
    return Check(key, title, Verdict.WARN, reason, remedy, evidence, about)


def untold(key: str, title: str, reason: str, remedy: str, *, about: str = "", evidence: str = "") -> Check:
    """It cannot be told; the move needs a person's explicit acceptance."""
    return Check(key, title, Verdict.UNKNOWN, reason, remedy, evidence, about)


@dataclass(frozen=True)
class Reason:
    """One reason why not, with what to do about it."""

    text: str
    remedy: str
    key: str = ""
    about: str = ""


class Refusal(Exception):
    """Every reason why not, gathered: nothing was started and nothing was changed."""

    def __init__(self, headline: str, reasons: Sequence[Reason]) -> None:
        super().__init__(headline)
        self.headline = headline
        self.reasons = tuple(reasons)

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return {"headline": self.headline, "reasons": [asdict(reason) for reason in self.reasons]}

    @classmethod
    def of(cls, text: str, remedy: str, *, key: str = "", about: str = "") -> "Refusal":
        """A refusal for one reason, which is also its headline."""
        return cls(text, [Reason(text, remedy, key, about)])
