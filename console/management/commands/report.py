"""`manage.py report period|moves|compare`: how long mail was down, how often moves succeeded, where the time went."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from console.domain.checks import Refusal
from console.management.base import SUCCEEDED, add_json
from console.management.speaking import OperatorCommand
from console.models import Cluster, Operation
from console.services import access, plans, report_csv, report_told, reports, run_times
from console.services.audit import Actor
from console.services.report_rows import USUAL_DAYS, moves


class Command(OperatorCommand):
    """Needs the right to see. Days are those of the console's time zone, both included."""

    help = "Reports of a period, its moves as a table, and one move beside a good one of before."

    def arguments(self, parser: CommandParser) -> None:
        """Three subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        period = commands.add_parser("period", help="how moves ended, and how long mail was down")
        table = commands.add_parser("moves", help="every move of the period as CSV")
        table.add_argument("--output", default="", metavar="FILE", help="where to; left out, standard output")
        for spanning in (period, table):
            spanning.add_argument("--cluster", default="", help="of this one; left out, of all that you may see")
            spanning.add_argument("--since", default="", metavar="DAY", help=f"left out, {USUAL_DAYS} days ago")
            spanning.add_argument("--until", default="", metavar="DAY", help="left out, now")
        beside = commands.add_parser("compare", help="where the time of a move went, step by step")
        beside.add_argument("operation", type=int, metavar="OPERATION")
        beside.add_argument("--with", dest="beside", type=int, metavar="OPERATION", help="left out, the last good one")
        for command in (period, table, beside):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand. Raises `Refusal`."""
        who = self.actor("view")
        return {"period": self._period, "moves": self._moves, "compare": self._compare}[options["command"]](
            options, who
        )

    def _period(self, options: dict[str, Any], who: Actor) -> int:
        made = reports.report(_clusters(options, who), *_span(options))
        told = report_told.report(made)
        lines = [f"{made.since:%F %H:%M} to {made.until:%F %H:%M} UTC", f"all: {_figures(told['all'])}"]
        lines += [f"{one['cluster']}: {_figures(one)}" for one in told["clusters"] if one["moves"]]
        self.answer(options, "\n".join(lines), {"result": "reported", "report": told})
        return SUCCEEDED

    def _moves(self, options: dict[str, Any], who: Actor) -> int:
        found = moves(_clusters(options, who), *_span(options))
        if not options["output"] and not options["json"]:
            self.stdout.write("".join(report_csv.as_csv(found)), ending="")
            return SUCCEEDED
        text = "".join(report_csv.as_csv(found))
        if options["output"]:
            _write(options["output"], text)
            text = ""
        many = found.count()
        data = {"result": "written", "moves": many, "output": options["output"], "csv": text}
        self.answer(options, f"{many} moves are in {options['output']}.", data)
        return SUCCEEDED

    def _compare(self, options: dict[str, Any], who: Actor) -> int:
        operation = _move(options["operation"], who)
        good = run_times.good_runs(operation)
        before = next((one for one in good if one.pk == options["beside"]), None)
        if options["beside"] and before is None:
            names = ", ".join(str(one.pk) for one in good) or "none yet"
            text = f"Operation {options['beside']} is no good run like {operation.pk}."
            raise Refusal.of(text, f"Name one of: {names}.", key="report.beside")
        told = report_told.comparison(operation, before or next(iter(good), None))
        lines = [_down(told), *(_step(one) for one in told["steps"])]
        lines += [f"  since then: {change}" for change in told["changes"]]
        self.answer(options, "\n".join(lines), {"result": "compared", "comparison": told})
        return SUCCEEDED


def _figures(told: dict[str, Any]) -> str:
    share = "" if told["success_rate"] is None else f", {100 * told['success_rate']:.1f} % succeeded"
    down = told["outage"]
    if not down["count"]:
        return f"{told['moves']} moves{share}, no outage"
    times = f"median {down['p50']:.1f} s, 95 of 100 up to {down['p95']:.1f} s, longest {down['longest']:.1f} s"
    return f"{told['moves']} moves{share}, mail down {down['count']} times: {times}"


def _down(told: dict[str, Any]) -> str:
    beside = f", beside operation {told['before']}" if told["before"] else ", with no good run to be held against"
    now, before = told["outage_seconds"], told["outage_seconds_before"]
    down = "mail was not down" if now is None else f"mail was down for {now:.1f} s"
    earlier = "" if before is None else f" (then {before:.1f} s)"
    return f"Operation {told['operation']}{beside}: {down}{earlier}"


def _step(one: dict[str, Any]) -> str:
    now, before = (f"{one[key]:8.1f} s" if one[key] is not None else f"{'-':>10}" for key in ("now", "before"))
    return f"  {now} {before}  {one['title']} {one['verdict']}".rstrip()


def _clusters(options: dict[str, Any], who: Actor) -> QuerySet[Cluster]:
    seen = access.visible_clusters(who.user)
    if not options["cluster"]:
        return seen
    return seen.filter(pk=plans.find_cluster(options["cluster"], who.user).pk)


def _span(options: dict[str, Any]) -> tuple[datetime, datetime]:
    """The first and the last moment; a period that ends before it begins is turned round."""
    until = _moment(options["until"], time.max) or timezone.now()
    since = _moment(options["since"], time.min) or until - timedelta(days=USUAL_DAYS)
    return min(since, until), max(since, until)


def _moment(day: str, at: time) -> datetime | None:
    if not day:
        return None
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(day), at))
    except (ValueError, OverflowError):
        raise Refusal.of(f"{day!r} is no day.", "Write it as 2026-01-31.", key="time") from None


def _move(number: int, who: Actor) -> Operation:
    seen = Operation.objects.filter(cluster__in=access.visible_clusters(who.user)).select_related("cluster", "plan")
    found = seen.filter(pk=number).first()
    if found is None:
        raise Refusal.of(f"There is no operation {number}.", "The operations page lists them.", key="operation.number")
    if found.kind not in run_times.MOVES or found.started_at is None:
        text = f"Operation {number} moved nothing that could be timed."
        raise Refusal.of(text, "Name a move that has begun.", key="report.move", about=str(number))
    return found


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        text = f"{path} cannot be written: {error.strerror}."
        raise Refusal.of(text, "Name a file in a folder that there is.", key="report.output") from None
