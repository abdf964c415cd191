"""Maintenance windows: made, ended, and asked whether one is open; some clusters are moved in one only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from console.domain.checks import Reason, Refusal
from console.domain.planner import PLANNED_MOVES
from console.domain.windows import FURTHEST, LONGEST, LONGEST_WEEKLY, Span, Times
from console.models import Cluster, MaintenanceWindow, Site
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.clock import database_now

LOUD = ("two-actives", "override", "not-approved", "approval-rule")
"""Alarms that no window makes quieter: maintenance does not explain them."""
LONGEST_OWNER = 150


@dataclass(frozen=True)
class Spec:
    """What a window says: of a cluster or of a site, never of both."""

    times: Times
    reason: str
    cluster: Cluster | None = None
    site: Site | None = None
    owner: str = ""
    """Who answers for it; empty: who makes it."""


@dataclass(frozen=True)
class Open:
    """A window and the span of it that is meant."""

    window: MaintenanceWindow
    span: Span


def zone() -> ZoneInfo:
    """The zone by whose clocks weekly windows come again."""
    return ZoneInfo(settings.TIME_ZONE)


def make(spec: Spec, actor: audit.Actor) -> MaintenanceWindow:
    """Make a window. Raises `NotAllowed`, and `Refusal` with every mistake."""
    _require(spec.cluster, spec.site, actor)
    if mistakes := _mistakes(spec, database_now()):
        raise Refusal("The window was not made.", mistakes)
    with transaction.atomic():
        row = MaintenanceWindow.objects.create(
            cluster=spec.cluster,
            site=spec.site,
            starts_at=spec.times.starts,
            ends_at=spec.times.ends,
            weekly=spec.times.weekly,
            until=spec.times.until,
            reason=spec.reason.strip(),
            owner_name=spec.owner.strip() or actor.name,
            made_at=database_now(),
            made_by=actor.user,
            made_by_name=actor.name,
        )
        subject = audit.Subject("window", row.pk, place_of(row))
        audit.record(Action.WINDOW_MADE, actor, subject, cluster=row.cluster, reason=row.reason, after=_plain(row))
    return row


def end(window: MaintenanceWindow, actor: audit.Actor, reason: str) -> MaintenanceWindow:
    """End a window now and for good, or take one back that never opened; again changes nothing.

    Raises `NotAllowed`, and `Refusal` without a reason.
    """
    _require(window.cluster, window.site, actor)
    if not reason.strip():
        raise Refusal.of("No reason was given.", "Say in a few words why; it goes to the audit.", key="window.reason")
    with transaction.atomic():
        row = MaintenanceWindow.objects.select_for_update().get(pk=window.pk)
        if row.ended_at is None:
            row.ended_at, row.ended_by_name, row.end_reason = database_now(), actor.name, reason.strip()
            row.save(update_fields=["ended_at", "ended_by_name", "end_reason"])
            subject = audit.Subject("window", row.pk, place_of(row))
            audit.record(
                Action.WINDOW_ENDED, actor, subject, cluster=row.cluster, reason=row.end_reason, before=_plain(row)
            )
    return row


def open_at(cluster: Cluster, at: datetime) -> Open | None:
    """The window that is open for the cluster at that time, the one that ends last, or None."""
    return open_for([cluster], at).get(cluster.pk)


def open_now(cluster: Cluster) -> Open | None:
    """The same for this moment."""
    return open_at(cluster, database_now())


def open_for(clusters: Sequence[Cluster], at: datetime) -> dict[int, Open]:
    """The open windows of these clusters, by the cluster's key; of several the one that ends last."""
    return open_at_places([(cluster.pk, cluster.site_id) for cluster in clusters], at)


def open_at_places(places: Iterable[tuple[int, int]], at: datetime) -> dict[int, Open]:
    """The same of clusters that are given by their own key and that of their site."""
    found: dict[int, Open] = {}
    by_site: dict[int | None, list[int]] = {}
    for pk, site in places:
        by_site.setdefault(site, []).append(pk)
    known = {pk for pks in by_site.values() for pk in pks}
    for window in that_may_be_open(at, at) if known else ():
        span = window.times.span_at(at, zone())
        for pk in [window.cluster_id] if window.cluster_id else by_site.get(window.site_id, ()):
            if span is not None and pk in known and (pk not in found or found[pk].span.end < span.end):
                found[pk] = Open(window, span)
    return found


def that_may_be_open(first: datetime, last: datetime) -> QuerySet[MaintenanceWindow]:
    """The windows of which one may be open between two times, and no other: weekly ones are not reckoned."""
    not_over = MaintenanceWindow.objects.filter(Q(weekly=True) | Q(ends_at__gt=first), starts_at__lte=last)
    return _standing(not_over)


def next_for(cluster: Cluster, at: datetime) -> Open | None:
    """The window of the cluster that opens next after that time, or None."""
    coming = [
        Open(window, span)
        for window in of_cluster(cluster)
        if (span := window.times.next_after(at, zone())) is not None
    ]
    return min(coming, key=lambda one: one.span.start, default=None)


