"""Run the benchmarks: python -m tests.benchmarks [PART ...] [--quick]; `make bench` runs all of them."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import django

from tests.benchmarks import audit_chain, figures, growth, on_samba, on_slapd, pages, setup_logs
from tests.benchmarks.openldap import NoOpenLdap
from tests.directory.samba import SambaUnavailable, require_samba

INSIDE = "CHANGEOVER_BENCH_NAMESPACE"


@dataclass(frozen=True)
class Scale:
    """How large and how often."""

    mailboxes: int
    on_samba: int
    growth: tuple[int, ...]
    clicks: int  # even: there and back
    runs: int
    steps: int
    logs: tuple[int, ...]  # megabytes
    records: int
    appends: int
    searches: int
    clusters: int
    rival: int  # nodes that Ansible is measured on
    minutes: int
    lines: int
    journal: int  # lines of all journals
    history: int  # operations of each cluster


FULL = Scale(
    20_000,
    1_000,
    (2_000, 20_000, 100_000),
    10,
    4,
    500,
    (5, 50, 500),
    1_000_000,
    1000,
    200,
    500,
    100,
    5,
    100,
    1_000_000,
    20,
)
QUICK = Scale(2_000, 200, (500, 2_000, 8_000), 2, 2, 100, (1, 5), 20_000, 100, 20, 20, 10, 1, 24, 20_000, 5)


def slapd(scale: Scale, windows: bool) -> None:
    """Write rates on OpenLDAP."""
    on_slapd.run(scale.mailboxes, scale.runs, windows=windows)


def samba(scale: Scale, windows: bool) -> None:
    """Write rates on Samba AD, in a private network namespace as root."""
    if os.geteuid() == 0 and not os.environ.get(INSIDE) and shutil.which("unshare"):
        arguments = [word for word in sys.argv[1:] if word.startswith("--")]
        inside = 'ip link set lo up && exec "$0" -m tests.benchmarks samba "$@"'
        command = ["unshare", "--net", "sh", "-c", inside, sys.executable, *arguments]
        subprocess.run(command, env={**os.environ, INSIDE: "1"}, stdin=subprocess.DEVNULL, check=True)
        return
    require_samba()
    on_samba.run(scale.on_samba, scale.runs, windows=windows)


def growing(scale: Scale, _windows: bool) -> None:
    """Time and memory on OpenLDAP."""
    growth.run(scale.growth, scale.runs)


def clicking(scale: Scale, _windows: bool) -> None:
    """From a confirmation to the worker's first line, and from a node's question to its go."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    from tests.benchmarks import asks, clicks  # their imports need the settings

    clicks.run(scale.clicks)
    asks.run(scale.clicks)


def enduring(scale: Scale, _windows: bool) -> None:
    """A step under lease, journal and audit against a bare Celery task."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    from tests.benchmarks import durability  # its imports need the settings

    durability.run(scale.steps, scale.runs)


def setup_log(scale: Scale, _windows: bool) -> None:
    """Reading a set-up log, against grep -c of the same file."""
    setup_logs.run(scale.logs, scale.runs)


def auditing(scale: Scale, _windows: bool) -> None:
    """The audit's chain against the same table without it: appending, verifying, searching."""
    audit_chain.run(scale.records, scale.appends, scale.searches)


def observing_many(scale: Scale, _windows: bool) -> None:
    """Rounds of observation against Ansible's raw, and one worker that observes every cluster every minute."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    from tests.benchmarks import observing  # its imports need the settings

    observing.run(scale.clusters, scale.rival, scale.runs, scale.minutes)


def viewing(scale: Scale, _windows: bool) -> None:
    """From a line's commit to the screens of those who follow."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    from tests.benchmarks import viewers  # its imports need the settings

    viewers.run(scale.lines)


def page_times(scale: Scale, _windows: bool) -> None:
    """Pages of a full database against those of an empty one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    from tests.benchmarks.page_world import World  # its imports need the settings

    records = scale.records // 10
    pages.run(World(scale.clusters, scale.history, scale.journal, scale.journal // 10, records), scale.searches // 10)


PARTS: dict[str, Callable[[Scale, bool], None]] = {
    "slapd": slapd,
    "samba": samba,
    "growth": growing,
    "clicks": clicking,
    "durability": enduring,
    "setup-log": setup_log,
    "audit": auditing,
    "observing": observing_many,
    "pages": page_times,
    "viewers": viewing,
}


def main() -> int:
    """0 when every part ran, 2 when one could not."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="all of them by default")
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it works, not to quote")
    parser.add_argument("--windows", action="store_true", help="also try other numbers of connections and windows")
    chosen = parser.parse_args()
    if not os.environ.get(INSIDE):
        figures.say(figures.machine())
    missing = 0
    for name in chosen.part or PARTS:
        figures.say(f"\n== {name}: {PARTS[name].__doc__}")
        try:
            PARTS[name](QUICK if chosen.quick else FULL, chosen.windows)
        except (NoOpenLdap, SambaUnavailable) as reason:
            figures.say(f"Not measured: {reason}")
            missing += 1
        except subprocess.CalledProcessError as reason:
            figures.say(f"Not measured: the process ended with {reason.returncode}; see above.")
            missing += 1
    return 2 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
