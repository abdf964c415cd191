"""What reading a set-up log gives: its runs, each with a timeline, what was open at its end, findings and a verdict."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from console.domain.findings import Finding


class Verdict(StrEnum):
    """How a run of the set-up came out."""

    OK = "ok"
    FAILED = "failed"
    """It ended, and something in it went wrong and was not taken back by the log itself."""
    UNFINISHED = "unfinished"
    """The log ends, or the next run begins, in the middle of it."""
    UNKNOWN = "unknown"
    """Nothing in it says how it ended."""


@dataclass(frozen=True)
class Place:
    """Where something stands: its line, counted from 1, and its bytes in the file as it was given."""

    line: int
    offset: int
    length: int = 0


class StageState(StrEnum):
    """How far a stage of the set-up came."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    """The run ends in it."""
    NOT_REACHED = "not reached"
    NOT_SEEN = "not seen"
    """Later stages were seen, and the log is silent about this one."""


@dataclass(frozen=True)
class Stage:
    """One stage of the cluster set-up, in the order in which it should come."""

    key: str
    title: str
    state: StageState
    when: str = ""
    """The time as the log writes it; with the day when midnight has passed."""
    place: Place | None = None
    lines: int = 0
    """Lines that were interpreted in it."""
    failed: int = 0
    """Those of them that did not end well."""


@dataclass(frozen=True)
class Line:
    """A line of a script that was interpreted, or a process that was started, with its exit."""

    text: str
    exit: str
    """Eight hexadecimal digits; empty where the log tells none."""
    script: str
    """The script that it stands in; empty when none is known."""
    place: Place


@dataclass(frozen=True)
class OpenFunction:
    """A function that was entered and never left."""

    name: str
    place: Place


@dataclass(frozen=True)
class Ignored:
    """An error that the log itself takes back, each kind once."""

    code: str
    text: str
    by: str
    """The function that went on regardless, the first time."""
    count: int
    place: Place


@dataclass(frozen=True)
class Run:
    """One run of the set-up."""

    number: int
    form: str
    """`2003` (times alone) or `2007` (dates, times and levels)."""
    began: str
    ended: str
    midnights: int
    """How often midnight passed between the first line and the last."""
    version: str
    user: str
    arguments: tuple[str, ...]
    """`mode=Install`, as they were given on its command line."""
    verdict: Verdict
    cluster: bool
    """Whether it set up a clustered Exchange server."""
    timeline: tuple[Stage, ...]
    open_functions: tuple[OpenFunction, ...]
    """From the outermost to the innermost."""
    findings: tuple[Finding, ...]
    """In the order of the log; what the log says again is in here once."""
    left_out: Mapping[str, int]
    """How many more findings of a code there were than are kept."""
    ignored: tuple[Ignored, ...]
    lines: tuple[Line, ...]
    """Interpreted lines and started processes in the order of the log: the cluster's, and the first others."""
    totals: Mapping[str, int]
    """`lines`, `functions`, `interpreted`, `exits` (well ended), `errors`, `ignored`, `open` (functions)."""

    @property
    def stopped_in(self) -> Stage | None:
        """The stage in which the run ends, if it ends in the middle of one."""
        return next((stage for stage in self.timeline if stage.state is StageState.STOPPED), None)


@dataclass(frozen=True)
class Report:
    """A whole log."""

    encoding: str
    size: int
    """Bytes."""
    lines: int
    cut_off: bool
    """Whether the last line has no end."""
    runs: tuple[Run, ...]
    """The newest last; of a great many only the newest are kept."""
    runs_left_out: int = 0
    totals: Mapping[str, int] = field(default_factory=dict)
    """Over all runs, also those left out."""

    @property
    def latest(self) -> Run:
        """The last run."""
        return self.runs[-1]

    @property
    def counting(self) -> tuple[Run, ...]:
        """The runs whose findings still count: the last one, and the last that set up a clustered server."""
        clustered = [run for run in self.runs[:-1] if run.cluster]
        return (*clustered[-1:], self.latest) if not self.latest.cluster else (self.latest,)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of the runs that still count; those of earlier ones are over, and stay with their runs."""
        return tuple(finding for run in self.counting for finding in run.findings)

    @property
    def verdict(self) -> Verdict:
        """`ok` when every run that still counts is; else that of the last one that is not."""
        return next((run.verdict for run in reversed(self.counting) if run.verdict is not Verdict.OK), Verdict.OK)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self) | {"verdict": self.verdict, "findings": [asdict(one) for one in self.findings]}
