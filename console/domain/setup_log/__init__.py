"""Exchange's set-up log, of 2003 and 2007: what a run did, where it stopped, and which lines of it did not end well."""

from console.domain.setup_log.reader import read
from console.domain.setup_log.report import Ignored, Line, OpenFunction, Place, Report, Run, Stage, StageState, Verdict
from console.domain.setup_log.sniff import EXPECTED, NotASetupLog, WrongEncoding

__all__ = [
    "EXPECTED",
    "Ignored",
    "Line",
    "NotASetupLog",
    "OpenFunction",
    "Place",
    "Report",
    "Run",
    "Stage",
    "StageState",
    "Verdict",
    "WrongEncoding",
    "read",
]
