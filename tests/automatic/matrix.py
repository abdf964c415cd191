"""Every report, from every node, in every state of a cluster: what is answered, and what follows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from django.db import transaction

from console.lab.hook_client import Outcome
from console.models import Alarm, Cluster, Node, NodeRun, Operation
from console.models.operations import PROCEDURE_KINDS
from console.services import audit, brakes, deciding, goes, setup
from console.services.clock import database_now
from console.services.deciding import Sight
from console.services.hooks.keys import issue_key
from tests.automatic.asking import decided, give, planned, tell, uncertain, under_way
from tests.automatic.sights import EX1, EX2, sight
from tests.hooks import wire
from tests.services import making

Look = Callable[[Cluster, str], Sight]
REPORTS = (
    *(("starting", "START"), ("starting", "FAILOVER"), ("starting", "RECOVER")),
    *(("recover", "RECOVER"), ("started", "START"), ("stopping", "START"), ("stopped", "START"), ("failed", "START")),
)
SENDERS = (EX1, EX2, "wrong key")
HEAD = """# What follows from a report

Every report of every node in every state of a cluster of TOK-EX1 (primary) and TOK-EX2, as the console answers and
carries it out. A test makes this page through the webhook, and fails when it is no longer what is so. *Wrong key* is
TOK-EX2's report signed with the key of TOK-EX1. The state is what the console sees and has under way when the report
comes; after `wait`, a worker has looked at both nodes and decided.

