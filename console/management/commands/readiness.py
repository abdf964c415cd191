"""`manage.py readiness [CLUSTER] [--again]`: how ready clusters are for a failover, and why not more."""

import time
from typing import Any

from django.core.management.base import CommandParser

from console.management.base import FAILED, SUCCEEDED
from console.management.speaking import OperatorCommand
from console.models import Cluster, ObservationRecord
from console.services import access, plans, readiness, turns
from console.services.audit import Actor
from console.services.clock import database_now

PAUSE = 0.5


class Command(OperatorCommand):
    """Needs the right to see. With a cluster it ends with 1 while that one is not ready."""

    help = "How ready clusters are for a failover, by the checks of the last observation."

    def arguments(self, parser: CommandParser) -> None:
        """[CLUSTER] [--again [--within SECONDS]] [--json]."""
        parser.add_argument("cluster", metavar="CLUSTER", nargs="?", default="", help="only this one, with its checks")
        parser.add_argument("--again", action="store_true", help="have it observed first, and wait for that")
        parser.add_argument("--within", type=float, default=60.0, metavar="SECONDS", help="so long it waits")

    def act(self, options: dict[str, Any]) -> int:
        """Tell of one cluster or of all. Raises `Refusal` for one that there is not."""
        who = self.actor("view")
        if not options["cluster"]:
            return self._all(options, who)
        cluster = plans.find_cluster(options["cluster"], who.user)
        if options["again"]:
            self._again(cluster, options["within"])
        told = readiness.told(cluster, ObservationRecord.objects.filter(cluster=cluster).first())
        lines = [_line(told)] + [
            f"  {check['verdict']:8}{check['title']}: {check['reason']}"
            + (f"\n          What to do: {check['remedy']}" if check["remedy"] and check["verdict"] != "pass" else "")
            for check in told["checks"]
        ]
        self.answer(options, "\n".join(lines), {"result": told["state"], **told})
        return SUCCEEDED if told["state"] == "ready" else FAILED

    def _all(self, options: dict[str, Any], who: Actor) -> int:
        clusters = access.visible_clusters(who.user).select_related("observation").order_by("name")
        found = [readiness.told(cluster, getattr(cluster, "observation", None)) for cluster in clusters]
        text = "\n".join(_line(one) for one in found) or "There are no clusters."
        self.answer(options, text, {"result": "listed", "clusters": found})
        return SUCCEEDED

    def _again(self, cluster: Cluster, within: float) -> None:
        """Ask for an observation and wait until it is there, or the time is over."""
        asked, deadline = database_now(), time.monotonic() + within
        turns.ask(cluster)
        newer = ObservationRecord.objects.filter(cluster=cluster, at__gte=asked)
        while not newer.exists() and time.monotonic() < deadline:
            time.sleep(PAUSE)


def _line(told: dict[str, Any]) -> str:
    score = "?" if told["score"] is None else told["score"]
    at = f"checked {told['at']:%F %T} UTC" if told["at"] else "never checked"
    return f"{told['cluster']}: {score} of 100, {told['state']}, {at}"
