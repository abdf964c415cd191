"""How far an operation has come, as its journal tells whoever carries it on after another worker or after a person."""

from dataclasses import dataclass, field

from console.domain.outcome import Todo

FINISHED_KINDS = frozenset({"done", "already", "skipped"})
"""The lines that end a step: proved, found as it shall be, or left out by a person with a reason."""
ACTING = "acting"
"""The line that is written right before a step acts: after it, and before the step's end, its effect is in doubt."""


@dataclass(frozen=True)
class Progress:
    """What is done, what is in doubt, and what was gathered on the way."""

    finished: frozenset[str] = frozenset()
    """Keys of the steps that are over, in whatever way."""
    skipped: frozenset[str] = frozenset()
    """Those of them that a person left out."""
    in_doubt: str = ""
    """The key of the step that was about to act, or had acted, when nothing more was heard; empty when none is."""
    changed: bool = False
    """Whether any step of the operation has acted."""
    todo: tuple[Todo, ...] = field(default=())


FRESH = Progress()
"""Of an operation that nobody has begun."""
