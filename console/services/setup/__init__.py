"""A set-up procedure on a cluster: started like any operation, answered by people over days, resting in between."""

from console.services.setup.accepting import accept_unknown
from console.services.setup.answers import check_again, confirm_step
from console.services.setup.board import Board, BoardRow, board
from console.services.setup.hands import give_up, hand_over, pause, resume
from console.services.setup.record import Decision, Record, RecordRow, record
from console.services.setup.starting import prepare, start, under_way

__all__ = [
    "Board",
    "BoardRow",
    "Decision",
    "Record",
    "RecordRow",
    "accept_unknown",
    "board",
    "check_again",
    "confirm_step",
    "give_up",
    "hand_over",
    "pause",
    "prepare",
    "record",
    "resume",
    "start",
    "under_way",
]
