"""What every kind of step can do: look whether its goal holds, and act; the runner does the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from console.domain.errors import ChangeoverError
from console.domain.events.runs import NoRuns, Runs
from console.domain.field import Field
from console.domain.findings import Diagnosis
from console.domain.outcome import Todo, WaitsFor
from console.domain.placing import NodeFiles, NoFiles
from console.domain.plan import Plan, Step
from console.domain.ports import Clock, Control, Journal, Mailboxes
from console.domain.receipts import NoReceipts, Receipt, Receipts

if TYPE_CHECKING:  # proofs look at what checks look at, and those at what steps know
    from console.domain.procedures.proofs import Grounds


class Goal(StrEnum):
    """How a step's goal stands."""

    HOLDS = "holds"
    NOT_YET = "not yet"
    UNKNOWN = "unknown"
    NEVER = "never"
    """It will not come by waiting."""
    ACCEPTED = "accepted"
    """Nobody can tell, and a person has accepted that: the step is over, and not proved."""


@dataclass(frozen=True)
class Look:
    """What a look at the world said about a step's goal."""

    goal: Goal
    text: str
    ongoing: bool = False
    """Whether the effect may still be going on; then a passed deadline is uncertain, not failed."""
    remedy: str = ""
    data: Mapping[str, object] = made_by(default_factory=dict)


class StepFailed(ChangeoverError):
    """A step said no for good."""


class NeedsPerson(Exception):
    """A procedure goes no further by itself here: it rests, which is no failure. Raised by a look before anything acts.

    `findings` says of each step (by its key in the procedure) how it stands: `verdict` and `reason`.
    """

    def __init__(
        self,
        waits_for: WaitsFor,
        text: str,
        remedy: str,
        *,
        towards: str = "",
        wake_after: float = 0.0,
        findings: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        super().__init__(text)
        self.waits_for = waits_for
        self.text = text
        self.remedy = remedy
        self.towards = towards
        self.wake_after = wake_after
        self.findings = findings or {}


@dataclass
class Stage:
    """Where steps are performed: the field, the plan, and the links to journal and people."""

    operation: str
    """A short text that is unique to the operation; names what is left on nodes."""
    plan: Plan
    field: Field
    mailboxes: Mailboxes
    journal: Journal
    control: Control
    clock: Clock
    todo: list[Todo] = made_by(default_factory=list)
    runs: Runs = made_by(default_factory=NoRuns)
    receipts: Receipts = made_by(default_factory=NoReceipts)
    since: datetime | None = None
    """When somebody said yes to the plan; script runs before that are not this operation's. None: as it was made."""
    attempt: int = 1
    """Grows when a person has the operation carried on: what is left on nodes is named by it."""
    acted: dict[str, int] = made_by(default_factory=dict)
    """The attempt in which each step acted last."""
    counted: set[str] = made_by(default_factory=set)
    """Steps whose action here has answered for each thing that it was to change, so that nothing is in doubt."""
    silent: dict[str, float] = made_by(default_factory=dict)
    """Nodes that could not tell who has the group, and when (monotonic) they were last asked for the agreement."""
    wanted: str = ""
    """Who wants the operation and why, as `operator: reason`, for tools that ask for it."""
    files: NodeFiles = made_by(default_factory=NoFiles)
    """What the console would have on the nodes; asked by steps that deploy."""
    grounds: "Grounds | None" = None
    """What a procedure's proofs have read in this burst; None before, and after an action."""
    diagnoses: list[Diagnosis] = made_by(default_factory=list)
    """What was found by steps that diagnose; kept by whoever performs the plan."""
    asked: set[str] = made_by(default_factory=set)
    """A procedure's steps that a person was asked about: what was accepted of them in an earlier record is void."""
    taken_on: dict[str, str] = made_by(default_factory=dict)
    """A procedure's steps that may act though what speaks against it cannot be told, and who took that on."""

    def note(self, step: Step, text: str, *, kind: str = "note", **data: object) -> None:
        """Add a line about `step` to the journal."""
        self.journal.write(kind, text, step=step.key, data=data or None)

    def output(self, step: Step) -> Callable[[str, str], None]:
        """A callback that journals a command's output line by line, without its empty lines."""

        def line_of_output(stream: str, line: str) -> None:
            if line.strip():
                self.journal.write("output", line, step=step.key, data={"stream": stream})

        return line_of_output


@runtime_checkable
class LeavesReceipt(Protocol):
    """What a kind of step has that tells, before it acts, what it found: kept by the runner right before `apply`.

    Kinds that change the directory keep their receipts themselves while they act, with how each change ended.
    """

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """What is needed to take the step back, from what the look before it saw; None when nothing is."""


@runtime_checkable
class TellsWhetherBegun(Protocol):
    """What a kind of step has whose effect leaves a trace: asked when its worker fell silent right before or after it.

    Only needed for steps that may not be repeated; without it nobody can tell.
    """

    def begun(self, stage: Stage, step: Step) -> bool | None:
        """Whether the step certainly acted, or certainly did not; None when that cannot be told.

        Raises `ReachError` when the node does not answer.
        """


class Behaviour(Protocol):
    """What a kind of step does. `only_looks` kinds change nothing and wait for a proof."""

    only_looks: bool

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """How the goal stands now; `applied` says whether this run has acted already. May raise `ReachError`."""

    def apply(self, stage: Stage, step: Step) -> None:
        """Act once. Raises `ReachError`, or `StepFailed` when it is certain that it did not and will not work."""
