"""A procedure's board and record as text for a terminal, and as data for machines."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from console.management.following import operation_json
from console.services.setup import Board, BoardRow, Record


def board_lines(board: Board) -> Iterator[str]:
    """The board: what is next first, then every step with its state and evidence."""
    operation = board.operation
    yield f"Operation {operation.pk}: {board.procedure.title} ({operation.cluster.name})"
    unproved = f", {board.unproved} of them not proved" if board.unproved else ""
    yield f"It is {operation.get_status_display()}; {board.done} of {len(board.rows)} steps are behind{unproved}."
    if operation.pause_reason:
        yield f"Paused by {operation.paused_by}: {operation.pause_reason}"
    for row in board.next:
        yield f"Next, for {row.who}: {row.step.at} {row.step.title} (step {row.key})"
        yield f"  Now: {row.evidence or board.what}"
        yield f"  What to do: {row.step.remedy}"
        if row.acceptable:
            words = f"{operation.pk} {row.key} SENTENCE --type {operation.cluster.name}"
            yield f"  Nothing can tell of it? To accept it unproved: manage.py procedure accept {words}"
    if not board.next and board.what:
        yield f"{board.what} {board.remedy}".strip()
    for row in board.rows:
        yield _row_line(row)


def _row_line(row: BoardRow) -> str:
    where = " and ".join(row.nodes) or row.step.side.value
    seen = f" {_time(row.at)}" if row.at else ""
    evidence = f"\n       {row.evidence}" if row.evidence else ""
    return f"{row.step.at:>6} [{row.state}{seen}] {row.step.title} ({where}; {row.who}){evidence}"


def board_json(board: Board) -> dict[str, Any]:
    """The board for machines."""
    return {
        "operation": operation_json(board.operation),
        "procedure": board.procedure.key,
        "assigned_to": board.who,
        "what": board.what,
        "remedy": board.remedy,
        "waits_for": board.operation.waits_for,
        "next": [row.key for row in board.next],
        "steps": [row_json(row) for row in board.rows],
    }


def row_json(row: BoardRow) -> dict[str, Any]:
    """One step of it."""
    return {
        "key": row.key,
        "at": row.step.at,
        "title": row.step.title,
        "mode": row.step.mode,
        "nodes": row.nodes,
        "state": row.state,
        "verdict": row.verdict,
        "evidence": row.evidence,
        "time": row.at,
        "who": row.who,
    }


def record_lines(record: Record) -> Iterator[str]:
    """The record: who did what, when, on what evidence; then the decisions with the audit's numbers."""
    operation = record.operation
    yield f"{record.title}: {record.cluster}, operation {operation.pk}"
    yield f"Confirmed by {operation.requested_by_name} on {_time(operation.confirmed_at)}: {operation.reason}"
    yield f"Plan {record.plan_hash}"
    for row in record.rows:
        yield _row_line(row.step)
        yield from (f"       Found before: {text}" for text in row.receipts)
    yield "Decisions, with their numbers in the audit:"
    for one in record.decisions:
        reason = f": {one.reason}" if one.reason else ""
        yield f"{one.seq:>6} {_time(one.at)} {one.text}{reason}"
    yield f"It is {operation.get_status_display()}. {operation.ending_summary or operation.waiting_text}".strip()


def record_json(record: Record) -> dict[str, Any]:
    """The record for machines."""
    return {
        "operation": operation_json(record.operation),
        "plan": record.plan_hash,
        "steps": [row_json(row.step) | {"began": row.began, "found_before": row.receipts} for row in record.rows],
        "decisions": [
            {"audit": one.seq, "time": one.at, "who": one.who, "text": one.text, "reason": one.reason}
            for one in record.decisions
        ],
    }


def _time(at: datetime) -> str:
    return f"{at:%F %T}"
