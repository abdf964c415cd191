"""The guide's advice for the pages of a cluster and of an operation, with what was measured here."""

from collections.abc import Mapping

from console.catalog import generation
from console.domain.advice import Advice, Circumstances, advice
from console.models import Cluster, JournalLine, Operation
from console.services import products

MOVES = ("failover", "failback", "takeover")
MEASURED = 20
"""How many of a cluster's latest operations are looked at for how long stopping Exchange takes."""


def for_cluster(cluster: Cluster) -> tuple[Advice, ...]:
    """What to keep in mind about a cluster at any time; nothing where the guide is not about its product."""
    if not products.guided(cluster):
        return ()
    now = _circumstances(cluster, slowest_stop=slowest_stop(cluster))
    return advice(generation(cluster.generation).notes, "cluster", now)


def for_operation(operation: Operation) -> tuple[Advice, ...]:
    """What users must be told and people must do after a move that succeeded; nothing for any other operation."""
    if operation.status != Operation.Status.SUCCEEDED or operation.kind not in MOVES:
        return ()
    cluster = operation.cluster
    if not products.guided(cluster):
        return ()
    primary = cluster.nodes.filter(role="primary").values_list("name", flat=True).first()
    now = _circumstances(cluster, operation.source, operation.target, back=operation.target == primary)
    return advice(generation(cluster.generation).notes, "operation", now)


def slowest_stop(cluster: Cluster) -> float | None:
    """The most seconds that stopping every Exchange service took in a late operation; None when none was measured."""
    late = Operation.objects.filter(cluster=cluster, outage_started_at__isnull=False).select_related("plan")
    taken = [seconds for operation in late[:MEASURED] if (seconds := _stopping(operation)) is not None]
    return max(taken, default=None)


def _stopping(operation: Operation) -> float | None:
    """Seconds from the start of its first step that stops a service to the end of its last; None when not all ended."""
    steps = [str(step["key"]) for step in _steps(operation) if step["kind"] == "service.stop"]
    lines = JournalLine.objects.filter(operation=operation, step__in=steps, kind__in=("started", "done")).order_by()
    # Put in order here: a database that is asked for them in order reads the whole journal.
    marks = sorted(lines.values_list("seq", "kind", "step", "at"))
    began = {step: at for _, kind, step, at in reversed(marks) if kind == "started"}
    ended = {step: at for _, kind, step, at in marks if kind == "done"}
    if not ended or began.keys() - ended.keys():
        return None
    return (max(ended.values()) - min(began[step] for step in ended)).total_seconds()


def _steps(operation: Operation) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = (operation.plan.body or {}).get("steps", [])
    return found


def _circumstances(
    cluster: Cluster, source: str = "", target: str = "", *, back: bool = False, slowest_stop: float | None = None
) -> Circumstances:
    return Circumstances(
        floating_ip=cluster.floating_ip,
        protocols=tuple(dict.fromkeys(text.partition(":")[0] for text in cluster.greetings)),
        public_folders=generation(cluster.generation).has_public_stores,
        source=source,
        target=target,
        back=back,
        slowest_stop=slowest_stop,
    )
