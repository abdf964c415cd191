"""Time and memory of a switch as the directory grows; each switch is made by a process of its own.

This is about the console, so the server does not wait for its disk here.

Run as a program it makes one switch and prints its figures: python -m tests.benchmarks.growth < ORDER (both JSON).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from console.domain.switch.membership import survey
from console.domain.switch.reading import mailboxes
from console.domain.switch.spool import Sorted
from tests.benchmarks import figures, on_slapd, ours, rates, tools

ROOT = Path(__file__).parents[2]
WORTH = 60_000
"""Mailboxes beyond which a size is not measured once more."""
HEADING = ("mailboxes", "plan, s", "switch, s", "ms a mailbox", "peak memory, MiB", "of that by the switch")


def run(sizes: Sequence[int], runs: int) -> None:
    """A table of the sizes. Raises `NoOpenLdap`."""
    rows = [HEADING]
    for size in sizes:
        with on_slapd.field(size, on_slapd.ROUND_TRIP, durable=False) as place:
            found = list(_switched(place, max(1, min(runs, WORTH // size))))
        took = [each["plan"] + each["switch"] for each in found]
        rows.append(
            (
                f"{size:,}",
                figures.spread([each["plan"] for each in found], digits=1),
                figures.spread([each["switch"] for each in found], digits=1),
                figures.spread([1000 * seconds / size for seconds in took], digits=2),
                figures.spread([each["peak"] for each in found], digits=1),
                figures.spread([each["peak"] - each["before"] for each in found], digits=1),
            )
        )
        figures.say(f"  {size:,}: plan {rows[-1][1]} s, switch {rows[-1][2]} s, peak {rows[-1][4]} MiB")
    figures.table("Growth: a process of its own plans and switches them all (min / median / max)", rows)


def _switched(place: rates.Field, runs: int) -> Iterator[dict[str, float]]:
    """The figures of each run, there and back in turn."""
    for _ in range(runs):
        order = {
            "port": place.directory.port,
            "user": place.directory.credential.username,
            "mailboxes": place.forest.clusters[0].mailboxes,
            "folder": str(place.folder),
            "here": place.here,
        }
        command = [sys.executable, "-m", "tests.benchmarks.growth"]
        done = subprocess.run(command, cwd=ROOT, input=json.dumps(order), capture_output=True, text=True, check=True)
        yield json.loads(done.stdout)
        place.here = place.there


def one(order: dict[str, Any]) -> dict[str, float]:
    """Plan and switch once. Memory in MiB."""
    forest = on_slapd.forest_of(order["mailboxes"])
    folder = Path(order["folder"])
    place = rates.Field(
        forest,
        on_slapd.directory_at(order["port"], order["user"]),
        tools.Access("", "", folder),
        folder,
        lambda session: ours.WithoutGuids(session, forest.base_dn),
    )
    place.here = order["here"]
    before, began = peak(), time.monotonic()
    with place.session() as session, Sorted() as planned:
        direction = ours.direction_of(session, place.cluster, place.there)
        survey(direction, _listed(mailboxes(session, direction.view), planned), 0)
        plan = time.monotonic() - began
        timing = ours.switch(session, place.cluster, place.there, receipts=place.receipts, planned=planned)
    return {"plan": plan, "switch": timing.whole, "before": before, "peak": peak()}


def _listed(found: Iterator[Any], planned: Sorted) -> Iterator[Any]:
    for mailbox in found:
        planned.add(mailbox.guid)
        yield mailbox


def peak() -> float:
    """The most memory that this process has held, in MiB (VmHWM: unlike ru_maxrss it does not count the parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(one(json.load(sys.stdin))) + "\n")
