"""The drawings of many clusters' readiness, kept by each process until a row of the history is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from django.utils.safestring import SafeString

from console.models import Cluster
from console.services import readiness
from console.services.readiness import Point
from console.web import sparkline

MOST = 2000
"""How many clusters' are kept."""
FINEST = timedelta(minutes=2)
"""A drawing is the same for so long: a week of it moves by less than a tenth of its smallest unit."""

Slot = tuple[int, int]


@dataclass
class History:
    """What was read of one cluster, and its last drawing."""

    kept_at: datetime
    points: list[Point]
    slot: Slot | None = None
    drawn: SafeString = field(default_factory=SafeString)


_kept: dict[int, History] = {}
_lock = Lock()


def drawings(clusters: Sequence[Cluster], span: timedelta, in_words: str, now: datetime) -> dict[int, SafeString]:
    """The drawing of each cluster's readiness over the last `span`, which `in_words` names, by the cluster's key."""
    by_key = {cluster.pk: cluster for cluster in clusters}
    with _lock:
        found = _histories(by_key, now - span)
    return {pk: _drawn(found[pk], cluster, span, in_words, now) for pk, cluster in by_key.items()}


def _histories(clusters: dict[int, Cluster], since: datetime) -> dict[int, History]:
    """What is kept of these clusters; what was written since is read."""
    written = readiness.kept_at(list(clusters))
    old = [pk for pk, at in written.items() if pk not in _kept or _kept[pk].kept_at != at]
    if len(_kept) + len(old) > MOST:
        _kept.clear()
        old = list(written)
    if old:
        _kept.update({pk: History(written[pk], points) for pk, points in readiness.histories(old, since).items()})
    nothing = History(since, [])
    return {pk: _kept[pk] if pk in written else nothing for pk in clusters}


def _drawn(history: History, cluster: Cluster, span: timedelta, in_words: str, now: datetime) -> SafeString:
    slot = int(now.timestamp() // FINEST.total_seconds()), cluster.readiness_least
    if history.slot != slot:
        points = [point for point in history.points if point.at >= now - span]
        label = sparkline.in_words(points, in_words)
        history.drawn = sparkline.drawing(points, now - span, now, cluster.readiness_least, label)
        history.slot = slot
    return history.drawn
