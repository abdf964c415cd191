"""Notices on their way: at least once, in their order, tried again from the database, and given up with a record."""

import io
import json
import logging
import threading
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection

from console.domain.notifications.timing import LATEST, SOONEST
from console.domain.outcome import Status
from console.domain.secrets import MASK
from console.models import AuditRecord, Channel, Delivery, DeliveryAttempt, Notice, NoticeRule, Operation
from console.services import brakes
from console.services.audit import Actor
from console.services.clock import database_now
from console.services.notifications import couriers, rules, sending
from console.services.notifications.sending import send_due
from console.services.notifications.telling import gather
from tests.notifications import happening
from tests.notifications.conftest import made
from tests.notifications.receivers import HOOK, SLOW, Receiver, World, nobody
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(everything: NoticeRule) -> Operation:
    """A failover that is told of from its confirmation on."""
    gather()
    return happening.begun(making.cluster())


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def came(receiver: Receiver) -> list[str]:
    return [json.loads(one.body)["type"] for one in receiver.came]


def test_what_happens_arrives_once_with_one_row_for_the_try(operation: Operation, receiver: Receiver) -> None:
    happening.ended(operation)
    gather()
    assert send_due() == 2
    assert send_due() == 0
    assert came(receiver) == ["operation.opened", "operation.succeeded"]
    assert states() == ["delivered", "delivered"]
    assert [row.good for row in DeliveryAttempt.objects.all()] == [True, True]
    assert "answered 204" in DeliveryAttempt.objects.latest("pk").said


def test_a_failure_delays_what_comes_after_it_and_keeps_number_and_order(
    operation: Operation, receiver: Receiver
) -> None:
    receiver.answers = [(500, b"out of order"), (204, b"")]
    happening.ended(operation, Status.FAILED)
    gather()
    assert send_due() == 0
    assert len(receiver.came) == 1
    assert send_due() == 0  # not at once
    assert len(receiver.came) == 1
    happening.later(SOONEST)
    assert send_due() == 2
    assert came(receiver) == ["operation.opened", "operation.opened", "operation.failed"]
    assert receiver.came[0].headers["webhook-id"] == receiver.came[1].headers["webhook-id"]
    assert receiver.came[0].body == receiver.came[1].body
    first = Delivery.objects.earliest("pk")
    assert first.attempts.earliest("pk").said.startswith(f"{HOOK} answered 500 out of")


def test_one_that_is_refused_holds_up_its_own_operation_only(
    operation: Operation, receiver: Receiver, ada: Actor
) -> None:
    receiver.answers = [(422, b"I do not know this event"), (204, b"")]
    happening.ended(operation)
    brakes.set_stop(ada, "a reason")
    gather()
    assert send_due() == 1
    assert came(receiver) == ["operation.opened", "stop.set"]
    assert states() == ["waiting", "waiting", "delivered"]


def test_the_wait_grows_and_ends_with_a_record(operation: Operation, world: World, settings: Any) -> None:
    world.places[HOOK] = nobody()
    gather()
    waits = []
    for _ in range(4):
        send_due()
        row = Delivery.objects.get()
        waits.append(round((row.next_at - database_now()) / SOONEST))
        happening.later(row.next_at - database_now() + timedelta(seconds=1))
    assert waits == [1, 2, 4, 8]
    assert "refused" in DeliveryAttempt.objects.latest("pk").said
    happening.later(timedelta(hours=settings.NOTIFY_HOURS))
    send_due()
    assert states() == ["given-up"]
    record = AuditRecord.objects.get(action="notifications:delivery:given-up")
    assert (record.subject_name, record.after["count"]) == ("ops hook", 1)  # type: ignore[index]
    assert DeliveryAttempt.objects.count() == 4


