"""Plan an operation: read everything, check everything, and write down every step, or refuse with every reason."""

from console.domain.planner.automatic import for_two_actives, is_for_good, make_start, make_takeover
from console.domain.planner.base import VALID_SECONDS, refuse_failed
from console.domain.planner.closing import DIRECTORY_SWITCH, make_directory_switch
from console.domain.planner.mailboxes import SLICE, MailboxRow, MailboxSink
from console.domain.planner.moves import PLANNED_MOVES, Ends, ends_of, make_plan
from console.domain.planner.person import make_person_takeover
from console.domain.planner.repair import REPAIR, make_repair
from console.domain.planner.setup import make_setup
from console.domain.planner.undo import make_undo
from console.domain.planner.unwinding import Undone

__all__ = [
    "DIRECTORY_SWITCH",
    "PLANNED_MOVES",
    "REPAIR",
    "SLICE",
    "VALID_SECONDS",
    "Ends",
    "MailboxRow",
    "MailboxSink",
    "Undone",
    "ends_of",
    "for_two_actives",
    "is_for_good",
    "make_directory_switch",
    "make_person_takeover",
    "make_plan",
    "make_repair",
    "make_setup",
    "make_start",
    "make_takeover",
    "make_undo",
    "refuse_failed",
]
