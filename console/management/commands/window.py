"""`manage.py window list|add|end|apply|schedule|cancel`: maintenance windows, and moves that begin in one."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.domain.planner import PLANNED_MOVES
from console.domain.windows import Times
from console.management.base import SUCCEEDED, add_json
from console.management.speaking import OperatorCommand
from console.models import Cluster, MaintenanceWindow, ScheduledMove, Site
from console.services import access, plans, schedules, window_file, windows
from console.services.audit import Actor


class Command(OperatorCommand):
    """`list` needs the right to see, all else the right to operate there. Times without a zone are the console's."""

    help = "Maintenance windows, and moves that begin by themselves in one."

    def arguments(self, parser: CommandParser) -> None:
        """Six subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        listed = commands.add_parser("list", help="windows that are open or to come, and what begins in them")
        add = commands.add_parser("add", help="make a window")
        place = add.add_mutually_exclusive_group(required=True)
        place.add_argument("--cluster", default="", help="of this one")
        place.add_argument("--site", default="", help="of the clusters of this one")
        add.add_argument("--from", dest="starts", required=True, metavar="TIME", help="such as 2026-01-31T22:00")
        add.add_argument("--to", dest="ends", required=True, metavar="TIME")
        add.add_argument("--weekly", action="store_true", help="again every week at the same hours")
        add.add_argument("--until", default="", metavar="DAY", help="the last day of a weekly one")
        add.add_argument("--owner", default="", help="who answers for it; left out, who makes it")
        end = commands.add_parser("end", help="end a window before its time")
        cancel = commands.add_parser("cancel", help="take a scheduled move back")
        for numbered in (end, cancel):
            numbered.add_argument("number", type=int)
        apply = commands.add_parser("apply", help="make the windows of a YAML file that are not there yet")
        apply.add_argument("file", help="the file; - for standard input")
        schedule = commands.add_parser("schedule", help="have a planned move begin by itself")
        schedule.add_argument("name", metavar="CLUSTER")
        schedule.add_argument("kind", choices=PLANNED_MOVES)
        schedule.add_argument("--at", required=True, metavar="TIME")
        schedule.add_argument("--to", dest="target", default="", metavar="NODE")
        schedule.add_argument("--ticket", default="")
        for reasoned in (add, end, cancel, schedule):
            reasoned.add_argument("--reason", default="", help="why, for everybody and the audit")
        for command in (listed, add, end, cancel, apply, schedule):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand. Raises `Refusal`."""
        if options["command"] == "list":
            return self._list(options, self.actor("view"))
        acts = {"add": self._add, "end": self._end, "cancel": self._cancel, "apply": self._apply}
        return acts.get(options["command"], self._schedule)(options, self.actor("operate"))

    def _list(self, options: dict[str, Any], who: Actor) -> int:
        found: list[dict[str, Any]] = [
            windows.told(row) | {"open": is_open, "from": one.span.start, "to": one.span.end}
            for row, one, is_open in windows.listed(who.user)
        ]
        moves = [_told(row) for row in schedules.of_clusters(list(access.visible_clusters(who.user)))]
        lines = [
            f"{one['id']}\t{one['of']}\t{windows.local(one['from'])} to {windows.local(one['to'])}"
            f"\t{'open' if one['open'] else 'to come'}\t{one['reason']}"
            for one in found
        ]
        lines += [f"move {one['id']}\t{one['cluster']}\t{one['kind']} at {windows.local(one['at'])}" for one in moves]
        text = "\n".join(lines) or "No window is open or to come."
        self.answer(options, text, {"result": "listed", "windows": found, "moves": moves})
        return SUCCEEDED

    def _add(self, options: dict[str, Any], who: Actor) -> int:
        cluster = plans.find_cluster(options["cluster"], who.user) if options["cluster"] else None
        site = _site(options["site"]) if options["site"] else None
        times = Times(moment(options["starts"]), moment(options["ends"]), options["weekly"], _day(options["until"]))
        row = windows.make(windows.Spec(times, options["reason"], cluster, site, options["owner"]), who)
        text = f"Window {row.pk} of {windows.place_of(row)} is made."
        self.answer(options, text, {"result": "made", "window": windows.told(row)})
        return SUCCEEDED

    def _end(self, options: dict[str, Any], who: Actor) -> int:
        row = _window(options["number"], who)
        windows.end(row, who, options["reason"])
        self.answer(options, f"Window {row.pk} is ended.", {"result": "ended", "window": row.pk})
        return SUCCEEDED

    def _apply(self, options: dict[str, Any], who: Actor) -> int:
        file = options["file"]
        try:
            text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Refusal.of(f"{file} cannot be read: {error}", "Name a YAML file.", key="windows.file") from error
        made = [windows.told(row) for row in window_file.apply(text, who)]
        self.answer(options, f"{len(made)} made.", {"result": "applied", "made": made})
        return SUCCEEDED

    def _schedule(self, options: dict[str, Any], who: Actor) -> int:
        cluster = plans.find_cluster(options["name"], who.user)
        spec = schedules.Spec(
            options["kind"], moment(options["at"]), options["reason"], options["target"], options["ticket"]
        )
        row = schedules.make(cluster, spec, who)
        text = f"Move {row.pk}: the {row.kind} of {cluster.name} begins at {windows.local(row.at)}."
        self.answer(options, text, {"result": "scheduled", "move": _told(row)})
        return SUCCEEDED

    def _cancel(self, options: dict[str, Any], who: Actor) -> int:
        seen = ScheduledMove.objects.filter(cluster__in=access.visible_clusters(who.user)).select_related("cluster")
        row = seen.filter(pk=options["number"]).first()
        if row is None:
            raise Refusal.of(f"There is no scheduled move {options['number']}.", "See: manage.py window list")
        schedules.cancel(row, who, options["reason"])
        self.answer(options, f"Move {row.pk} will not begin.", {"result": "cancelled", "move": row.pk})
        return SUCCEEDED


def moment(text: str) -> datetime:
    """The time that somebody wrote, by the clocks of windows unless it names a zone. Raises `Refusal`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal.of(f"{text!r} is no time.", "Write it as 2026-01-31T22:00.", key="time") from None
    return found if found.tzinfo else found.replace(tzinfo=windows.zone())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal.of(f"{text!r} is no day.", "Write it as 2026-01-31.", key="time") from None


def _site(name: str) -> Site:
    found = Site.objects.filter(name__iexact=name).first()
    if found is None:
        names = ", ".join(Site.objects.values_list("name", flat=True)) or "none yet"
        raise Refusal.of(f"There is no site {name}.", f"There are: {names}.", key="window.place")
    return found


def _window(number: int, who: Actor) -> MaintenanceWindow:
    seen: set[int] = {row.pk for row, _, _ in windows.listed(who.user)}
    found = MaintenanceWindow.objects.filter(pk=number).first() if number in seen else None
    if found is None:
        raise Refusal.of(f"No window {number} is open or to come.", "See: manage.py window list", key="window")
    return found


def _told(row: ScheduledMove) -> dict[str, Any]:
    of: Cluster = row.cluster
    named = {"id": row.pk, "cluster": of.name, "kind": row.kind, "target": row.target, "at": row.at}
    return {**named, "reason": row.reason, "by": row.asked_by_name, "state": row.state}
