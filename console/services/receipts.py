"""The receipts of an operation as rows: kept under its lease before the change is sent, read back to take it back."""

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Max

from console.domain.directory import AttributeChange, EntryChange, Modified
from console.domain.lease import LeaseLost
from console.domain.receipts import Kept, Receipt
from console.models import Operation, ReceiptRecord
from console.services.clock import database_now


class OperationReceipts:
    """The receipts of an operation that this worker holds: the domain's `Receipts`.

    The right to keep one and the row stand or fall in one transaction, with the operation's row locked.
    """

    def __init__(self, operation_id: int, token: int) -> None:
        self._operation_id = operation_id
        self._token = token

    def keep(self, receipt: Receipt) -> int:
        """Keep it and give its number in the operation. Raises `LeaseLost`."""
        with transaction.atomic():
            self._lock()
            rows = ReceiptRecord.objects.filter(operation_id=self._operation_id)
            number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
            ReceiptRecord.objects.create(
                operation_id=self._operation_id,
                number=number,
                step=receipt.step,
                kind=receipt.kind,
                at=database_now(),
                found=receipt.found,
                params=dict(receipt.params),
                count=len(receipt.changes),
                body=_packed([_entry(change) for change in receipt.changes]),
            )
            return int(number)

    def settle(self, number: int, results: Iterable[Modified]) -> None:
        """Say how each change of the receipt ended, in their order. Raises `LeaseLost`."""
        body = _packed([[result.outcome, result.detail] for result in results])
        with transaction.atomic():
            self._lock()
            ReceiptRecord.objects.filter(operation_id=self._operation_id, number=number).update(results=body)

    def latest(self, step: str) -> Receipt | None:
        """The last receipt that was kept for the step, by any worker of this operation."""
        rows = ReceiptRecord.objects.filter(operation_id=self._operation_id, step=step).order_by("-number")
        row = rows.first()
        return _kept(row).receipt if row is not None else None

    def _lock(self) -> None:
        ours = Operation.objects.select_for_update().filter(
            pk=self._operation_id, status=Operation.Status.RUNNING, lease_token=self._token
        )
        if not list(ours.values_list("pk", flat=True)):
            raise LeaseLost(f"Operation {self._operation_id} is no longer this worker's.")


class StoredReceipts:
    """The receipts of any operation, read back one row at a time: the domain's `KeptReceipts`."""

    def __init__(self, operation_id: int) -> None:
        self._operation_id = operation_id

    def newest_first(self) -> Iterator[Kept]:
        """All of them, the last one kept first."""
        rows = ReceiptRecord.objects.filter(operation_id=self._operation_id).order_by("-number")
        for row in rows.iterator(chunk_size=1):
            yield _kept(row)


def _kept(row: ReceiptRecord) -> Kept:
    changes = tuple(_change(raw) for raw in _unpacked(row.body)) if row.count else ()
    results = tuple(Modified(*raw) for raw in _unpacked(row.results)) if row.results is not None else None
    return Kept(row.number, Receipt(row.step, row.kind, row.found, row.params, changes), results)


def _entry(change: EntryChange) -> list[Any]:
    return [change.dn, change.guid, [[c.attribute, c.before, c.after] for c in change.changes]]


def _change(raw: list[Any]) -> EntryChange:
    dn, guid, changes = raw
    return EntryChange(dn, guid, tuple(AttributeChange(a, tuple(before), tuple(after)) for a, before, after in changes))


def _packed(value: list[Any]) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _unpacked(body: bytes | memoryview) -> list[Any]:
    found: list[Any] = json.loads(zlib.decompress(body))
    return found
