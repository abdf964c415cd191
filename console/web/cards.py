"""A cluster as the pages show it: what was seen last, how old that is, and what is going on with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.db.models import Q, QuerySet

from console.domain.outcome import WaitsFor
from console.models import Alarm, Cluster, IncidentCare, Node, ObservationRecord, Operation
from console.models.operations import ACTING_KINDS, PROCEDURE_KINDS
from console.services import brakes, windows
from console.services.brakes import Cooldown
from console.services.clock import database_now
from console.services.mail_state import mail_state
from console.web import spans

MAIL_TONES = {"up": "good", "down": "bad", "not yet": "idle"}


@dataclass(frozen=True)
class Move:
    """One of the two planned moves of a cluster, as a button."""

    kind: str
    target: str
    suggested: bool
    why_not: str
    """Why pressing it will be refused, as far as that is already known; empty when nothing is in the way."""


@dataclass(frozen=True)
class AlarmShown:
    """An alarm that stands, with who looks after it, and whether it need not be shouted about."""

    alarm: Alarm
    care: IncidentCare | None
    in_maintenance: bool

    @property
    def quiet(self) -> bool:
        """Whether maintenance explains it, or somebody laid it by."""
        return self.in_maintenance or (self.care is not None and self.care.until is not None)


@dataclass(frozen=True)
class ClusterCard:
    """A cluster at a glance."""

    cluster: Cluster
    nodes: tuple[Node, ...]
    observation: ObservationRecord | None
    operation: Operation | None
    """The operation that acts or waits to."""
    unacknowledged: Operation | None
    """The last uncertain operation that nobody has looked into, and that holds the cluster."""
    unseen: tuple[Operation, ...] = ()
    """Operations that a person has to look at and that hold nothing: they began by themselves, or were superseded."""
    alarms: tuple[Alarm, ...] = ()
    """The alarms that nobody has acknowledged."""
    rest: Cooldown | None = None
    """The cooldown after a takeover."""
    resting: Operation | None = None
    """The procedure that waits for a person, or was paused."""
    maintenance: windows.Open | None = None
    """The maintenance window that is open."""
    cares: Mapping[int, IncidentCare] = field(default_factory=dict)
    """Who looks after alarms, by the alarm's key."""

    @property
    def alarms_shown(self) -> tuple[AlarmShown, ...]:
        """The alarms, those first that are not quiet."""
        open_window = self.maintenance is not None
        found = [AlarmShown(a, self.cares.get(a.pk), open_window and a.key not in windows.LOUD) for a in self.alarms]
        return tuple(sorted(found, key=lambda one: one.quiet))

    @property
    def status(self) -> Mapping[str, Any]:
        """What the last observation amounts to; empty when there was none."""
        return self.observation.status if self.observation else {}

    @property
    def stale(self) -> bool:
        """Whether what is shown is too old to be trusted."""
        return self.observation is None or spans.is_stale(self.observation.at)

    @property
    def mail(self) -> str:
        """`up`, `down` or `unknown`; `not yet` where the pair is still to be set up."""
        ever_up = self.observation is None or self.observation.mail_up_at is not None
        in_setup = bool(self.resting or (self.operation and self.operation.kind in PROCEDURE_KINDS))
        return mail_state(self.status, ever_up=ever_up, in_setup=in_setup)

    @property
    def headline(self) -> str:
        """The last observation in a sentence."""
        if self.mail != "not yet":
            return str(self.status.get("headline", ""))
        return "No mail yet: there is no Exchange on its nodes." if self.status.get("bare") else "No mail yet."

    @property
    def mail_tone(self) -> str:
        """Its tone; what looked good is stale, not good, when it is old."""
        tone = MAIL_TONES.get(self.mail, "unknown")
        return "stale" if self.stale and tone == "good" else tone

    @property
    def active(self) -> str:
        """The node that has the group; empty when that is unknown or nobody has it."""
        return str(self.status.get("active", ""))

    @property
    def moves(self) -> tuple[Move, ...]:
        """Fail over and fail back, in that order."""
        roles = {"failover": Node.Role.STANDBY, "failback": Node.Role.PRIMARY}
        names = {node.role: node.name for node in self.nodes}
        return tuple(self._move(kind, names[role]) for kind, role in roles.items() if role in names)

    @property
    def takeovers(self) -> tuple[str, ...]:
        """The nodes to which a person may ask to take the group over."""
        return tuple(node.name for node in self.nodes if node.name.casefold() != self.active.casefold())

    def _move(self, kind: str, target: str) -> Move:
        there = self.active.casefold() == target.casefold()
        held = self._held or self._held_by_procedure(target)
        suggested = bool(self.active) and not there and not held
        return Move(kind, target, suggested, held or (f"The group is already on {target}." if there else ""))

    def _held_by_procedure(self, target: str) -> str:
        """What rests lets only the move through that it waits for."""
        one = self.resting
        if one is None or (one.waits_for == WaitsFor.MOVE and one.waiting_target.casefold() == target.casefold()):
            return ""
        return f"Operation {one.pk}, a set-up procedure, is {one.get_status_display()}; finish it or give it up first."

    @property
    def _held(self) -> str:
        if self.mail == "not yet" and self.status.get("bare"):
            return "There is no Exchange on its nodes yet: set the pair up first."
        if self.operation:
            return f"Operation {self.operation.pk} is {self.operation.get_status_display()}; one at a time."
        if self.unacknowledged:
            return f"Operation {self.unacknowledged.pk} ended uncertain and waits to be acknowledged."
        if self.rest:
            return f"Resting after the takeover by operation {self.rest.operation.pk}; lift the cooldown first."
        return ""


