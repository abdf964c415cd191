"""Delivering: what is due goes out, each try is a row, and what fails is tried again from the database.

One process at a time serves a channel, so that notices of one operation arrive in their order. A process that dies in
the middle leaves a delivery waiting: it is sent again, under the same number.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from console.domain.errors import ChangeoverError
from console.domain.notifications.carrying import Carrier, NotTaken
from console.domain.notifications.timing import back_off
from console.models import Channel, Delivery, DeliveryAttempt
from console.services import audit
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.notifications.carriers import carrier_of, message_of

SERVED_FOR = timedelta(seconds=150)
"""For how long a process has a channel to itself; longer than any try can take, and renewed before each."""
AT_ONCE = 100
"""Deliveries that a channel is sent in one round."""
LONGEST_SAID = 500

Waiting = Delivery.State.WAITING
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Tried:
    """What came of one try."""

    good: bool
    said: str
    answered: bool = True
    """Whether the other side answered at all."""


def due_channels() -> list[int]:
    """The keys of the channels for which something is due that may be sent now."""
    now = database_now()
    free = Q(served_until__isnull=True) | Q(served_until__lte=now)
    ready = Q(next_at__isnull=True) | Q(next_at__lte=now)
    waiting = Delivery.objects.filter(channel=OuterRef("pk"), state=Waiting, next_at__lte=now)
    return list(Channel.objects.filter(free, ready, Exists(waiting), active=True).values_list("pk", flat=True))


def send_due() -> int:
    """Send what is due to every channel, one after the other; how many deliveries arrived."""
    return sum(serve(pk) for pk in due_channels())


def serve(channel_id: int) -> int:
    """Send what is due to that channel, up to the first time that nobody answers; how many arrived.

    Nothing while another process serves it.
    """
    if not _claim(channel_id):
        return 0
    arrived = 0
    try:
        channel = Channel.objects.get(pk=channel_id)
        give_up_overdue(channel)
        for _ in range(AT_ONCE):
            delivery = _next(channel)
            if delivery is None or not _renew(channel):
                break
            tried = attempt(delivery, channel)
            arrived += tried.good
            if not tried.good and not tried.answered:
                break
    except Channel.DoesNotExist:
        log.info("a channel was removed while it was served", channel=channel_id)
    finally:
        Channel.objects.filter(pk=channel_id).update(served_until=None)
    return arrived


def attempt(delivery: Delivery, channel: Channel, *, once: bool = False) -> Tried:
    """Try that delivery now, and keep what came of it. With `once` it is not tried again by itself."""
    begun = time.monotonic()
    tried = _carried(channel, delivery)
    took = timedelta(seconds=time.monotonic() - begun)
    now = database_now()
    with transaction.atomic():
        if not Channel.objects.select_for_update().filter(pk=channel.pk).exists():
            return tried  # it was removed meanwhile, with all that waited
        row = DeliveryAttempt(delivery=delivery, at=now, good=tried.good, said=tried.said[:LONGEST_SAID], took=took)
        row.save(force_insert=True)
        _keep(delivery, tried, now, once)
        _note(channel, tried, now)
    return tried


def give_up_overdue(channel: Channel, *, all_of_them: bool = False) -> int:
    """End the deliveries that were tried in vain for too long, or everything that waits, with one audit record."""
    now = database_now()
    rows = Delivery.objects.filter(channel=channel, state=Waiting)
    if not all_of_them:
        rows = rows.filter(tries__gt=0, since__lte=now - timedelta(hours=settings.NOTIFY_HOURS))
    with transaction.atomic():
        numbers = list(rows.values_list("pk", "notice__number"))
        if not numbers:
            return 0
        Delivery.objects.filter(pk__in=[pk for pk, _ in numbers]).update(state=Delivery.State.GIVEN_UP, ended_at=now)
        after = {"count": len(numbers), "first": str(numbers[-1][1]), "last": str(numbers[0][1])}
        subject = audit.Subject("channel", channel.pk, channel.name)
        audit.record(Action.NOTICES_GIVEN_UP, audit.SYSTEM, subject, after=after)
    return len(numbers)


def _claim(channel_id: int) -> bool:
    now = database_now()
    free = Q(served_until__isnull=True) | Q(served_until__lte=now) | Q(served_until__gt=now + 2 * SERVED_FOR)
    return Channel.objects.filter(free, pk=channel_id).update(served_until=now + SERVED_FOR) == 1


def _renew(channel: Channel) -> bool:
    """Keep the channel; false when it is gone or was switched off."""
    until = database_now() + SERVED_FOR
    return Channel.objects.filter(pk=channel.pk, active=True).update(served_until=until) == 1


def _next(channel: Channel) -> Delivery | None:
    """What is due and comes after nothing of its thread that still waits."""
    due = Delivery.objects.filter(channel=channel, state=Waiting, next_at__lte=database_now())
    before = Delivery.objects.filter(channel=channel, state=Waiting, thread=OuterRef("thread"), pk__lt=OuterRef("pk"))
    free: QuerySet[Delivery] = due.filter(Q(thread="") | ~Exists(before))
    return free.select_related("notice").order_by("next_at", "pk").first()


def _carried(channel: Channel, delivery: Delivery) -> Tried:
    try:
        carrier: Carrier = carrier_of(channel)
        return Tried(True, carrier.carry(message_of(delivery.notice)))
    except NotTaken as error:
        return Tried(False, error.told, error.answered)
    except ChangeoverError as error:
        return Tried(False, error.told, answered=False)
    except Exception as error:
        log.exception("a notice could not be carried", channel=channel.pk, delivery=delivery.pk)
        text = f"The console failed at it ({type(error).__name__}); its log has the details."
        return Tried(False, text, answered=False)


def _keep(delivery: Delivery, tried: Tried, now: datetime, once: bool) -> None:
    delivery.tries += 1
    if tried.good:
        delivery.state, delivery.ended_at = Delivery.State.DELIVERED, now
    elif once:
        delivery.state, delivery.ended_at = Delivery.State.GIVEN_UP, now
    else:
        delivery.next_at = now + back_off(delivery.tries)
    delivery.save(update_fields=["tries", "state", "ended_at", "next_at"])


def _note(channel: Channel, tried: Tried, now: datetime) -> None:
    """How the channel stands; the audit hears of the first failure, and of the first success after it."""
    channel.refresh_from_db(fields=["failures", "failing_since", "next_at"])
    turned = tried.good == (channel.failing_since is not None)
    channel.failures = 0 if tried.good else channel.failures + 1
    channel.failing_since = None if tried.good else channel.failing_since or now
    channel.next_at = None if tried.answered else now + back_off(channel.failures)
    channel.save(update_fields=["failures", "failing_since", "next_at"])
    if turned:
        tell = log.info if tried.good else log.error
        tell("notices get through again" if tried.good else "notices do not get through", channel=channel.name)
        action = Action.CHANNEL_MENDED if tried.good else Action.CHANNEL_FAILING
        after = None if tried.good else {"said": tried.said[:LONGEST_SAID]}
        audit.record(action, audit.SYSTEM, audit.Subject("channel", channel.pk, channel.name), after=after)


def waiting_for(channels: Iterable[Channel]) -> QuerySet[Delivery]:
    """The deliveries to these channels that still wait, oldest first."""
    return Delivery.objects.filter(channel__in=channels, state=Waiting).order_by("next_at", "pk")
