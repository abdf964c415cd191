"""How a procedure stands: every step with its side, state and evidence, what is next and who must do it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from console import catalog
from console.domain.checks import Verdict
from console.domain.outcome import WaitsFor
from console.domain.plan import Plan, Step
from console.domain.procedures import Mode, Procedure, ProcedureStep, Side
from console.domain.procedures.goals import PlannedGoal
from console.domain.procedures.kinds import PROCEDURES
from console.domain.progress import ACCEPTED, ACTING, REOPENED, SAID
from console.models import Cluster, JournalLine, Node, Operation
from console.services import plan_records

DONE = frozenset({"done", "already", "skipped", SAID, ACCEPTED})
"""The states of what is over."""
MARKS = ("started", ACTING, "done", "already", "skipped", "failed", SAID, ACCEPTED, REOPENED)


@dataclass(frozen=True)
class BoardRow:
    """A step of the plan and how it stands.

    `state`: `done` (proved, or done and proved), `already` (held before anything was done), `said` (a person said so),
    `accepted` (nobody can tell, and a person took it so: behind, and not proved), `skipped`, `running`, `next` (it
    waits for a person), `failed` (could not be done; waits), `reopened` (was done and no longer holds), `open`.
    """

    key: str
    """Of the plan's step."""
    step: ProcedureStep
    """As the procedure has it, with its place, mode and remedy."""
    cite: str
    """Where the guide has it."""
    nodes: tuple[str, ...]
    """The nodes on which it is done; none for the directory and DNS."""
    state: str
    evidence: str = ""
    """What proved it, or how it stood when it was last looked at."""
    verdict: str = ""
    """Of what is not proved: how the last look found it (`pass`, `fail`, `unknown`); empty when nobody looked."""
    at: datetime | None = None
    """When that was."""
    who: str = ""
    """Who did it, said it or is to do it: a person's name, or `the console`."""
    parts: tuple[ProcedureStep, ...] = ()
    """Its instructions: the parts of the guide's text that are no steps of their own."""
    risk: bool = False
    """Whether it is the console's to do, and waits for a person to take on what cannot be told before it."""

    @property
    def over(self) -> bool:
        """Whether it is behind."""
        return self.state in DONE

    @property
    def acceptable(self) -> bool:
        """Whether a person may take what cannot be told: of a step that a person does, or before the console acts."""
        return self.risk or (not self.over and self.step.mode is Mode.CHECKED and self.verdict == Verdict.UNKNOWN)


@dataclass(frozen=True)
class Board:
    """A procedure under way, or one that has ended."""

    operation: Operation
    procedure: Procedure
    rows: tuple[BoardRow, ...]
    next: tuple[BoardRow, ...] = ()
    """What is to be done now: the step that it rests at, first, and the others of its number that are a person's."""
    who: str = ""
    """Who must do it: the person to whom it is assigned."""
    what: str = ""
    """How that step stands, in a sentence."""
    remedy: str = ""
    """What to do."""
    columns: Mapping[str, tuple[BoardRow, ...]] = field(default_factory=dict)
    """The rows by side: `primary`, `standby`, `both` (with the active node), `directory` (with DNS)."""

    @property
    def done(self) -> int:
        """How many steps are behind."""
        return sum(row.over for row in self.rows)

    @property
    def unproved(self) -> int:
        """How many of those nobody could prove."""
        return sum(row.state == ACCEPTED for row in self.rows)


def board(operation: Operation) -> Board:
    """How the procedure stands, from its plan, its journal and what was seen last.

    Raises `Refusal` when its plan is not what was made, `KeyError` for an operation that carries out no procedure.
    """
    procedure = catalog.procedure(PROCEDURES[operation.kind])
    plan = plan_records.of(operation.plan)
    marks = marks_of(operation)
    names = _names(operation.cluster)
    rows = tuple(_row(operation, procedure, plan, step, marks.get(step.key, []), names) for step in plan.steps)
    resting = operation.resting
    return Board(
        operation,
        procedure,
        rows,
        next=_next(operation, rows) if resting else (),
        who=operation.assigned_to_name or operation.requested_by_name,
        what=operation.waiting_text if resting else operation.ending_summary,
        remedy=operation.waiting_remedy if resting else operation.ending_remedy,
        columns=_columns(rows),
    )


def marks_of(operation: Operation) -> dict[str, list[JournalLine]]:
    """The lines that begin, do, end or reopen a step, by the key of the plan's step."""
    found: dict[str, list[JournalLine]] = {}
    for line in JournalLine.objects.filter(operation=operation, kind__in=MARKS).exclude(step="").order_by("seq"):
        found.setdefault(line.step, []).append(line)
    return found


