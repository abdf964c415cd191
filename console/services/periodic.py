"""Periodic work: the sweep, observations and the lists of kits, each done once however many schedulers run."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection

from console.services import (
    audit_anchors,
    credential_trials,
    discovery,
    drills_followed,
    incidents,
    node_requests,
    proving,
    schedules,
    sessions,
    turns,
    upkeep,
    workers,
)
from console.services.kits import listing
from console.services.notifications import couriers, workers_missing

DRILL_TURN = 2.0
"""Seconds between two looks for drills whose next move has come."""
KIT_TURN = 30.0
"""Seconds between two looks for clusters whose list of mailboxes is due."""
ASKED_TURN = 10.0
"""Seconds between two looks for what was asked of nodes and nobody has taken up."""
NOTICE_TURN = 1.0
"""Seconds between two looks for what is to be told outside."""
MISSING_TURN = 15.0
"""Seconds between two looks for sites whose workers are away."""
INCIDENT_TURN = 15.0
"""Seconds between two looks for incidents that were laid by and are due again."""
TIDY_TURN = 600.0
"""Seconds between two times in which sessions, counts of sign-ins, workers and notices that are over are forgotten."""
LEAST, MOST = 0.1, 1.0
"""Bounds, in seconds, of how often a scheduler looks for what is due."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Work:
    """What is done again and again, and the seconds between two times."""

    name: str
    do: Callable[[], object]
    every: Callable[[], float]


WORK = (
    Work("sweep", upkeep.sweep, lambda: float(settings.SWEEP_EVERY)),
    Work("observe", turns.ask_due, lambda: turns.LOOK_EVERY),
    Work("proofs", proving.sweep, lambda: float(settings.SWEEP_EVERY)),
    Work("credential trials", credential_trials.sweep, lambda: float(settings.SWEEP_EVERY)),
    Work("discoveries", discovery.sweep, lambda: float(settings.SWEEP_EVERY)),
    Work("drills", drills_followed.sweep, lambda: DRILL_TURN),
    Work("kits", listing.ask_due, lambda: KIT_TURN),
    Work("node scripts", node_requests.send_again, lambda: ASKED_TURN),
    Work("sign-ins", sessions.tidy, lambda: TIDY_TURN),
    Work("workers", workers.forget_old, lambda: TIDY_TURN),
    Work("scheduled moves", schedules.sweep, lambda: schedules.TURN),
    Work("incidents", incidents.sweep, lambda: INCIDENT_TURN),
    Work("notices", couriers.couriers.dispatch, lambda: NOTICE_TURN),
    Work("missing workers", workers_missing.look, lambda: MISSING_TURN),
    Work("old notices", couriers.forget_old, lambda: TIDY_TURN),
    Work("audit heads", audit_anchors.sweep, lambda: audit_anchors.LOOK_EVERY),
)


def do_due() -> float:
    """Do what is due and falls to this process; the seconds after which to look again.

    Nothing that goes wrong ends the scheduler: it is logged, and done again when it is due next.
    """
    for work in _may_be_due():
        try:
            if turns.mine(work.name, work.every()):
                work.do()
        except Exception:
            log.exception("periodic work failed", work=work.name)
            connection.close()  # one that is broken would not mend by itself
    return min(max(min(work.every() for work in WORK) / 4, LEAST), MOST)


def _may_be_due() -> list[Work]:
    """What is worth a closer look; nothing this time where the database does not say."""
    try:
        names = turns.may_be_due({work.name: work.every() for work in WORK})
    except Exception:
        log.exception("what is due could not be looked up")
        connection.close()  # likewise
        return []
    return [work for work in WORK if work.name in names]
