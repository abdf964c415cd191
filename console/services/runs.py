"""The runs of a cluster's scripts as the domain sees them, for an operation that this worker holds."""

from datetime import datetime

from console.domain.events.facts import RunAnswer, RunView
from console.models import Go, NodeRun
from console.services import goes

ASKING = "starting"


def view(run: NodeRun) -> RunView:
    """The run as the domain takes it."""
    return RunView(
        run=run.run_id,
        node=run.node.name,
        clp_event=run.clp_event,
        first_seen=run.first_seen_at,
        operation=run.operation_id,
        answer=RunAnswer(run.answer),
        started=run.started_at is not None,
        failed=run.failed_at is not None,
        fetched_go=Go.objects.filter(run=run, fetched_at__isnull=False).exists(),
        detail=run.detail or run.reason,
    )


def latest(cluster_id: int, node: str, since: datetime) -> NodeRun | None:
    """The last run of that node's START.BAT that asked at or after `since`."""
    asked = NodeRun.objects.select_related("node").filter(node__cluster_id=cluster_id, node__name__iexact=node)
    return asked.filter(first_event=ASKING, first_seen_at__gte=since).order_by("-first_seen_at", "-pk").first()


class ClusterRuns:
    """Implements `console.domain.events.runs.Runs`: what it lets a node do, it does under the operation's lease."""

    def __init__(self, cluster_id: int, operation_id: int, token: int) -> None:
        self._cluster_id = cluster_id
        self._operation_id = operation_id
        self._token = token

    def starting(self, node: str, since: datetime) -> RunView | None:
        """The latest run of `node` that asked at or after `since`."""
        found = latest(self._cluster_id, node, since)
        return view(found) if found else None

    def run(self, run_id: str) -> RunView | None:
        """The run called so."""
        found = NodeRun.objects.select_related("node").filter(run_id=run_id, node__cluster_id=self._cluster_id).first()
        return view(found) if found else None

    def give_go(self, run_id: str, *, valid_seconds: float) -> None:
        """Answer the run with a go. Raises `GoHeld`, `LeaseLost`, and `KeyError` for a run that there is not."""
        goes.give(self._row(run_id), self._operation_id, self._token, valid_seconds)

    def say_no(self, run_id: str, reason: str) -> None:
        """Answer the run with a no, unless it has fetched a go. Raises `KeyError`."""
        goes.withdraw(self._row(run_id), reason)

    def withdraw(self, run_id: str, reason: str) -> None:
        """End the run's go, if it has one that it has not fetched, and answer no from now on. Raises `KeyError`."""
        goes.withdraw(self._row(run_id), reason)

    def _row(self, run_id: str) -> NodeRun:
        found = NodeRun.objects.select_related("node").filter(run_id=run_id, node__cluster_id=self._cluster_id).first()
        if found is None:
            raise KeyError(run_id)
        return found
