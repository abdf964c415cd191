"""How long each part of START.BAT and STOP.BAT may take, so that both end before the cluster product loses patience.

A script that passes the time-out of its resource is a stall, and by default the product then shuts the node down.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from console.domain.errors import ChangeoverError

PRODUCT_TIMEOUT = 1800
"""Seconds that the product gives a script resource unless its configuration says otherwise, for start and for stop."""
CALL, STOP_REPORT = 12, 3
LONGEST_PAUSE = 10
"""Seconds between two calls at most, whatever the console asks for."""
REPORT_TRIES = 3
LOAD, LOOK = 5, 3
"""Seconds that one ARMLOAD or ARMKILL, and one look at a service with its pause, are counted with."""
START_RESERVE, STOP_RESERVE = 60, 30
LEAST_START, LEAST_STOP = 300, 120


class TooShort(ChangeoverError):
    """The cluster product gives a script less time than it needs."""

    remedy = "Raise the time-outs of the script resource in the cluster's configuration, then render again."


@dataclass(frozen=True)
class Timeouts:
    """Seconds that the cluster product gives the scripts of the group."""

    start: int
    stop: int


def shortest(read: Iterable[tuple[int | None, int | None]]) -> Timeouts:
    """The shortest of all that was read for start and for stop; the product's own where nothing was."""
    pairs = list(read)
    starts = [start for start, _ in pairs if start is not None]
    stops = [stop for _, stop in pairs if stop is not None]
    return Timeouts(min(starts, default=PRODUCT_TIMEOUT), min(stops, default=PRODUCT_TIMEOUT))


@dataclass(frozen=True)
class Bounds:
    """Seconds, unless it says otherwise."""

    start_timeout: int
    stop_timeout: int
    services: int
    """How many services there are."""
    ask: int
    """Waiting for the console's word, all in all."""
    silence: int
    """Of these, without an answer that can be believed, before the node helps itself."""
    kit: int
    services_up: int
    services_down: int
    call: int = CALL
    retry: int = 5
    report_tries: int = REPORT_TRIES
    stop_report: int = STOP_REPORT
    load: int = LOAD
    look: int = LOOK
    off_looks: int = 5
    """Looks at a service that does not even start, before the next one has its turn."""
    on_looks: int = 8
    """Looks at a service that does not even stop, before the next one has its turn."""

    @property
    def report(self) -> int:
        """One report with all its tries."""
        return self.report_tries * self.call + (self.report_tries - 1) * LONGEST_PAUSE

    @property
    def start_total(self) -> int:
        """The longest way through START.BAT: one more call than was left, the kit, every service late, a report."""
        late = self.call + LONGEST_PAUSE
        return self.ask + late + self.kit + self.services_up + self.services * self.load + self.call + self.report

    @property
    def stop_total(self) -> int:
        """The longest way through STOP.BAT."""
        return self.services_down + self.services * self.load + self.stop_report


def bounds(start_timeout: int, stop_timeout: int, services: int) -> Bounds:
    """The bounds for a script resource with these time-outs and a group of so many services.

    Raises `TooShort`, naming what would do.
    """
    fixed_up = Bounds(start_timeout, stop_timeout, services, 0, 0, 0, 0, 0)
    free = start_timeout - START_RESERVE - fixed_up.start_total
    down = stop_timeout - STOP_RESERVE - fixed_up.stop_total
    _check("start", start_timeout, free, LEAST_START)
    _check("stop", stop_timeout, down, LEAST_STOP)
    ask, kit = free * 45 // 100, free * 20 // 100
    return Bounds(
        start_timeout,
        stop_timeout,
        services,
        ask=ask,
        silence=min(120, ask // 2),
        kit=kit,
        services_up=free - ask - kit,
        services_down=down,
    )


def _check(what: str, timeout: int, free: int, least: int) -> None:
    if free < least:
        needed = timeout + least - free
        raise TooShort(f"The {what} time-out of {timeout} s is too short for the script; it needs {needed} s at least.")
