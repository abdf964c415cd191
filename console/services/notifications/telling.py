"""Making notices: out of the audit, which is the outbox, and out of what else is told; and leading them to channels.

An audit record is written in the transaction of what it tells and its numbers have no gap, so nothing has to be added
to that transaction: whatever happens here later can neither delay nor fail an operation.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from console.domain.notifications.events import EVENTS, Severity
from console.domain.notifications.timing import quiet_until
from console.models import AuditHead, AuditRecord, Channel, Cluster, Delivery, Notice, NoticeCursor, NoticeRule
from console.services.clock import database_now
from console.services.notifications.reading import OF_ACTION, Told, told_by

AT_ONCE = 500
"""Audit records that are read in one go."""


def tell(
    event: str,
    text: str,
    *,
    cluster: Cluster | None = None,
    site: str = "",
    path: str = "",
    thread: str = "",
    facts: dict[str, Any] | None = None,
    once: str | None = None,
    quiet: bool = False,
) -> Notice:
    """Tell of something that is no decision, so that the audit does not have it, in the transaction of the caller.

    `event` is a key of `EVENTS`, `text` one sentence, without a secret or anything of the directory beyond names.
    Under the same key `once` the notice that there is, is given. `thread` and `quiet` as in `Told`. Raises `KeyError`
    for an unknown event.
    """
    told = Told(EVENTS[event], text, path, thread, facts or {}, once, quiet)
    where = (cluster.name, cluster.site.name) if cluster else ("", site)
    with transaction.atomic():
        return _kept(told, database_now(), *where)


def gather() -> int:
    """Make notices of what the audit has that was not read yet, and lead all that are new to channels; how many.

    Any number of processes may do it: the cursor's row lets one at a time.
    """
    count = 0
    while _something_new():
        count += _gather()
    return count


def _something_new() -> bool:
    """Asked without a transaction: on SQLite one would stop all who write, every second."""
    read = NoticeCursor.objects.values_list("last_seq", flat=True).first()
    return read is None or read < _end() or Notice.objects.filter(routed_at__isnull=True).exists()


def _end() -> int:
    return AuditHead.objects.filter(pk=1).values_list("last_seq", flat=True).first() or 0


def _gather() -> int:
    """One go, in one transaction."""
    with transaction.atomic():
        cursor = NoticeCursor.objects.select_for_update().first() or _begin()
        upto = min(cursor.last_seq + AT_ONCE, _end())
        found = AuditRecord.objects.filter(seq__gt=cursor.last_seq, seq__lte=upto, action__in=OF_ACTION)
        for record in found.order_by("seq"):
            _of_record(record)
        if upto > cursor.last_seq:
            cursor.last_seq = upto
            cursor.save(update_fields=["last_seq"])
        new = list(Notice.objects.select_for_update().filter(routed_at__isnull=True).order_by("at", "pk")[:AT_ONCE])
        _route(new)
        return len(new)


def _begin() -> NoticeCursor:
    """Where a new installation, and one that is upgraded, begins: with what comes from now on."""
    NoticeCursor.objects.get_or_create(pk=1, defaults={"last_seq": _end()})
    return NoticeCursor.objects.select_for_update().get(pk=1)


def _of_record(record: AuditRecord) -> None:
    told = told_by(record)
    if told is not None:
        cluster = Cluster.objects.filter(pk=record.cluster_id or 0).select_related("site").first()
        _kept(told, record.at, record.cluster_name, cluster.site.name if cluster else "")


def _kept(told: Told, at: datetime, cluster: str, site: str) -> Notice:
    values = {
        "event": told.event.key,
        "severity": Severity.INFO if told.quiet else told.event.severity,
        "at": at,
        "text": f"In maintenance: {told.text}" if told.quiet else told.text,
        "path": told.path,
        "cluster": cluster,
        "site": site,
        "thread": told.thread,
        "facts": told.facts,
    }
    if told.once is None:
        return Notice.objects.create(**values)
    row, _ = Notice.objects.get_or_create(once=told.once[:160], defaults=values)
    return row


def _route(notices: Sequence[Notice]) -> None:
    if not notices:
        return
    now = database_now()
    rules = list(NoticeRule.objects.filter(channel__active=True).select_related("channel", "site", "cluster"))
    for notice in notices:
        for channel, chosen in _chosen(notice, rules).items():
            deliver(notice, channel, min(_goes_at(rule, notice, now) for rule in chosen))
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(routed_at=now)


def deliver(notice: Notice, channel: Channel, at: datetime) -> Delivery:
    """Put the notice on its way to the channel, not before `at`; what quiet hours held back in its thread goes along.

    Call it in a transaction.
    """
    values = {"since": at, "next_at": at, "thread": notice.thread}
    row, _ = Delivery.objects.get_or_create(notice=notice, channel=channel, defaults=values)
    if notice.thread:
        held = Delivery.objects.filter(channel=channel, thread=notice.thread, state=Delivery.State.WAITING, tries=0)
        held.filter(pk__lt=row.pk, next_at__gt=at).update(next_at=at, since=at)
    return row


def _chosen(notice: Notice, rules: Iterable[NoticeRule]) -> dict[Channel, list[NoticeRule]]:
    found: dict[Channel, list[NoticeRule]] = {}
    for rule in rules:
        if fits(rule, notice):
            found.setdefault(rule.channel, []).append(rule)
    return found


def fits(rule: NoticeRule, notice: Notice) -> bool:
    """Whether the rule wants the notice. What is told of a channel's own trouble never goes to that channel."""
    if notice.severity < rule.least or (rule.events and notice.event not in rule.events):
        return False
    if notice.event.startswith("channel.") and notice.facts.get("channel") == rule.channel.name:
        return False
    if rule.cluster is not None:
        return rule.cluster.name == notice.cluster
    return rule.site is None or rule.site.name == notice.site


def _goes_at(rule: NoticeRule, notice: Notice, now: datetime) -> datetime:
    zone = ZoneInfo(settings.TIME_ZONE)
    return quiet_until(now, rule.quiet_from, rule.quiet_until, zone, Severity(notice.severity))