"""


@dataclass(frozen=True)
class State:
    """A state of the cluster: what workers see, and what stands in the rows."""

    title: str
    look: Look
    arrange: Callable[[Cluster], object] = lambda cluster: None


def _past_go(cluster: Cluster) -> None:
    """A failover to TOK-EX2 whose script has fetched its go."""
    operation = planned(cluster)
    tell("starting", EX2)
    run = decided(EX2)
    give(operation, run)
    goes.fetch(run)


def _automatic(cluster: Cluster) -> None:
    """A takeover to TOK-EX2 that began by itself and has not given its go."""
    tell("starting", EX2)
    run = decided(EX2)
    assert run.operation is not None
    under_way(run.operation)


def _rested(cluster: Cluster) -> None:
    """A takeover to TOK-EX1 that succeeded a moment ago."""
    operation = planned(cluster, "failback")
    Operation.objects.filter(pk=operation.pk).update(kind="takeover", status="succeeded", ended_at=database_now())


def _waiting(cluster: Cluster) -> Operation:
    """A procedure that rests until a person has done something."""
    operation = making.operation(cluster, "setup-2003")
    Operation.objects.filter(pk=operation.pk).update(status="waiting", waits_for="proof", waiting_step="move")
    operation.refresh_from_db()
    return operation


STATES = (
    State("TOK-EX1 holds the group and serves mail; the directory names it", sight(holder=EX1, store_on=EX1)),
    State(
        "TOK-EX2 holds the group and serves mail; the directory names it", sight(holder=EX2, store_on=EX2, named=EX2)
    ),
    State("The group comes up on the node that reports; the directory names TOK-EX1", sight()),
    State("The group comes up on the node that reports; the directory names TOK-EX2", sight(named=EX2)),
    State("The group comes up on the node that reports; the directory names neither as a whole", sight(named="")),
    State("TOK-EX1 is silent; the directory names it", sight(holder=EX2, silent=EX1)),
    State("TOK-EX2 is silent; the directory names it", sight(holder=EX1, silent=EX2, named=EX2)),
    State("No node has the group; the directory names TOK-EX1", sight(holder="")),
    State("A failover to TOK-EX2 is under way, its go not given", sight(), planned),
    State("A failover to TOK-EX2 is under way, its go fetched", sight(), _past_go),
    State("A failback to TOK-EX1 is under way, its go not given", sight(named=EX2), lambda c: planned(c, "failback")),
    State("A takeover to TOK-EX2 began by itself, its go not given", sight(), _automatic),
    State(
        "A takeover to TOK-EX2 began by itself, its go not given; each node says that it has the group",
        sight(each="Online Pending"),
        _automatic,
    ),
    State("A failover ended uncertain and nobody has looked into it", sight(), uncertain),
    State("A worker carries out a set-up procedure", sight(), lambda c: under_way(making.operation(c, "setup-2003"))),
    State("A set-up procedure waits for a person", sight(), _waiting),
    State("A set-up procedure is paused", sight(), lambda c: setup.pause(_waiting(c), making.actor(), "Lunch.")),
    State("TOK-EX1 was taken over a moment ago (cooldown)", sight(), _rested),
    State("A global stop stands", sight(), lambda c: brakes.set_stop(making.actor(), "storage work")),
)


def page(cluster: Cluster) -> str:
    """The whole page. Every case begins from the same rows and leaves none."""
    keys = {name: issue_key(Node.objects.get(name=name), audit.SYSTEM) for name in (EX1, EX2)}
    runs = count(1)
    making.actor()
    tables = [_table(cluster, state, keys, runs) for state in STATES]
    return HEAD + "\n".join(tables)


def _table(cluster: Cluster, state: State, keys: Mapping[str, tuple[str, object]], runs: Iterator[int]) -> str:
    lines = [f"## {state.title}", "", f"| report | {' | '.join(SENDERS)} |", "|---|---|---|---|"]
    for event, clp_event in REPORTS:
        cells = []
        for sender in SENDERS:
            with transaction.atomic():
                state.arrange(cluster)
                cells.append(_cell(state, sender, event, clp_event, keys, f"case-{next(runs):012}"))
                transaction.set_rollback(True)
        lines.append(f"| `{event}` ({clp_event}) | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _cell(
    state: State, sender: str, event: str, clp_event: str, keys: Mapping[str, tuple[str, object]], run: str
) -> str:
    """What is answered to one report and what follows from it."""
    node = EX2 if sender == "wrong key" else sender
    signer = EX1 if sender == "wrong key" else sender
    before = _picture()
    told = _send(keys[signer], event, {"node": node, "clp_event": clp_event, "run": run})
    if told.kind == "refused":
        assert _picture() == before, "a refusal changed something"
        return f"refused: {told.refusal}"
    found = NodeRun.objects.get(run_id=run)
    if told.kind != "wait":
        assert deciding.due() == []
        assert _operations() == before[0], "a report that asks for nothing moved something"
        return told.kind + _alarms()
    deciding.decide(found.pk, state.look)
    found.refresh_from_db()
    return f"wait, then {_what(found)}{_alarms()}"


def _send(key: tuple[str, object], event: str, changes: dict[str, str]) -> Outcome:
    return wire.client(key, wire.Wire()).event(event, {**wire.EVENT, **changes})  # type: ignore[arg-type]


def _what(run: NodeRun) -> str:
    """What was decided about a question."""
    if run.decision == "no":
        return "**no**"
    assert run.operation is not None
    if run.decision == "join":
        return f"joins the {run.operation.kind}"
    overtaken = run.operation.superseded.first()
    procedure = Operation.objects.filter(kind__in=PROCEDURE_KINDS).first()
    ends = ""
    if procedure is not None:
        ends = f"the procedure is {procedure.status}, "
    elif overtaken is not None and overtaken.status == "failed":
        ends = f"the {overtaken.kind} to {overtaken.target} ends failed, "
    elif overtaken is not None:
        ends = f"supersedes the {overtaken.status} {overtaken.kind}, "
    return f"{ends}{run.operation.kind} to {run.operation.target}"


def _alarms() -> str:
    """The alarms that came with it."""
    keys = sorted(Alarm.objects.values_list("key", flat=True))
    return f"; alarm *{', '.join(keys)}*" if keys else ""


def _picture() -> tuple[object, ...]:
    """Everything that a report may change."""
    runs = tuple(NodeRun.objects.order_by("pk").values_list("pk", "answer", "decision", "last_event"))
    return _operations(), runs, Alarm.objects.count()


def _operations() -> tuple[object, ...]:
    return tuple(Operation.objects.order_by("pk").values_list("pk", "kind", "status", "lease_token"))
