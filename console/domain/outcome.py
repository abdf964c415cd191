"""How an operation can end: succeeded, failed, stopped or uncertain; and how a procedure rests, which is no ending."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as made_by
from enum import StrEnum


class Status(StrEnum):
    """The four endings, and a procedure's rest until somebody or something lets it go on."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    UNCERTAIN = "uncertain"
    WAITING = "waiting"


class WaitsFor(StrEnum):
    """What a procedure that rests waits for."""

    PROOF = "proof"
    """A person does something, and the console proves it."""
    WORD = "word"
    """A person does something and says so: nothing that can be read would tell."""
    MOVE = "move"
    """The group is to be moved by an operation of its own: a failover or a failback."""
    MEND = "mend"
    """The console could not do it, or cannot see: a person mends what stands in the way."""
    RISK = "risk"
    """What speaks against acting cannot be told: a person has it told, or takes it on."""


@dataclass(frozen=True)
class Todo:
    """One thing left for a person: what, why, and what to do."""

    what: str
    why: str
    remedy: str

    def to_json(self) -> Mapping[str, str]:
        """As plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Ending:
    """How an operation ended, in one sentence, and what to do next; or, with the status waiting, why it rests."""

    status: Status
    summary: str
    step: str = ""
    remedy: str = ""
    todo: tuple[Todo, ...] = ()
    changed: bool = False
    """Whether anything was changed before it ended."""
    waits_for: str = ""
    """Of a rest: a `WaitsFor`."""
    towards: str = ""
    """Of a rest that waits for a move: the node."""
    wake_after: float = 0.0
    """Of a rest: seconds after which the console looks again by itself; 0: it does not."""
    in_doubt: bool = False
    """Of a rest: whether what its step began may still be going on, so that it is not simply begun again."""
    findings: Mapping[str, Mapping[str, str]] = made_by(default_factory=dict)
    """Of a rest: how each step that is not over stood when it was looked at last, as `verdict` and `reason`."""
