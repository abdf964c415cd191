"""Following an operation from a terminal: its journal line by line, to its ending."""

import time
from collections.abc import Callable
from typing import Any

from console.management.base import FAILED, STOPPED, SUCCEEDED, UNCERTAIN
from console.management.speaking import INTERRUPTED, OperatorCommand
from console.models import JournalLine, Operation
from console.services import upkeep

POLL_SECONDS = 0.3
SETTLE_SECONDS = 5.0
CODES = {
    Operation.Status.SUCCEEDED: SUCCEEDED,
    Operation.Status.FAILED: FAILED,
    Operation.Status.UNCERTAIN: UNCERTAIN,
    Operation.Status.STOPPED: STOPPED,
    Operation.Status.WAITING: SUCCEEDED,  # a procedure that rests for people has not failed
    Operation.Status.PAUSED: SUCCEEDED,
}


def wait_for(command: OperatorCommand, operation: Operation, options: dict[str, Any], after: int = 0) -> int:
    """Follow the operation from the line number `after`, tell how it ended, and give the exit code for that."""
    show = command.stderr.write if options["json"] else command.stdout.write
    try:
        follow(operation, show, after)
    except KeyboardInterrupt:
        command.stderr.write(f"Operation {operation.pk} goes on without this command.")
        return INTERRUPTED
    data = {"result": operation.status, "operation": operation_json(operation)}
    command.answer(options, "\n".join(ending_lines(operation)), data)
    return CODES[Operation.Status(operation.status)]


def follow(operation: Operation, show: Callable[[str], None], after: int = 0) -> Operation:
    """Show the journal's lines beyond `after` as it grows until the operation has ended; gives it as it stands then.

    Deadlines that pass meanwhile are settled from here too: no worker need be alive for the wait to end.
    """
    seen = after
    settled = time.monotonic()
    while True:
        operation.refresh_from_db()
        over = not operation.open
        for line in JournalLine.objects.filter(operation=operation, seq__gt=seen).order_by("seq"):
            show(line_text(line))
            seen = line.seq
        if over:
            return operation
        if time.monotonic() - settled > SETTLE_SECONDS:
            upkeep.settle(operation.pk)
            settled = time.monotonic()
        time.sleep(POLL_SECONDS)


def line_text(line: JournalLine) -> str:
    """A journal line as one line of text."""
    step = f" {line.step}:" if line.step else ""
    return f"{line.at:%H:%M:%S} {line.kind:<8}{step} {line.text}"


def ending_lines(operation: Operation) -> list[str]:
    """How the operation ended, or why it rests, for a terminal."""
    if operation.resting:
        what = operation.pause_reason or operation.waiting_text
        to_do = f"manage.py procedure board {operation.pk} shows what is next."
        return [f"{operation.get_status_display().capitalize()}: {what}", f"  What to do: {to_do}"]
    lines = [f"{operation.get_status_display().capitalize()}: {operation.ending_summary}"]
    outage = outage_seconds(operation)
    if outage is not None:
        lines.append(f"  Mail was away for {outage:.0f} s.")
    if operation.ending_remedy:
        lines.append(f"  What to do: {operation.ending_remedy}")
    return lines + [f"  - {item['what']}: {item['why']} {item['remedy']}" for item in operation.todo]


def operation_json(operation: Operation) -> dict[str, Any]:
    """The operation for machines."""
    return {
        "id": operation.pk,
        "cluster": operation.cluster.name,
        "kind": operation.kind,
        "source": operation.source,
        "target": operation.target,
        "status": operation.status,
        "requested_by": operation.requested_by_name,
        "reason": operation.reason,
        "confirmed": operation.confirmed_at,
        "started": operation.started_at,
        "ended": operation.ended_at,
        "summary": operation.ending_summary,
        "step": operation.ending_step,
        "remedy": operation.ending_remedy,
        "todo": operation.todo,
        "outage_started": operation.outage_started_at,
        "outage_ended": operation.outage_ended_at,
        "outage_seconds": outage_seconds(operation),
    }


def outage_seconds(operation: Operation) -> float | None:
    """How long mail was away, once that is known."""
    if operation.outage_started_at is None or operation.outage_ended_at is None:
        return None
    return (operation.outage_ended_at - operation.outage_started_at).total_seconds()
