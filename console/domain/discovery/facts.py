"""One thing that was found out, or was not: what, of what, where it was read, and what to do where it is not known."""

from dataclasses import asdict, dataclass
from typing import Any

from console.domain.checks import Verdict


@dataclass(frozen=True)
class Fact:
    """A fact for people. One that could not be read has the verdict `unknown`, and `value` says why."""

    what: str
    about: str
    """The node, the cluster or the directory that it is of."""
    value: str
    source: str
    """Where it was read: a command, a file, an attribute, or what it was concluded from."""
    verdict: Verdict = Verdict.PASS
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "verdict": self.verdict.value}


def unknown(what: str, about: str, why: str, source: str, remedy: str) -> Fact:
    """A fact that could not be read."""
    return Fact(what, about, why, source, Verdict.UNKNOWN, remedy)
