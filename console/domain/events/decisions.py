"""What the console may decide about a report; each says what it does and nothing of how."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Join:
    """The run belongs to an operation that is under way; its go comes from there."""

    operation: int


@dataclass(frozen=True)
class Open:
    """An operation begins by itself: `start` (no directory change) or `takeover`; `target` is the node that asks."""

    kind: str
    target: str
    superseding: int | None = None
    """The operation that waits (for a person, an approval, paused, uncertain) and holds no lock any longer."""


@dataclass(frozen=True)
class Supersede:
    """An operation under way ends *failed* with `ending`, and `open` begins, in the same transaction."""

    operation: int
    ending: str
    open: Open


@dataclass(frozen=True)
class No:
    """A signed no: nothing is changed, and `alarm` is raised for a person."""

    reason: str
    alarm: str


@dataclass(frozen=True)
class LogOnly:
    """Nothing follows; it is written down."""

    reason: str


Decision = Join | Open | Supersede | No | LogOnly
