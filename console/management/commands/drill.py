"""`manage.py drill list|show|begin|plan|end`: a failover and the failback after it as one undertaking."""

from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.management.base import FAILED, SUCCEEDED, add_json
from console.management.speaking import OperatorCommand
from console.models import Drill
from console.services import access, drill_report, drills, drills_followed, plans
from console.services.audit import Actor

LISTED = 50


class Command(OperatorCommand):
    """`list` and `show` need the right to see, all else the right to operate there."""

    help = (
        "Drills: begun, followed, sent back and ended; each of their moves is a plan that is confirmed like any other."
    )

    def arguments(self, parser: CommandParser) -> None:
        """Five subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        listed = commands.add_parser("list", help="the last drills")
        listed.add_argument("--cluster", default="", help="of this one")
        show = commands.add_parser("show", help="how a drill stands, and in the end its report")
        begin = commands.add_parser("begin", help="have the way there planned")
        begin.add_argument("name", metavar="CLUSTER")
        begin.add_argument("--minutes", type=int, help="on the other node, then it goes back by itself")
        begin.add_argument("--ticket", default="")
        plan = commands.add_parser("plan", help="have the next move planned: anew, or back while it rests")
        end = commands.add_parser("end", help="end it where it is")
        for numbered in (show, plan, end):
            numbered.add_argument("number", type=int)
        for reasoned in (begin, end):
            reasoned.add_argument("--reason", default="", help="why, for the report and the audit")
        for command in (listed, show, begin, plan, end):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand. Raises `Refusal`."""
        looks = {"list": self._list, "show": self._show}
        if options["command"] in looks:
            return looks[options["command"]](options, self.actor("view"))
        acts = {"begin": self._begin, "plan": self._plan, "end": self._end}
        return acts[options["command"]](options, self.actor("operate"))

    def _list(self, options: dict[str, Any], who: Actor) -> int:
        rows = _seen(who).filter(cluster__name__iexact=options["cluster"]) if options["cluster"] else _seen(who)
        found = list(rows.order_by("-pk")[:LISTED])
        lines = [f"{row.pk}\t{row.cluster.name}\t{row.begun_at:%F %H:%M} UTC\t{_stands(row)}" for row in found]
        told = [drill_report.brief(row) for row in found]
        self.answer(options, "\n".join(lines) or "There was no drill.", {"result": "listed", "drills": told})
        return SUCCEEDED

    def _show(self, options: dict[str, Any], who: Actor) -> int:
        row = drills_followed.read(_drill(options["number"], who).pk)
        return self._told(options, row, str(row.state), FAILED if row.state == Drill.State.FAILED else SUCCEEDED)

    def _begin(self, options: dict[str, Any], who: Actor) -> int:
        cluster = plans.find_cluster(options["name"], who.user)
        rest = None if options["minutes"] is None else options["minutes"] * 60
        made = drills.begin(cluster, who, options["reason"], ticket=options["ticket"], rest=rest)
        return self._told(options, drills_followed.read(made.pk), "begun")

    def _plan(self, options: dict[str, Any], who: Actor) -> int:
        made = drills.plan_again(_drill(options["number"], who), who)
        return self._told(options, drills_followed.read(made.pk), "planned")

    def _end(self, options: dict[str, Any], who: Actor) -> int:
        row = drills.end(_drill(options["number"], who), who, options["reason"])
        return self._told(options, drills_followed.read(row.pk), "ended")

    def _told(self, options: dict[str, Any], row: Drill, result: str, code: int = SUCCEEDED) -> int:
        lines = [f"Drill {row.pk} of {row.cluster.name}: {_stands(row)}"]
        for way in drill_report.ways(row):
            lines.append(_way(way))
            lines += [f"    {time.took:8.1f} s  {title}" for title, time in way.steps]
        self.answer(options, "\n".join(lines), {"result": result, "drill": drill_report.told(row)})
        return code


def _stands(row: Drill) -> str:
    return f"{row.get_state_display()}. {row.ending or row.waits}".strip()


def _way(way: drill_report.Way) -> str:
    told, where = way.told(), f"  {way.title}, to {way.target}: "
    if told["operation"] is None:
        if told["plan"] is None:
            return f"{where}not planned yet"
        return f"{where}plan {told['plan']}, to be confirmed on its page or by: manage.py run"
    took = "" if told["seconds"] is None else f", {told['seconds']:.1f} s"
    down = "" if told["outage_seconds"] is None else f", mail down for {told['outage_seconds']:.1f} s"
    return f"{where}operation {told['operation']} {told['status']}{took}{down}"


def _seen(who: Actor) -> Any:
    return Drill.objects.select_related("cluster").filter(cluster__in=access.visible_clusters(who.user))


def _drill(number: int, who: Actor) -> Drill:
    found: Drill | None = _seen(who).filter(pk=number).first()
    if found is None:
        raise Refusal.of(f"There is no drill {number}.", "See: manage.py drill list", key="drill.number")
    return found