def _row(
    operation: Operation,
    procedure: Procedure,
    plan: Plan,
    step: Step,
    lines: list[JournalLine],
    names: Mapping[Side, tuple[str, ...]],
) -> BoardRow:
    goal = PlannedGoal.of(step)
    written = procedure.by_key().get(goal.key) or _as_planned(step, goal)
    last = lines[-1] if lines else None
    state = _state(operation, step, last)
    seen = operation.findings.get(goal.key, {})
    over = state in DONE or state in ("failed", "reopened")
    return BoardRow(
        key=step.key,
        step=written,
        cite=procedure.cite(written),
        nodes=names.get(goal.side, ()),
        state=state,
        evidence=last.text if over and last is not None else seen.get("reason", ""),
        verdict=_verdict(state, seen),
        at=last.at if over and last is not None else operation.looked_at if seen else None,
        who=_who(operation, goal, lines, state),
        parts=_parts(procedure, plan, written),
        risk=state == "next" and operation.waits_for == WaitsFor.RISK,
    )


def _verdict(state: str, seen: Mapping[str, str]) -> str:
    """How the last look found a step that is not proved."""
    if state == ACCEPTED:
        return Verdict.UNKNOWN.value
    return "" if state in DONE else seen.get("verdict", "")


def _state(operation: Operation, step: Step, last: JournalLine | None) -> str:
    """How a step stands, by the last line about it and by what the operation waits for."""
    here = operation.resting and operation.waiting_step == step.key
    if last is None or last.kind in ("started", ACTING):
        if here:
            return "next"
        return "running" if operation.open and operation.current_step == step.key else "open"
    if last.kind in DONE:
        return last.kind
    return "next" if here and last.kind != "failed" else last.kind


def _who(operation: Operation, goal: PlannedGoal, lines: list[JournalLine], state: str) -> str:
    if state in (SAID, ACCEPTED):
        return str((lines[-1].data or {}).get("by", ""))
    if goal.mode is Mode.AUTOMATED:
        return "the console"
    return operation.assigned_to_name or operation.requested_by_name


def _parts(procedure: Procedure, plan: Plan, step: ProcedureStep) -> tuple[ProcedureStep, ...]:
    """The parts below the step down to those that are steps of the plan themselves."""
    planned = {PlannedGoal.of(one).at for one in plan.steps}
    found = []
    for part in procedure.steps:
        if not part.at.startswith(f"{step.at}.") or part.at in planned:
            continue
        above = part.at
        while above != step.at and above not in planned:
            above = above.rpartition(".")[0]
        if above == step.at:
            found.append(part)
    return tuple(found)


def _as_planned(step: Step, goal: PlannedGoal) -> ProcedureStep:
    """A step that the catalog of this version does not have any more, as the plan kept it."""
    base = next(iter(catalog.procedure(step.params["procedure"]).steps))
    return ProcedureStep(
        key=goal.key,
        at=goal.at,
        sort=base.sort,
        title=step.title,
        side=goal.side,
        mode=goal.mode,
        proof=goal.proof,
        action="",
        reason=goal.reason,
        remedy=goal.remedy,
        needs=(),
        until=goal.until,
        about=goal.about,
    )


def _next(operation: Operation, rows: tuple[BoardRow, ...]) -> tuple[BoardRow, ...]:
    """The step that it rests at, and the others of its number that are a person's and were not found to hold."""
    here = next((row for row in rows if row.key == operation.waiting_step), None)
    if here is None:
        return ()
    others = (row for row in rows if row is not here and row.step.number == here.step.number)
    people = (row for row in others if row.step.mode is not Mode.AUTOMATED)
    return (here, *(row for row in people if not row.over and row.verdict != "pass"))


def _names(cluster: Cluster) -> Mapping[Side, tuple[str, ...]]:
    role = {node.role: node.name for node in Node.objects.filter(cluster=cluster)}
    primary, standby = role.get(Node.Role.PRIMARY, ""), role.get(Node.Role.STANDBY, "")
    return {
        Side.PRIMARY: (primary,),
        Side.STANDBY: (standby,),
        Side.BOTH: (primary, standby),
        Side.ACTIVE: (primary, standby),
    }


def _columns(rows: tuple[BoardRow, ...]) -> Mapping[str, tuple[BoardRow, ...]]:
    sides = {
        "primary": (Side.PRIMARY,),
        "standby": (Side.STANDBY,),
        "both": (Side.BOTH, Side.ACTIVE),
        "directory": (Side.DIRECTORY, Side.DNS),
    }
    return {name: tuple(row for row in rows if row.step.side in of) for name, of in sides.items()}
