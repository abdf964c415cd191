"""How an operation can end: succeeded, failed, stopped or uncertain, with what is left for a person."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum


class Status(StrEnum):
    """The four endings."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    UNCERTAIN = "uncertain"


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
    """How an operation ended, in one sentence, and what to do next."""

    status: Status
    summary: str
    step: str = ""
    remedy: str = ""
    todo: tuple[Todo, ...] = ()
    changed: bool = False
    """Whether anything was changed before it ended."""
