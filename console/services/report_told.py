"""A report and a comparison as programs and terminals are told them: plain values, durations in seconds."""

from dataclasses import asdict
from typing import Any

from console.domain.comparison import Row, alone
from console.models import Operation
from console.services import drill_report, run_times
from console.services.reports import Named, Report, Tally


def report(made: Report) -> dict[str, Any]:
    """The report of a period."""
    named = {line.cluster.pk: line.cluster for line in made.clusters}
    return {
        "since": made.since,
        "until": made.until,
        "all": tally(made.tally),
        "clusters": [
            {"cluster": one.cluster.name, **tally(one.tally), "drill": one.drill.pk if one.drill else None}
            for one in made.clusters
        ],
        "months": [{"month": name, **tally(one)} for name, one in made.months],
        "longest": [_outage(row, named) for row in made.longest],
        "drills": [drill_report.brief(one) for one in made.drills],
    }


def tally(made: Tally) -> dict[str, Any]:
    """How many moves ended how, the share that succeeded, and how long mail was down."""
    return {
        "moves": made.total,
        "endings": dict(made.endings),
        "success_rate": made.succeeded,
        "outage": asdict(made.outage),
    }


def comparison(operation: Operation, before: Operation | None) -> dict[str, Any]:
    """Where the time of a move went, beside an earlier one where there is one.

    Raises `Refusal` where its plan is not what was made.
    """
    run = run_times.run_of(operation)
    found = run_times.compared(operation, before) if before is not None else None
    rows = found.rows if found else alone(run)
    outage, earlier = run_times.outage_of(operation), run_times.outage_of(before) if before else None
    return {
        "operation": operation.pk,
        "before": before.pk if before is not None else None,
        "outage_seconds": outage.seconds if outage else None,
        "outage_seconds_before": earlier.seconds if earlier else None,
        "before_the_first_step": run.times.before,
        "between_steps": run.times.between,
        "steps": [_row(row, bool(found)) for row in rows if row.now is not None or row.before is not None],
        "changes": list(found.changes) if found else [],
    }


def _row(row: Row, beside: bool) -> dict[str, Any]:
    told = {"step": row.step, "title": row.title, "now": row.now, "without_mail": row.without_mail}
    return {**told, "before": row.before, "verdict": row.verdict if beside else ""}


def _outage(row: Operation, clusters: dict[int, Named]) -> dict[str, Any]:
    outage = run_times.outage_of(row)
    return {
        "operation": row.pk,
        "cluster": clusters[row.cluster_id].name,
        "kind": row.kind,
        "status": row.status,
        "seconds": outage.seconds if outage else None,
    }