def of_cluster(cluster: Cluster) -> QuerySet[MaintenanceWindow]:
    """The windows of the cluster and of its site that nobody has ended."""
    return _standing(MaintenanceWindow.objects.filter(Q(cluster=cluster) | Q(site=cluster.site_id)))


def listed(user: access.Account) -> list[tuple[MaintenanceWindow, Open, bool]]:
    """What `user` may see: each window with the span that is open or comes next, and whether it is open; soonest first.

    Those that are over or were ended are left out.
    """
    now = database_now()
    seen = access.visible_clusters(user)
    rows = _standing(MaintenanceWindow.objects.filter(Q(cluster__in=seen) | Q(site__clusters__in=seen)).distinct())
    found: list[tuple[MaintenanceWindow, Open, bool]] = []
    for row in rows.select_related("cluster", "site"):
        here = row.times.span_at(now, zone())
        span = here or row.times.next_after(now, zone())
        if span is not None:
            found.append((row, Open(row, span), here is not None))
    return sorted(found, key=lambda one: (one[1].span.start, one[0].pk))


def why_not(cluster: Cluster, kind: str) -> Refusal | None:
    """Why a move of this kind may not be planned or begun on the cluster now, for want of an open window, or None.

    Never for a takeover or a start, nor for an undo: those bring mail back.
    """
    if kind not in PLANNED_MOVES or not cluster.windows_required:
        return None
    now = database_now()
    if open_at(cluster, now) is not None:
        return None
    coming = next_for(cluster, now)
    when = f"The next one opens at {local(coming.span.start)}." if coming else "None is to come."
    remedy = (
        f"Wait for it, or make one that is open now, with a reason: on the page Maintenance, or by "
        f"manage.py window add --cluster {cluster.name}."
    )
    text = f"{cluster.name} is moved in a maintenance window only, and none is open. {when}"
    return Refusal.of(text, remedy, key="window")


def quiet_alarm(key: str, cluster: Cluster, at: datetime) -> bool:
    """Whether an alarm that was raised then is told quietly, because its cluster was in maintenance."""
    return key not in LOUD and open_at(cluster, at) is not None


def place_of(window: MaintenanceWindow) -> str:
    """The name of what it is about."""
    return window.cluster.name if window.cluster else f"site {window.site}"


def local(at: datetime) -> str:
    """A time as refusals write it, by the clocks of windows."""
    return at.astimezone(zone()).strftime("%F %H:%M %Z")


def told(window: MaintenanceWindow) -> dict[str, Any]:
    """A window for programs."""
    return {"id": window.pk, **_plain(window)}


def _standing(rows: QuerySet[MaintenanceWindow]) -> QuerySet[MaintenanceWindow]:
    return rows.filter(ended_at__isnull=True)


def _require(cluster: Cluster | None, site: Site | None, actor: audit.Actor) -> None:
    if cluster is not None:
        access.require(actor.user, "operate", cluster)
    elif (reason := access.why_not_in_site(actor.user, "operate", site)) is not None:
        raise access.NotAllowed(reason, remedy="")


def _mistakes(spec: Spec, now: datetime) -> list[Reason]:
    times, found = spec.times, []
    if (spec.cluster is None) == (spec.site is None):
        found.append(Reason("A window is of one place.", "Name a cluster or a site.", "window.place"))
    if not spec.reason.strip():
        found.append(Reason("No reason was given.", "Say in a few words what is done.", "window.reason"))
    if len(spec.owner.strip()) > LONGEST_OWNER:
        found.append(Reason("The owner's name is too long.", f"Use {LONGEST_OWNER} characters.", "window.owner"))
    longest = LONGEST_WEEKLY if times.weekly else LONGEST
    if times.ends <= times.starts:
        found.append(Reason("It ends before it begins.", "Let it end later.", "window.ends"))
    elif times.ends - times.starts > longest:
        found.append(Reason("It is too long.", f"Let it last {longest.days} days at most.", "window.ends"))
    if times.starts > now + FURTHEST:
        found.append(Reason("It begins too far ahead.", f"Let it begin within {FURTHEST.days} days.", "window.starts"))
    elif times.ends > times.starts and times.is_over(now, zone()):
        found.append(Reason("It is over already.", "Let it end later than now.", "window.ends"))
    return found + _weekly_mistakes(times.weekly, times.until, times.starts)


def _weekly_mistakes(weekly: bool, until: date | None, starts: datetime) -> list[Reason]:
    if until is None:
        return []
    if not weekly:
        return [Reason("Only a weekly window has a last day.", "Leave it out, or make it weekly.", "window.until")]
    if until < starts.astimezone(zone()).date():
        return [Reason("Its last day is before its first.", "Give a later one.", "window.until")]
    return []


def _plain(row: MaintenanceWindow) -> dict[str, Any]:
    return {
        "of": place_of(row),
        "starts": row.starts_at,
        "ends": row.ends_at,
        "weekly": row.weekly,
        "until": row.until,
        "owner": row.owner_name,
        "reason": row.reason,
    }
