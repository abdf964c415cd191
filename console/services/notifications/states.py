"""How channels and rules stand, for pages and the command line."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet

from console.models import Channel, Delivery, DeliveryAttempt, NoticeRule

LISTED = 50
"""Deliveries that a channel's page shows."""


@dataclass(frozen=True)
class State:
    """How a channel stands: `tone` and `word` for a badge, what waits, when something is tried next."""

    channel: Channel
    tone: str
    word: str
    waiting: int
    next_at: datetime | None
    delivered_at: datetime | None
    rules: int


def states() -> list[State]:
    """Every channel, by name."""
    return [_state(channel) for channel in _counted(Channel.objects.all())]


def failing() -> int:
    """How many channels there are that are on and do not get through."""
    return Channel.objects.filter(active=True, failing_since__isnull=False).count()


def state_of(channel: Channel) -> State:
    """That one."""
    return _state(_counted(Channel.objects.filter(pk=channel.pk)).get())


def deliveries(channel: Channel) -> QuerySet[Delivery]:
    """What went to the channel last or is on its way, newest first, each with its attempts."""
    attempts = Prefetch("attempts", DeliveryAttempt.objects.order_by("-pk"))
    return channel.deliveries.select_related("notice").prefetch_related(attempts)[:LISTED]


def all_rules() -> QuerySet[NoticeRule]:
    """Every rule, by the name of its channel."""
    return NoticeRule.objects.select_related("channel", "site", "cluster").order_by("channel__name", "pk")


def _counted(channels: QuerySet[Channel]) -> QuerySet[Channel]:
    waits = Q(deliveries__state=Delivery.State.WAITING)
    arrived = Q(deliveries__state=Delivery.State.DELIVERED)
    return channels.annotate(
        waiting_now=Count("deliveries", filter=waits, distinct=True),
        next_due=Min("deliveries__next_at", filter=waits),
        last_delivered=Max("deliveries__ended_at", filter=arrived),
        led_by=Count("rules", distinct=True),
    )


def _state(channel: Channel) -> State:
    counted = vars(channel)
    waiting, next_due = counted["waiting_now"], counted["next_due"]
    tone, word = _badge(channel, counted["led_by"], counted["last_delivered"])
    times = [at for at in (next_due, channel.next_at) if at is not None]
    next_at = max(times) if waiting and channel.active else None
    return State(channel, tone, word, waiting, next_at, counted["last_delivered"], counted["led_by"])


def _badge(channel: Channel, rules: int, delivered_at: datetime | None) -> tuple[str, str]:
    if not channel.active:
        return "idle", "switched off"
    if channel.failing_since is not None:
        return "bad", "does not get through"
    if not rules:
        return "warn", "no rule leads here"
    return ("good", "gets through") if delivered_at else ("unknown", "nothing sent yet")