def test_the_audit_hears_of_the_first_failure_and_of_the_first_success_after_it(
    operation: Operation, world: World, receiver: Receiver
) -> None:
    world.places[HOOK] = nobody()
    gather()
    send_due()
    assert Channel.objects.get().failing_since is not None
    happening.later(LATEST)
    send_due()
    world.places[HOOK] = receiver.place
    happening.later(LATEST)
    assert send_due() == 1
    told = AuditRecord.objects.filter(action__startswith="notifications:channel:").order_by("seq")
    assert [row.action.split(":")[-1] for row in told] == ["made", "failing", "mended"]
    assert (Channel.objects.get().failing_since, Channel.objects.get().failures) == (None, 0)


def test_of_a_channel_that_fails_another_one_hears_and_it_does_not(
    operation: Operation, world: World, receiver: Receiver, ada: Actor
) -> None:
    other = made("other", ada, world, f"https://{HOOK}/other")
    rules.save(rules.Spec(other, events=("channel.failing", "channel.mended")), ada)
    receiver.answers = [(403, b"no"), (204, b"")]
    gather()
    send_due()
    gather()
    assert send_due() == 1
    assert (receiver.came[-1].path, came(receiver)[-1]) == ("/other", "channel.failing")
    notice = Notice.objects.get(event="channel.failing")
    assert [row.channel.name for row in notice.deliveries.all()] == ["other"]


def test_what_a_process_left_in_the_middle_is_sent_again(operation: Operation, receiver: Receiver) -> None:
    gather()
    channel = Channel.objects.get()
    now = database_now()
    Channel.objects.update(served_until=now + sending.SERVED_FOR)  # by a process that dies now
    assert (send_due(), sending.serve(channel.pk)) == (0, 0)
    Channel.objects.update(served_until=now)
    assert send_due() == 1
    Channel.objects.update(served_until=now + 5 * sending.SERVED_FOR)  # written by no clock of ours
    Delivery.objects.update(state="waiting")
    assert sending.serve(channel.pk) == 1


def test_a_channel_that_is_switched_off_is_sent_nothing(operation: Operation, receiver: Receiver) -> None:
    gather()
    Channel.objects.update(active=False)
    assert send_due() == 0
    assert sending.serve(Channel.objects.get().pk) == 0
    happening.ended(operation)
    gather()
    assert Delivery.objects.count() == 1
    assert receiver.came == []


def test_quiet_hours_hold_back_until_something_critical_of_the_same_operation_comes(
    operation: Operation, everything: NoticeRule, receiver: Receiver, ada: Actor
) -> None:
    now = database_now()
    NoticeRule.objects.update(quiet_from=_clock(now - timedelta(hours=1)), quiet_until=_clock(now + timedelta(hours=1)))
    brakes.set_stop(ada, "a reason")
    gather()
    assert send_due() == 0
    happening.ended(operation, Status.UNCERTAIN)
    gather()
    assert send_due() == 2
    assert came(receiver) == ["operation.opened", "operation.uncertain"]
    happening.later(timedelta(hours=1))
    assert send_due() == 1
    assert came(receiver)[-1] == "stop.set"


def _clock(at: Any) -> time:
    clock: time = at.time().replace(microsecond=0)
    return clock


def test_two_rules_to_one_channel_are_one_delivery(operation: Operation, hook: Channel, ada: Actor) -> None:
    rules.save(rules.Spec(hook, cluster=operation.cluster), ada)
    gather()
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        ({"events": ("operation.failed",)}, False),
        ({"events": ("operation.opened", "operation.failed")}, True),
        ({"least": 3}, False),
        ({"cluster": "OSAKA"}, False),
        ({"cluster": "TOKYO"}, True),
        ({"site": True}, True),
    ],
)
def test_a_rule_wants_what_it_names(world: World, ada: Actor, spec: dict[str, Any], wanted: bool) -> None:
    gather()
    clusters = {name: making.cluster(name, number) for number, name in enumerate(("TOKYO", "OSAKA"), 1)}
    if "cluster" in spec:
        spec["cluster"] = clusters[spec["cluster"]]
    if "site" in spec:
        spec["site"] = clusters["TOKYO"].site
    rules.save(rules.Spec(made("hook", ada, world), **spec), ada)
    happening.begun(clusters["TOKYO"])
    gather()
    assert Delivery.objects.exists() == wanted


