"""A procedure under way as its page shows it: both nodes side by side, and what is next."""

from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.models import User
from django.db.models import QuerySet

from console.domain.checks import Verdict
from console.domain.outcome import WaitsFor
from console.domain.procedures import Mode
from console.domain.procedures.kinds import is_procedure
from console.models import Operation
from console.services import setup
from console.services.access import people_who_may
from console.services.setup import Board, BoardRow
from console.web.setup_view import where_of

LANES = ("primary", "standby")


@dataclass(frozen=True)
class Cell:
    """A numbered step of the board with the parts that are steps of their own."""

    number: int
    lane: str
    """`primary`, `standby`, or `both` for whatever is not of one node alone."""
    where: str
    rows: tuple[BoardRow, ...]

    @property
    def over(self) -> bool:
        """Whether all of it is behind."""
        return all(row.over for row in self.rows)

    @property
    def now(self) -> bool:
        """Whether it is what is done or waited for now."""
        return any(row.state in ("next", "running", "failed") for row in self.rows)


@dataclass(frozen=True)
class Shown:
    """A procedure in the terms of its page."""

    board: Board
    cells: tuple[Cell, ...]
    headline: str
    """What is next, in a sentence."""

    @property
    def tasks(self) -> tuple[BoardRow, ...]:
        """What is to be done now: the step that it rests at, and what else of it is not known to hold."""
        first, others = self.board.next[:1], self.board.next[1:]
        return (*first, *(row for row in others if row.verdict != Verdict.PASS))

    @property
    def unproved(self) -> str:
        """How many of the steps that are behind nobody could prove, in words."""
        return f"{self.board.unproved} of them not proved"

    @property
    def move(self) -> str:
        """The kind of the move that it waits for."""
        primary = dict(self.board.operation.cluster.nodes.values_list("role", "name")).get("primary", "")
        return "failback" if self.board.operation.waiting_target == primary else "failover"

    @property
    def people(self) -> QuerySet[User]:
        """Who can be handed it."""
        return people(self.board.operation)


def shown(operation: Operation) -> Shown | None:
    """The board of an operation that carries out a procedure; None of any other."""
    if not is_procedure(operation.kind):
        return None
    found = setup.board(operation)
    return Shown(found, _cells(found), _headline(found))


def people(operation: Operation) -> QuerySet[User]:
    """The people who may operate and do not have it already."""
    may = people_who_may("operate", operation.cluster, operation.kind)
    holder = operation.assigned_to_id or operation.requested_by_id or 0
    return may.exclude(pk=holder)


def _cells(found: Board) -> tuple[Cell, ...]:
    names = {str(role): name for role, name in found.operation.cluster.nodes.values_list("role", "name")}
    numbered = groupby(found.rows, lambda row: row.step.number)
    return tuple(_cell(number, tuple(rows), names) for number, rows in numbered)


def _cell(number: int, rows: tuple[BoardRow, ...], names: dict[str, str]) -> Cell:
    whole = next((row for row in rows if row.step.depth == 0), rows[0])
    side = whole.step.side
    return Cell(number, side.value if side.value in LANES else "both", where_of(side, names), rows)


def _headline(found: Board) -> str:
    """What is next, in a sentence."""
    if not found.next:
        return found.what
    title, operation = found.next[0].step.title, found.operation
    if operation.waits_for == WaitsFor.MOVE:
        return f"Exchange is to be moved to {operation.waiting_target}, by an operation of its own."
    if operation.waits_for == WaitsFor.RISK:
        return f"What speaks against it cannot be told: {title}."
    if operation.waits_for == WaitsFor.MEND and found.next[0].step.mode is Mode.AUTOMATED:
        return f"The console could not do this yet: {title}."
    return f"{title}."
