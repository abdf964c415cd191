"""Journal lines as rows: the number, the right to write and the line stand or fall in one transaction."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

from console.domain.lease import LeaseLost
from console.domain.progress import FINISHED_KINDS, REOPENED
from console.domain.secrets import Secret, scrub
from console.models import JournalLine, Operation
from console.services import alarms
from console.services.clock import database_now

LONGEST_TEXT = 4000
NO_OUTAGE = "outage-none"
"""The mark of a line that says that mail has not gone down after all."""
OUTAGE_COLUMNS = {"outage-started": "outage_started_at", "outage-ended": "outage_ended_at"}


class OperationJournal:
    """The journal of an operation that this worker holds: the domain's `Journal`.

    Every line is written under the lease's token; `LeaseLost` is raised, and nothing written, when it has passed on.
    """

    def __init__(self, operation_id: int, token: int, secrets: Iterable[Secret] = ()) -> None:
        self._operation_id = operation_id
        self._token = token
        self._secrets = tuple(secrets)

    def write(self, kind: str, text: str, *, step: str = "", data: Mapping[str, object] | None = None) -> None:
        """Add a line; secrets are masked, and a mark of the outage goes to the operation's columns with it."""
        now = database_now()
        with transaction.atomic():
            seq = next_seq(self._operation_id, self._token, **_columns(kind, step, data or {}, now))
            JournalLine.objects.create(
                operation_id=self._operation_id,
                seq=seq,
                at=now,
                kind=kind,
                step=step,
                text=fitting(scrub(text, self._secrets)),
                data=storable(data, self._secrets),
            )
            if data and data.get("alarm"):
                self._sound(str(data["alarm"]), fitting(scrub(text, self._secrets)))

    def _sound(self, key: str, text: str) -> None:
        operation = Operation.objects.select_related("cluster").get(pk=self._operation_id)
        remedy = "Find out which node is active, by clpstat on both and by what runs there."
        if key == "second-opinion":
            remedy = f"Make sure that {operation.source} is down, at its console or by its power."
        alarms.sound(operation.cluster, key, text, remedy, operation=operation)


def add_line(operation_id: int, kind: str, text: str, *, step: str = "", data: dict[str, Any] | None = None) -> None:
    """Add a line for a person or the sweep, who hold no lease. Call it inside their transaction."""
    seq = next_seq(operation_id, None)
    JournalLine.objects.create(
        operation_id=operation_id, seq=seq, at=database_now(), kind=kind, step=step, text=fitting(text), data=data
    )


def next_seq(operation_id: int, token: int | None, **columns: object) -> int:
    """Take the next number of the journal and set `columns` of the operation, in the caller's transaction.

    The update locks the operation's row, so numbers come without a gap or a double; with a `token` it happens
    only while that is the lease's. Raises `LeaseLost` otherwise.
    """
    rows = Operation.objects.filter(pk=operation_id)
    if token is not None:
        rows = rows.filter(status=Operation.Status.RUNNING, lease_token=token)
    if rows.update(last_seq=F("last_seq") + 1, **columns) != 1:
        raise LeaseLost(f"Operation {operation_id} is no longer this worker's.")
    return int(Operation.objects.values_list("last_seq", flat=True).get(pk=operation_id))


def _columns(kind: str, step: str, data: Mapping[str, object], now: datetime) -> dict[str, object]:
    """What a line means for the operation's own columns."""
    columns: dict[str, object] = {}
    if kind == "started" and step:
        columns["current_step"] = step
    if kind in FINISHED_KINDS and step and not data.get("was_over"):
        columns["steps_done"] = F("steps_done") + 1
    if kind == REOPENED:
        columns["steps_done"] = F("steps_done") - 1
    mark = OUTAGE_COLUMNS.get(str(data.get("mark", "")))
    if mark == "outage_started_at":  # it may have been down since an operation before
        columns[mark] = Coalesce(F(mark), now)
    elif mark is not None:
        columns[mark] = now
    elif data.get("mark") == NO_OUTAGE:  # one that began before the operation goes on
        ours = When(outage_started_at__gte=F("started_at"), then=Value(None))
        columns["outage_started_at"] = Case(ours, default=F("outage_started_at"))
    return columns


def fitting(text: str) -> str:
    """`text` without NUL, which PostgreSQL cannot keep, and no longer than a page can show."""
    text = text.replace("\0", "�")
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} … ({len(text)} characters)"


def storable(value: Any, secrets: tuple[Secret, ...] = ()) -> Any:
    """`value` as JSON that any database takes, with every one of `secrets` masked in its texts."""
    if isinstance(value, Mapping):
        return {str(key): storable(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [storable(item, secrets) for item in value]
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return fitting(scrub(str(value), secrets))