def test_an_operation_is_not_delayed_by_a_rule_that_cannot_be_followed(
    operation: Operation, hook: Channel, settings: Any
) -> None:
    Channel.objects.update(address="what no key has encrypted")
    happening.ended(operation)
    gather()
    assert send_due() == 0
    assert Operation.objects.get().status == "succeeded"
    said = DeliveryAttempt.objects.latest("pk").said
    assert "The address of the channel ops hook cannot be decrypted" in said


def test_no_part_of_an_address_is_in_a_log_a_row_or_a_record(
    operation: Operation, world: World, receiver: Receiver, settings: Any
) -> None:
    """With the libraries at their most talkative, and a receiver that says back what it was asked."""
    written, root, talkative = io.StringIO(), logging.getLogger(), logging.getLogger("urllib3.connectionpool")
    assert not talkative.isEnabledFor(logging.DEBUG)
    handler = logging.StreamHandler(written)
    handler.setFormatter(root.handlers[0].formatter)
    talkative.addHandler(handler)
    talkative.setLevel(logging.DEBUG)
    receiver.answers = [(500, b"no /t0p-secret-path?token=s3cret-token here")]
    try:
        gather()
        send_due()
        world.places[HOOK] = nobody()
        happening.later(LATEST)
        send_due()
    finally:
        talkative.removeHandler(handler)
        talkative.setLevel(logging.INFO)
    models: tuple[Any, ...] = (Channel, Notice, DeliveryAttempt, AuditRecord)
    rows = [repr(row) for model in models for row in model.objects.values()]
    told = "".join([written.getvalue(), *rows])
    assert f"POST {MASK}" in written.getvalue()
    assert DeliveryAttempt.objects.count() == 2
    assert not [part for part in ("t0p-secret", "s3cret-token", "whsec_") if part in told]


@pytest.mark.django_db(transaction=True)
def test_the_scheduler_sends_beside_its_work(operation: Operation, receiver: Receiver) -> None:
    working = couriers.Couriers()
    assert working.dispatch() == 1
    working.wait(10)
    assert came(receiver) == ["operation.opened"]
    assert states() == ["delivered"]
    assert working.dispatch() == 0


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_is_slow_holds_up_no_other_and_not_the_scheduler(
    operation: Operation, world: World, receiver: Receiver, ada: Actor
) -> None:
    slow = made("a slow one", ada, world, f"https://{HOOK}{SLOW}")
    rules.save(rules.Spec(slow), ada)
    working = couriers.Couriers()
    assert working.dispatch() == 2
    for _ in range(200):
        if receiver.came:
            break
        threading.Event().wait(0.02)
    assert [one.path for one in receiver.came] == ["/t0p-secret-path?token=s3cret-token"]
    assert working.dispatch() == 0
    receiver.hurry.set()
    working.wait(10)
    assert [one.path for one in receiver.came][1:] == [SLOW]
    assert states() == ["delivered", "delivered"]


@pytest.mark.django_db(transaction=True)
def test_however_many_schedulers_look_each_notice_is_made_and_sent_once(
    operation: Operation, receiver: Receiver, ada: Actor
) -> None:
    for _ in range(5):
        brakes.set_stop(ada, "a reason")
        brakes.lift_stop(ada, "a reason")

    def look() -> None:
        try:
            gather()
            send_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    gather()
    send_due()
    assert Notice.objects.count() == 11
    assert len({one.headers["webhook-id"] for one in receiver.came}) == len(receiver.came) == 11


def test_old_notices_are_forgotten_but_not_those_that_wait(
    operation: Operation, receiver: Receiver, ada: Actor
) -> None:
    gather()
    send_due()
    brakes.set_stop(ada, "a reason")
    gather()
    Notice.objects.update(at=database_now() - couriers.KEPT - timedelta(days=1))
    couriers.forget_old()
    assert [notice.event for notice in Notice.objects.all()] == ["stop.set"]
