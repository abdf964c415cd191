"""Receipts as rows: kept only under the lease, read back as they were, newest first, slice by slice."""

import pytest

from console.domain.directory import AttributeChange, EntryChange, Modified
from console.domain.lease import LeaseLost
from console.domain.receipts import UNKNOWN, UNSENT, Kept, Receipt
from console.domain.switch.recording import SLICE, MailboxReceipts
from console.models import Operation, ReceiptRecord
from console.services.receipts import OperationReceipts, StoredReceipts
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation() -> Operation:
    """One that a worker carries out under the token 5."""
    made = making.operation(making.cluster())
    Operation.objects.filter(pk=made.pk).update(status="running", lease_token=5)
    return made


def mailbox(number: int) -> EntryChange:
    change = AttributeChange("homeMDB", (f"CN=Büro {number}",), ("CN=B",))
    return EntryChange(f"CN=User {number},DC=corp", f"guid-{number:05}", (change,))


def kept(operation: Operation) -> list[Kept]:
    return list(StoredReceipts(operation.pk).newest_first())


def test_receipts_come_back_as_they_were_kept_newest_first(operation):
    receipts = OperationReceipts(operation.pk, 5)
    service = Receipt("stop-IS", "service.stop", "It is RUNNING.", {"node": "A", "service": "IS", "state": "RUNNING"})
    objects = Receipt("pointers", "directory.apply", "2 objects", changes=(mailbox(1), mailbox(2)))
    assert [receipts.keep(service), receipts.keep(objects)] == [1, 2]
    receipts.settle(2, [Modified("applied"), Modified("conflict", "Somebody was here.")])
    results = (Modified("applied"), Modified("conflict", "Somebody was here."))
    assert kept(operation) == [Kept(2, objects, results), Kept(1, service)]


def test_what_was_never_settled_is_unknown(operation):
    OperationReceipts(operation.pk, 5).keep(Receipt("pointers", "directory.apply", "", changes=(mailbox(1),)))
    assert [fate for _, fate in kept(operation)[0].fates()] == [UNKNOWN]


@pytest.mark.parametrize("columns", [{"lease_token": 6}, {"status": "failed"}])
def test_nobody_keeps_or_settles_a_receipt_whose_lease_is_over(operation, columns):
    receipts = OperationReceipts(operation.pk, 5)
    number = receipts.keep(Receipt("pointers", "directory.apply", "", changes=(mailbox(1),)))
    Operation.objects.filter(pk=operation.pk).update(**columns)
    with pytest.raises(LeaseLost):
        receipts.keep(Receipt("move-group", "group.move", ""))
    with pytest.raises(LeaseLost):
        receipts.settle(number, [Modified("applied")])
    assert (ReceiptRecord.objects.count(), kept(operation)[0].results) == (1, None)


@pytest.mark.slow
def test_each_slice_of_mailboxes_stands_before_its_first_one_is_sent_and_is_settled_by_its_last(operation):
    record = MailboxReceipts(OperationReceipts(operation.pk, 5), "mailboxes", "directory.mailboxes")
    sent: list[EntryChange] = []
    for change in record.feed(mailbox(number) for number in range(SLICE + 7)):
        sent.append(change)
        newest = kept(operation)[0]
        assert change in newest.receipt.changes
        if len(sent) == SLICE + 1:
            assert [k.results for k in kept(operation)] == [None, None]
    for change in reversed(sent[:SLICE]):  # answers come in any order
        record.answered(change, Modified("applied", change.guid))
    last, first = kept(operation)
    assert last.results is None
    assert first.results == tuple(Modified("applied", change.guid) for change in first.receipt.changes)


def test_a_stream_that_breaks_off_says_what_was_answered_what_may_have_been_sent_and_what_was_not(operation):
    record = MailboxReceipts(OperationReceipts(operation.pk, 5), "mailboxes", "directory.mailboxes")
    feed = record.feed(mailbox(number) for number in range(4))
    first, _second = next(feed), next(feed)
    record.answered(first, Modified("applied"))
    record.broken_off()
    assert [fate for _, fate in kept(operation)[0].fates()] == ["applied", UNKNOWN, UNSENT, UNSENT]
