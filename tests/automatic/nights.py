"""Nights on a cluster of rows: whatever comes in whatever order, and what has to hold after each of it."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from hypothesis import strategies as st

from console.domain.events.runs import GoHeld
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.models import Cluster, Go, NodeRun, Operation
from console.services import deciding, events, goes, upkeep
from console.services.claiming import claim
from console.services.clock import database_now
from console.services.endings import end
from tests.automatic.asking import past, tell
from tests.automatic.sights import EX1, EX2, sight
from tests.services import making

NODES = (EX1, EX2)
REPORTS = ("starting", "starting", "starting", "started", "failed", "stopped")


class Night:
    """One night on a cluster: what its nodes and workers do, and what has to hold after each of it."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def report(self, node: str, number: int, event: str) -> None:
        """A node reports; the same run may report again, late, or out of order."""
        self._heard(tell(event, node, run=f"run-{node.lower()}-{number:06}").answer, node)

    def ask(self, node: str) -> None:
        """Every run of the node asks what it is to do."""
        for run in NodeRun.objects.filter(node__name=node):
            self._heard(events.answer_for(run.run_id, node).answer, node)

    def decide(self, holder: str | None, store: str, silent: str, named: str) -> None:
        """A worker decides about whatever waits, by what it sees; a store that it sees on the other node is a no."""
        NodeRun.objects.filter(decide_after__isnull=False).update(decide_after=database_now())
        for run in deciding.due():
            deciding.decide(run.pk, sight(holder=holder, store_on=store, silent=silent, named=named))
            run.refresh_from_db()
            if store not in ("", run.node.name, silent):
                assert run.answer == "no" or run.decided_at is None, f"{store} is active, and {run.node.name} may start"

    def give(self, run: int, zombie: bool) -> None:
        """A worker of the operation under way gives a go; or one of an operation that it has lost."""
        operations = Operation.objects.order_by("-pk")
        operation = operations.exclude(status="running").first() if zombie else operations.first()
        runs = NodeRun.objects.select_related("node").filter(answer="wait", started_at=None, failed_at=None)
        if operation is None or not runs:
            return
        if not zombie and claim(operation.pk, "worker"):
            operation.refresh_from_db()
        try:
            goes.give(runs.order_by("-pk")[run % len(runs)], operation.pk, operation.lease_token, 120)
            assert not zombie, "a worker that has lost its operation let a node start"
        except (GoHeld, LeaseLost):
            pass

    def expire(self) -> None:
        """Two minutes pass."""
        Go.objects.filter(ended_at__isnull=True).update(**past())
        upkeep.sweep()

    def finish(self, status: Status) -> None:
        """The operation under way ends."""
        for operation in Operation.objects.filter(status__in=Operation.ACTING):
            end(operation.pk, Ending(status, "So it ended."), only_if=Q())

    def holds(self) -> None:
        """What holds at any time."""
        unexpired = Go.objects.filter(ended_at__isnull=True)
        assert unexpired.count() <= 1, "one go at most is unexpired"
        assert Operation.objects.filter(status__in=Operation.ACTING).count() <= 1
        for run in NodeRun.objects.filter(answer="no"):
            assert not unexpired.filter(run=run, fetched_at__isnull=True).exists(), "told no, and a go to fetch"
        over = unexpired.filter(fetched_at__isnull=True, operation__status__in=("failed", "stopped", "uncertain"))
        assert not over.exists(), "a go to fetch whose operation has ended"

    def _heard(self, answer: str, node: str) -> None:
        if answer == "go":
            go = Go.objects.filter(ended_at__isnull=True).latest("pk")
            assert go.run.node.name == node
            assert go.fetched_at is not None


node = st.sampled_from(NODES)
Act = tuple[Callable[..., None], tuple[object, ...]]
GIVE = st.tuples(st.just(Night.give), st.tuples(st.integers(0, 1), st.sampled_from((False, False, False, True))))
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.tuples(st.just(Night.report), st.tuples(node, st.integers(1, 2), st.sampled_from(REPORTS))),
    st.tuples(st.just(Night.ask), st.tuples(node)),
    st.tuples(
        st.just(Night.decide),
        st.tuples(st.sampled_from((None, "", *NODES)), *[st.sampled_from(("", *NODES))] * 3),
    ),
    *[GIVE] * 2,  # many do nothing: they need an operation under way and a run that waits
    st.tuples(st.just(Night.expire), st.tuples()),
    st.tuples(st.just(Night.finish), st.tuples(st.sampled_from(list(Status)))),
)
ASKED: tuple[Act, ...] = tuple((Night.report, (name, number, "starting")) for name in NODES[::-1] for number in (1, 2))
DECIDED: Act = (Night.decide, (None, "", "", EX1))
OPENINGS = st.sampled_from([(), ASKED, (*ASKED[:1], DECIDED), (*ASKED[:2], DECIDED), (*ASKED, DECIDED)])
"""Nothing, or questions of one node or of both, perhaps decided: where most that may go wrong begins."""
NIGHTS = st.builds(lambda opening, acts: [*opening, *acts], OPENINGS, st.lists(ACTS, min_size=8, max_size=36))
EXAMPLES = 150
"""How many nights are tried, and within how many a console that lacks a safeguard is found out."""


def live_through(acts: list[Act]) -> None:
    """One night in a transaction of its own, with a look after each act. Raises `AssertionError`."""
    with transaction.atomic():
        night = Night(making.cluster())
        for act, arguments in acts:
            act(night, *arguments)
            night.holds()
        transaction.set_rollback(True)
