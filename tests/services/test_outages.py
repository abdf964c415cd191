"""An outage that an operation leaves behind is counted on by the next one that finds mail still down."""

from datetime import timedelta

import pytest

from console.domain.checks import Check, Verdict
from console.models import Operation
from console.services.clock import database_now
from console.services.execute import execute
from console.services.journal import OperationJournal
from tests.services import making

pytestmark = pytest.mark.django_db


def half_done(cluster, *, ended: bool = False) -> Operation:
    """An operation that took mail down an hour ago, and failed."""
    operation = making.operation(cluster)
    hour_ago = database_now() - timedelta(hours=1)
    ended_at = hour_ago + timedelta(minutes=5) if ended else None
    Operation.objects.filter(pk=operation.pk).update(
        status="failed", outage_started_at=hour_ago, outage_ended_at=ended_at
    )
    operation.refresh_from_db()
    return operation


def next_one(cluster, verdict: Verdict) -> Operation:
    """The operation that follows, with a plan that heard mail answer or not."""
    check = Check("mail.now", "Mail answers now", verdict, "asked")
    record = making.ready(cluster, checks=(check,))
    return making.confirm(record, making.actor(), "bring it up")


def run(operation: Operation) -> Operation:
    """Carry it out: the services were stopped already, and in the end mail is up."""

    def do(operation, token, control):
        journal = OperationJournal(operation.pk, token)
        journal.write("done", "Mail is up.", step="greet", data={"mark": "outage-ended"})
        return making.ends()(operation, token, control)

    assert execute(operation.pk, "worker-1", do)
    operation.refresh_from_db()
    return operation


def test_mail_that_is_still_down_is_down_since_the_operation_that_took_it_down():
    cluster = making.cluster()
    before = half_done(cluster)
    after = run(next_one(cluster, Verdict.WARN))
    assert after.outage_started_at == before.outage_started_at
    assert after.outage_ended_at is not None


def test_mail_that_answered_meanwhile_was_not_taken_down_by_the_earlier_one():
    cluster = making.cluster()
    half_done(cluster)
    assert run(next_one(cluster, Verdict.PASS)).outage_started_at is None


def test_an_outage_that_was_proved_over_is_not_carried_on():
    cluster = making.cluster()
    half_done(cluster, ended=True)
    assert run(next_one(cluster, Verdict.WARN)).outage_started_at is None


def test_a_service_that_is_stopped_later_does_not_move_the_beginning():
    cluster = making.cluster()
    before = half_done(cluster)

    def do(operation, token, control):
        OperationJournal(operation.pk, token).write("note", "Mail goes down.", data={"mark": "outage-started"})
        return making.ends()(operation, token, control)

    operation = next_one(cluster, Verdict.WARN)
    assert execute(operation.pk, "worker-1", do)
    operation.refresh_from_db()
    assert operation.outage_started_at == before.outage_started_at
