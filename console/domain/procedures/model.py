"""What a set-up procedure is made of: its steps down to the last bullet, each with its place in the guide."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Mode(StrEnum):
    """Who does a step, and how it is known to be done."""

    AUTOMATED = "automated"
    """The console can do it, and proves it."""
    CHECKED = "checked"
    """A person does it, and the console proves it."""
    CONFIRMED = "confirmed"
    """A person does it and says so: nothing that can be read would tell."""


class Side(StrEnum):
    """Where a step is done; a set-up calls the node that shall carry mail by design the primary."""

    PRIMARY = "primary"
    STANDBY = "standby"
    ACTIVE = "active"
    """The node that has the group at that moment."""
    BOTH = "both"
    DIRECTORY = "directory"
    DNS = "dns"


class Sort(StrEnum):
    """How the guide marks a piece of its text."""

    STEP = "step"
    LETTERED = "lettered"
    NUMBERED = "numbered"
    BULLET = "bullet"
    NOTE = "note"
    IMPORTANT = "important"
    RELATED = "related"


@dataclass(frozen=True)
class Proof:
    """Something that can be read and tells whether a step's goal holds."""

    key: str
    title: str
    reads: str
    """What is read for it, in words."""


@dataclass(frozen=True)
class Action:
    """Something that the console can do for a step."""

    key: str
    title: str


@dataclass(frozen=True)
class Means:
    """Every proof and every action that the catalog's procedures may name."""

    proofs: tuple[Proof, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class ProcedureStep:
    """One step, or a part of one, as it stands in the guide."""

    key: str
    """Stable within its procedure; a part's is its step's with its place: `dns/a.important.1`."""
    at: str
    """The place within the section: the number of the step, then the marks of its parts (`10.C.3.1`)."""
    sort: Sort
    title: str
    side: Side
    mode: Mode
    proof: str
    """The key of what proves it; empty when it is confirmed."""
    action: str
    """The key of what the console can do for it; only when it is automated."""
    reason: str
    """Why nothing can tell; only when it is confirmed."""
    remedy: str
    """What to do where it does not hold; empty of a part that is confirmed and whose title says it all."""
    needs: tuple[str, ...]
    """The keys of the steps that must be over before it."""
    until: tuple[str, ...]
    """The keys of later steps it only leads up to: when the goals of them all hold, it need not hold any more."""
    about: tuple[str, ...] = ()
    """What its proof is about: folders as the guide names them (on X:), a level of Exchange."""

    @property
    def number(self) -> int:
        """The number of the step that it is, or is a part of."""
        return int(self.at.partition(".")[0])

    @property
    def depth(self) -> int:
        """0 for a step, 1 for its parts, 2 for theirs."""
        return 0 if self.sort is Sort.STEP else _marks(self.at)


@dataclass(frozen=True)
class Procedure:
    """A set-up procedure of the guide, in the guide's order."""

    key: str
    title: str
    generation: str
    chapter: str
    section: str
    steps: tuple[ProcedureStep, ...]
    """Each step is followed by its parts."""

    @property
    def numbered(self) -> tuple[ProcedureStep, ...]:
        """The steps themselves, without their parts."""
        return tuple(step for step in self.steps if step.sort is Sort.STEP)

    def by_key(self) -> Mapping[str, ProcedureStep]:
        """The steps and parts by their keys."""
        return {step.key: step for step in self.steps}

    def cite(self, step: ProcedureStep) -> str:
        """Where the guide has it."""
        return f"{self.chapter}, {self.section}, {step.at}"


def sort_of(at: str) -> Sort | None:
    """How the guide marks the part at `at` (within its step), or None when that is no place."""
    marks = at.split(".")
    last = marks[-1]
    for sort in (Sort.NOTE, Sort.IMPORTANT, Sort.RELATED):
        if last == sort.value or (last.isdecimal() and marks[-2:-1] == [sort.value]):
            return sort
    if last.startswith("bullet-") and last.removeprefix("bullet-").isdecimal():
        return Sort.BULLET
    if last.isdecimal():
        return Sort.NUMBERED
    return Sort.LETTERED if len(last) == 1 and last.isascii() and last.isalpha() else None


def _marks(at: str) -> int:
    """How many marks stand below the step's own, the facts of one box counted as one level."""
    marks = at.split(".")[1:]
    boxes = {Sort.NOTE.value, Sort.IMPORTANT.value, Sort.RELATED.value}
    return len(marks) - sum(1 for box, part in pairwise(marks) if box in boxes and part.isdecimal())
