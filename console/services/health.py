"""Whether the console is fit to be used: by this process, and as a whole; each reason why not with what to do."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from threading import Lock

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from console.models import PeriodicTurn
from console.services import queue, workers
from console.services.clock import database_now

MOST_SKEW = 10.0
"""Seconds by which this host's clock may differ from the database's: codes of second factors bear no more than 30."""
LATE = timedelta(seconds=60)
"""Periodic work so late is done by nobody: the sweep is due every few seconds."""
SWEEP = "sweep"
KEPT_FOR = 1.0
"""Seconds for which an answer is given again: who asks often costs the database nothing."""


class Health(StrEnum):
    """Ready; degraded: pages work and something behind them does not; not ready: this process cannot serve a page."""

    READY = "ready"
    DEGRADED = "degraded"
    NOT_READY = "not ready"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    key: str
    health: Health
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Report:
    """Everything that was looked at; as a whole it is as healthy as its worst part."""

    findings: tuple[Finding, ...]

    @property
    def health(self) -> Health:
        """The worst of all findings."""
        return max((finding.health for finding in self.findings), key=list(Health).index)


def look() -> Report:
    """Look at everything now. Never raises: what cannot be read is a finding."""
    try:
        now, skew = database_now(), clock_skew()
        return Report(
            (Finding("database", Health.READY, f"The database answers; it is {now:%F %T} UTC."), *_rest(skew))
        )
    except Error:
        remedy = "Look at the database, its address in CHANGEOVER_DATABASE_URL, and this process's log."
        return Report((Finding("database", Health.NOT_READY, "The database does not answer.", remedy),))


class Kept:
    """What `look` said last, for a moment."""

    def __init__(self, ask: Callable[[], Report] = look) -> None:
        self._ask, self._lock = ask, Lock()
        self._report: Report | None = None
        self._until = 0.0

    def report(self) -> Report:
        """The last answer while it is young, else a new one; one at a time looks."""
        with self._lock:
            if self._report is None or time.monotonic() >= self._until:
                self._report = self._ask()
                self._until = time.monotonic() + KEPT_FOR
            return self._report


def clock_skew() -> float:
    """Seconds that this host's clock is ahead of the database's, give or take half of what asking took."""
    before = time.time()
    told = database_now().timestamp()
    return (before + time.time()) / 2 - told


def _rest(skew: float) -> Iterator[Finding]:
    missing = missing_migrations()
    if missing:
        text = f"{len(missing)} migrations are missing in the database, the first is {missing[0]}."
        yield Finding("migrations", Health.NOT_READY, text, "Run: manage.py migrate")
        return  # tables of what follows may not be there
    yield Finding("migrations", Health.READY, "The database has every migration of this version.")
    yield from _workers()
    yield _schedule()
    yield _queue()
    yield _clock(skew)


def missing_migrations() -> list[str]:
    """What this version's code needs of the database and does not find; a later version's is no harm."""
    applied = MigrationRecorder(connection).applied_migrations()
    return [f"{app}.{name}" for app, name in _migrations() if (app, name) not in applied]


@cache
def _migrations() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(MigrationLoader(None, ignore_no_migrations=True).graph.nodes))


def _workers() -> Iterator[Finding]:
    for one in workers.presences():
        key = f"worker.{one.duty}.{one.site}"
        if one.workers:
            yield Finding(key, Health.READY, f"{one.workers} seen for {one.duty} at the site {one.site}.")
            continue
        since = f"since {one.last_seen:%F %T} UTC" if one.last_seen else "yet"
        text = f"No worker for {one.duty} at the site {one.site} has been seen {since}."
        remedy = f"Start one: systemctl start changeover-{one.duty}@SITE; its log says why it is not there."
        yield Finding(key, Health.DEGRADED, text, remedy)


def _schedule() -> Finding:
    due = PeriodicTurn.objects.filter(name=SWEEP).values_list("due_at", flat=True).first()
    if due is not None and due > database_now() - LATE:
        return Finding("schedule", Health.READY, "Periodic work is done.")
    text = (
        "Nobody does the periodic work." if due is None else f"Nobody has done the periodic work since {due:%F %T} UTC."
    )
    return Finding("schedule", Health.DEGRADED, text, "Start changeover-schedule, or a worker with -B.")


def _queue() -> Finding:
    if queue.answers():
        return Finding("queue", Health.READY, "The queue answers.")
    text = "The queue does not answer: nothing new begins, and what runs goes on."
    return Finding("queue", Health.DEGRADED, text, "Start Redis, or correct CHANGEOVER_BROKER_URL.")


def _clock(skew: float) -> Finding:
    if abs(skew) <= MOST_SKEW:
        return Finding("clock", Health.READY, f"This host's clock is {skew:+.1f} s from the database's.")
    text = f"This host's clock is {skew:+.0f} s from the database's."
    remedy = (
        "Set both by NTP: sessions and codes of second factors go by this host's clock, everything else by that one."
    )
    return Finding("clock", Health.DEGRADED, text, remedy)
