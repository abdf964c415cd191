"""Windows that are open, or will be, and moves that are due."""

from datetime import timedelta

from console.domain.windows import Times
from console.models import Cluster, MaintenanceWindow, ScheduledMove
from console.services import schedules, windows
from console.services.clock import database_now
from tests.services import making


def opened(cluster: Cluster, *, begins: float = -60, lasts: float = 240) -> MaintenanceWindow:
    """A window of the cluster that opens so many minutes from now; one that is open, unless told otherwise."""
    start = database_now() + timedelta(minutes=begins)
    times = Times(start, start + timedelta(minutes=lasts))
    return windows.make(windows.Spec(times, "patches", cluster), making.actor())


def demanding(cluster: Cluster) -> Cluster:
    """The cluster, which is moved in a window only."""
    Cluster.objects.filter(pk=cluster.pk).update(windows_required=True)
    cluster.refresh_from_db()
    return cluster


def due(cluster: Cluster, kind: str = "failover", ago: float = 1, **spec: str) -> ScheduledMove:
    """A move whose time came so many seconds ago, within a window that is open."""
    opened(cluster)
    at = database_now() + timedelta(seconds=30)
    row = schedules.make(cluster, schedules.Spec(kind, at, "patches", **spec), making.actor())
    ScheduledMove.objects.filter(pk=row.pk).update(at=database_now() - timedelta(seconds=ago))
    row.refresh_from_db()
    return row
