"""What is known when a node reports something: the event, the run behind it, and the operation that stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What a node's script may report."""

    STARTING = "starting"
    """START.BAT has begun and asks for a go."""
    STARTED = "started"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    RECOVER = "recover"
    """The node came back; the product runs START.BAT for information only."""


class RunAnswer(StrEnum):
    """What a run has been answered so far."""

    WAIT = "wait"
    GO = "go"
    NO = "no"
    NOTED = "noted"


@dataclass(frozen=True)
class Event:
    """One verified report. `clp_event` is the product's own word for why the script runs."""

    kind: EventKind
    node: str
    run: str
    clp_event: str
    at: datetime


@dataclass(frozen=True)
class RunView:
    """One run of a node's START.BAT as it stands; a retry of a report belongs to the same run."""

    run: str
    node: str
    clp_event: str
    first_seen: datetime
    operation: int | None
    answer: RunAnswer
    started: bool = False
    """Whether the node reported that Exchange is up."""
    failed: bool = False
    fetched_go: bool = False
    """Whether the node has read its go, and so acts on it."""
    detail: str = ""
    """What the node said about a failure, or why it was told no."""

    @property
    def asks(self) -> bool:
        """Whether the script has asked and has no go: it starts nothing by itself as long as it hears us."""
        return self.answer in (RunAnswer.WAIT, RunAnswer.NO) and not (self.started or self.fetched_go)

    @property
    def alive(self) -> bool:
        """Whether the script may still bring Exchange up: not refused, not failed."""
        return self.answer in (RunAnswer.WAIT, RunAnswer.GO) and not self.failed


@dataclass(frozen=True)
class OpenOperation:
    """An operation that acts or waits on the cluster, as far as a decision needs it."""

    id: int
    kind: str
    target: str
    gives_go: bool = True
    """Whether its plan has a go still to give: what a run that joins it will get."""
