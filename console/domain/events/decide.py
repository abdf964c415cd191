"""The decision about what a node reports, as a table: the first row that applies decides (design section 3.4)."""

from collections.abc import Callable
from dataclasses import dataclass

from console.domain.events.decisions import Decision, Join, LogOnly, No, Open, Supersede
from console.domain.events.facts import Event, EventKind, OpenOperation
from console.domain.events.opinion import Holding, Opinion
from console.domain.observation import Seen
from console.domain.topology import Cluster


@dataclass(frozen=True)
class Case:
    """Everything that a decision looks at."""

    event: Event
    node: str
    """The node that reports, as the inventory spells it."""
    opinion: Opinion
    acting: OpenOperation | None
    waiting: OpenOperation | None
    directory_names: Seen[str]


@dataclass(frozen=True)
class Row:
    """One row of the table: what it is about, when it applies, what is decided then."""

    name: str
    applies: Callable[[Case], bool]
    then: Callable[[Case], Decision]


def _asks(case: Case) -> bool:
    return case.event.kind is EventKind.STARTING


def _recovers(case: Case) -> bool:
    return case.event.kind is EventKind.RECOVER or case.event.clp_event.upper() == "RECOVER"


def _is_target(case: Case) -> bool:
    return case.acting is not None and case.acting.target.casefold() == case.node.casefold()


def _named(case: Case) -> bool:
    return case.directory_names.value is not None and case.directory_names.value.casefold() == case.node.casefold()


def _other_is_chosen(case: Case) -> bool:
    """Both nodes ask, and what is under way brings the other one up: whoever was decided about first."""
    leads_there = case.acting is not None and case.acting.target.casefold() == case.opinion.other.casefold()
    return case.opinion.verdict() is Holding.ASKS and case.opinion.other_claims and leads_there


def _join(case: Case) -> Decision:
    assert case.acting is not None
    return Join(case.acting.id)


def _supersede(case: Case) -> Decision:
    assert case.acting is not None
    again = " again, after its go" if _is_target(case) else ""
    ending = f"The cluster product brought the group up on {case.node}{again}."
    return Supersede(case.acting.id, ending, _open("takeover", case))


def _open(kind: str, case: Case) -> Open:
    return Open(kind, case.node, superseding=case.waiting.id if case.waiting else None)


def _refuse(case: Case) -> Decision:
    other = case.opinion.other
    signs = case.opinion.sentence
    if case.opinion.verdict() is not Holding.HELD:
        signs = f"{other} itself says that it has the group, and it is the one that is being brought up."
    return No(signs, f"{case.node} wants to start Exchange, but {signs} It was told no; nothing was changed.")


TABLE: tuple[Row, ...] = (
    Row("the node only recovers", _recovers, lambda case: LogOnly(f"{case.node} came back; nothing follows.")),
    Row(
        "the report asks for nothing",
        lambda case: not _asks(case),
        lambda case: LogOnly(f"{case.node} reports: {case.event.kind}."),
    ),
    Row("the other node holds the group", lambda case: case.opinion.verdict() is Holding.HELD, _refuse),
    Row("both nodes ask, and the other one is being brought up", _other_is_chosen, _refuse),
    Row(
        "an operation that leads here has a go to give",
        lambda case: _is_target(case) and case.acting is not None and case.acting.gives_go,
        _join,
    ),
    Row("any other operation is under way", lambda case: case.acting is not None, _supersede),
    Row("the directory names the node already", _named, lambda case: _open("start", case)),
    Row("the directory names the other node, or nobody can tell", lambda case: True, lambda c: _open("takeover", c)),
)


def decide(
    event: Event,
    cluster: Cluster,
    opinion: Opinion,
    open_: OpenOperation | None,
    waiting: OpenOperation | None,
    directory_names: Seen[str],
) -> Decision:
    """What follows from `event`.

    `opinion` is fresh and about the node that does not report; `open_` is the acting operation, `waiting` one that
    holds the cluster reserved, `directory_names` the node whose server the directory names as a whole.
    Raises `KeyError` when the event's node is not the cluster's.
    """
    return row_for(event, cluster, opinion, open_, waiting, directory_names)[1]


def row_for(
    event: Event,
    cluster: Cluster,
    opinion: Opinion,
    open_: OpenOperation | None,
    waiting: OpenOperation | None,
    directory_names: Seen[str],
) -> tuple[Row, Decision]:
    """The row of the table that decides, and its decision: for whoever shows why. Raises `KeyError`."""
    case = Case(event, cluster.node(event.node).name, opinion, open_, waiting, directory_names)
    row = next(row for row in TABLE if row.applies(case))
    return row, row.then(case)