def cards(clusters: Iterable[Cluster]) -> list[ClusterCard]:
    """One card for each cluster, with the same number of queries however many there are."""
    found = list(clusters)
    nodes = _grouped(Node.objects.filter(cluster__in=found).order_by("role"))
    asked = Operation.objects.filter(cluster__in=found, kind__in=ACTING_KINDS).order_by("pk")
    under_way = list(asked.filter(status__in=(*Operation.ACTING, *Operation.RESTING)))
    acting = {o.cluster_id: o for o in under_way if o.open}
    resting = {o.cluster_id: o for o in under_way if o.resting}
    ended = list(_unacknowledged(asked))
    unseen = _grouped(o for o in ended if o.automatic or o.superseded_by_id)
    waiting = {o.cluster_id: o for o in ended if o.status == "uncertain" and not o.superseded_by_id}
    alarms = _grouped(Alarm.objects.filter(cluster__in=found, acknowledged_at__isnull=True))
    rests = brakes.cooldowns(found)
    open_windows = windows.open_for(found, database_now())
    cares = IncidentCare.objects.filter(cluster__in=found, alarm__isnull=False, over_at__isnull=True)
    by_alarm = {care.alarm_id: care for care in cares if care.alarm_id}
    return [
        ClusterCard(
            c,
            tuple(nodes.get(c.pk, ())),
            getattr(c, "observation", None),
            acting.get(c.pk),
            waiting.get(c.pk),
            tuple(unseen.get(c.pk, ())),
            tuple(alarms.get(c.pk, ())),
            rests.get(c.pk),
            resting.get(c.pk),
            open_windows.get(c.pk),
            by_alarm,
        )
        for c in found
    ]


def _unacknowledged(asked: QuerySet[Operation]) -> QuerySet[Operation]:
    ended = asked.filter(acknowledged_at__isnull=True, status__in=Operation.ENDED)
    return ended.filter(Q(status=Operation.Status.UNCERTAIN) | Q(automatic=True))


class OfCluster(Protocol):
    """A row that belongs to a cluster."""

    cluster_id: int


Row = TypeVar("Row", bound=OfCluster)


def _grouped(rows: Iterable[Row]) -> dict[int, list[Row]]:
    by_cluster: dict[int, list[Row]] = {}
    for row in rows:
        by_cluster.setdefault(row.cluster_id, []).append(row)
    return by_cluster
