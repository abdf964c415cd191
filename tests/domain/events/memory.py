"""Runs kept in memory, with the constraint on goes that the database has, and a clock that is driven."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from console.domain.events.facts import RunAnswer, RunView
from console.domain.events.runs import GoHeld


@dataclass
class MemoryRuns:
    """Implements `console.domain.events.runs.Runs`."""

    now: Callable[[], datetime]
    rows: dict[str, RunView] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)
    """The end of each go that was given and neither ended nor withdrawn."""

    def ask(self, run: str, node: str, clp_event: str = "START", operation: int | None = None) -> RunView:
        """A node asks; a retry is the same run."""
        made = RunView(run, node, clp_event, self.now(), operation, RunAnswer.WAIT)
        return self.rows.setdefault(run, made)

    def change(self, run: str, **changes: object) -> None:
        """What the node or the console says of a run."""
        self.rows[run] = replace(self.rows[run], **changes)  # type: ignore[arg-type]

    def fetch(self, run: str) -> RunAnswer:
        """The node asks how its run stands; a go that has expired is no go."""
        row = self.rows[run]
        if row.answer is RunAnswer.GO and not row.fetched_go and not self.unexpired(run):
            return RunAnswer.WAIT
        if row.answer is RunAnswer.GO:
            self.change(run, fetched_go=True)
        return row.answer

    def unexpired(self, run: str) -> bool:
        return run in self.until and self.until[run] > self.now()

    def goes(self) -> list[str]:
        """The runs that hold an unexpired go."""
        return [run for run in self.until if self.unexpired(run)]

    def starting(self, node: str, since: datetime) -> RunView | None:
        found = [
            row for row in self.rows.values() if row.node.casefold() == node.casefold() and row.first_seen >= since
        ]
        return found[-1] if found else None

    def run(self, run_id: str) -> RunView | None:
        return self.rows.get(run_id)

    def give_go(self, run_id: str, *, valid_seconds: float) -> None:
        if self.rows[run_id].answer is RunAnswer.NO:
            raise KeyError(run_id)
        others = [run for run in self.goes() if run != run_id]
        if others:
            raise GoHeld(f"The run {others[0]} holds an unexpired go.")
        self.until[run_id] = self.now() + timedelta(seconds=valid_seconds)
        self.change(run_id, answer=RunAnswer.GO)

    def say_no(self, run_id: str, reason: str) -> None:
        if not self.rows[run_id].fetched_go:
            self.until.pop(run_id, None)
            self.change(run_id, answer=RunAnswer.NO, detail=reason)

    def withdraw(self, run_id: str, reason: str) -> None:
        self.say_no(run_id, reason)
