"""What the pages show in their tests: clusters that were observed, operations that run or have ended, journals."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from console.domain.status import ClusterStatus, Fact, NodeStatus, Tone
from console.models import Cluster, JournalLine, ObservationRecord, Operation
from tests.services import making

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&"


def observed(cluster: Cluster, *, active: str | None = None, mail: str = "up", ago: float = 5, text: str = "") -> None:
    """The cluster as it was seen `ago` seconds ago; `text` goes into every place that a node fills."""
    at = timezone.now() - timedelta(seconds=ago)
    status = _status(cluster, active, mail, at, text)
    ObservationRecord.objects.update_or_create(cluster=cluster, defaults={"at": at, "status": status.to_json()})


def _status(cluster: Cluster, active: str | None, mail: str, at: datetime, text: str) -> ClusterStatus:
    def fact(key: str, node: str = "") -> Fact:
        return Fact(key, text or key, text or "answers", Tone.GOOD, at.isoformat(), text, node)

    nodes = list(cluster.nodes.order_by("role"))
    active = nodes[0].name if active is None else active
    return ClusterStatus(
        headline=text or f"Mail is {mail}.",
        tone=Tone.GOOD,
        mail=mail,
        active=active,
        group=fact("group"),
        nodes=tuple(NodeStatus(n.name, n.role, n.name == active if active else None, (fact("reach"),)) for n in nodes),
        greetings=(fact("greeting.smtp"),),
        directory=fact("directory"),
        alarms=(text,) if text else (),
        at=at.isoformat(),
    )


def running(cluster: Cluster, kind: str = "failover", **columns: object) -> Operation:
    """An operation that a worker carries out."""
    operation = making.operation(cluster, kind)
    now = timezone.now()
    values = {"status": "running", "started_at": now, "lease_until": now + timedelta(hours=1)} | columns
    Operation.objects.filter(pk=operation.pk).update(**values)
    operation.refresh_from_db()
    return operation


def ended(cluster: Cluster, status: str, kind: str = "failover", **columns: object) -> Operation:
    """An operation that is over."""
    values = {"status": status, "ended_at": timezone.now(), "ending_summary": "So it ended.", "lease_until": None}
    return running(cluster, kind, **values | columns)


def write(operation: Operation, lines: Sequence[tuple[str, str, str]], data: dict[str, Any] | None = None) -> None:
    """Journal lines of (kind, step, text), numbered on."""
    operation.refresh_from_db()
    first = operation.last_seq + 1
    JournalLine.objects.bulk_create(
        JournalLine(operation=operation, seq=seq, at=timezone.now(), kind=kind, step=step, text=text, data=data)
        for seq, (kind, step, text) in enumerate(lines, first)
    )
    operation.last_seq += len(lines)
    operation.save(update_fields=["last_seq"])


def filled(operation: Operation, count: int) -> None:
    """A journal of so many lines of output."""
    write(operation, [("output", "stop", f"line number {number}") for number in range(1, count + 1)])
