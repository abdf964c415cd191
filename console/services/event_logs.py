"""The event logs of an operation's nodes: read while it runs and for a while after, kept, and taken by the rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from console.catalog import generation
from console.domain.event_log import Judged, LogReading, Occurrence, judge, read_logs
from console.domain.field import Field
from console.models import Cluster, EventLogRecord, Operation
from console.models.operations import ACTING_KINDS
from console.services.clock import database_now

AFTERWARDS = timedelta(minutes=15)
"""How long after an operation's end its nodes' events are still taken for its own."""
BEFORE = timedelta(seconds=30)
"""What is read before an operation's start: events that led to it."""


@dataclass(frozen=True)
class NodeEvents:
    """What a page shows of one node's event logs."""

    record: EventLogRecord
    shown: tuple[Judged, ...]
    folded: tuple[Judged, ...]


def read_for(cluster: Cluster, field: Field) -> None:
    """Read and keep the events of both nodes, if an operation of the cluster runs or has ended a moment ago."""
    operation = _watched(cluster)
    if operation is None or operation.started_at is None:
        return
    for node in field.cluster.nodes:
        session = field.session(node.name)
        reading = read_logs(session, field.clock, operation.started_at - BEFORE, within=field.cluster.timing.command)
        _keep(operation, reading)


def _watched(cluster: Cluster) -> Operation | None:
    recent = Q(status=Operation.Status.RUNNING) | Q(ended_at__gte=database_now() - AFTERWARDS)
    started = Operation.objects.filter(cluster=cluster, kind__in=ACTING_KINDS, started_at__isnull=False)
    return started.filter(recent).order_by("-pk").first()


def _keep(operation: Operation, reading: LogReading) -> None:
    """Keep what was read; what could not be read leaves what was read before, and says so."""
    values: dict[str, object] = {"at": database_now(), "unknown": reading.unknown}
    if not reading.unknown:
        values |= {"occurrences": reading.to_json(), "more": reading.more}
    EventLogRecord.objects.update_or_create(operation=operation, node=reading.node, defaults=values)


def of(operation: Operation) -> tuple[NodeEvents, ...]:
    """What was read for the operation, node by node: events to look at, and harmless ones with their reason."""
    return tuple(_taken(operation, record) for record in EventLogRecord.objects.filter(operation=operation))


def _taken(operation: Operation, record: EventLogRecord) -> NodeEvents:
    rules = generation(operation.cluster.generation).event_rules
    occurrences = [Occurrence.from_json(raw) for raw in record.occurrences]
    found: Sequence[Judged] = judge(occurrences, rules, _away(operation, record.node))
    shown = tuple(judged for judged in found if not judged.benign)
    return NodeEvents(record, shown, tuple(judged for judged in found if judged.benign))


def _away(operation: Operation, node: str) -> Callable[[datetime], bool]:
    """Whether `node` lacked the group at a moment: the source has it until mail stops, the target once it is up."""
    began, ended = operation.outage_started_at, operation.outage_ended_at

    def away(at: datetime) -> bool:
        if began is None or at < began:
            return node != operation.source
        return ended is None or at < ended or node != operation.target

    return away
