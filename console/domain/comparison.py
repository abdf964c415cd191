"""Two runs of the same move side by side: which step was slower, and what is different about the cluster since."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.domain import drift
from console.domain.outage_steps import StepTime, Times
from console.domain.plan import Plan

SLOWER_SECONDS, SLOWER_SHARE = 2.0, 0.25
"""A step was slower, or faster, by at least so many seconds and this share of what it took before."""


@dataclass(frozen=True)
class Run:
    """An operation that was carried out: its plan, and where its time went."""

    number: int
    plan: Plan
    times: Times


@dataclass(frozen=True)
class Row:
    """One step in both runs; seconds, None where a run has not come to it."""

    step: str
    title: str
    now: float | None
    without_mail: float
    before: float | None

    @property
    def more(self) -> float | None:
        """Seconds that it took more than before; below zero when it took less."""
        return None if self.now is None or self.before is None else self.now - self.before

    @property
    def verdict(self) -> str:
        """`slower`, `faster`, `same`, `new` (only in this run) or `gone` (only in the one before)."""
        if self.more is None:
            return "new" if self.before is None else "gone"
        if abs(self.more) < max(SLOWER_SECONDS, SLOWER_SHARE * (self.before or 0.0)):
            return "same"
        return "slower" if self.more > 0 else "faster"


@dataclass(frozen=True)
class Comparison:
    """This run beside the one before."""

    rows: tuple[Row, ...]
    changes: tuple[str, ...]
    """What is different about the cluster and the plan, a clause each."""

    @property
    def slower(self) -> tuple[Row, ...]:
        """The steps that were slower, the one that lost most first."""
        return tuple(sorted((r for r in self.rows if r.verdict == "slower"), key=lambda row: -(row.more or 0.0)))


def alone(now: Run) -> tuple[Row, ...]:
    """The rows of a run with nothing to be held against."""
    return tuple(_row(step.key, step.title, now.times.by_step.get(step.key), None) for step in now.plan.steps)


def compare(now: Run, before: Run) -> Comparison:
    """Both runs, step by step in the order of this one's plan; steps that only the other one had come last."""
    times, earlier = now.times.by_step, before.times.by_step
    titles = _titles(now.plan)
    rows = [_row(key, title, times.get(key), earlier.get(key)) for key, title in titles.items()]
    gone = {key: title for key, title in _titles(before.plan).items() if key not in titles and key in earlier}
    rows += [_row(key, title, None, earlier[key]) for key, title in gone.items()]
    return Comparison(tuple(rows), tuple(changes(before.plan, now.plan)))


def changes(before: Plan, now: Plan) -> list[str]:
    """What is different between what two plans relied on: nodes, services, directory, mailboxes, checks, steps."""
    found = drift.differences(before.structural, now.structural)
    found += drift.differences(_counts(before), _counts(now))
    found += drift.differences({"check": _verdicts(before)}, {"check": _verdicts(now)})
    old, new = _titles(before), _titles(now)
    found += [f"step only now: {title}" for key, title in new.items() if key not in old]
    found += [f"step only before: {title}" for key, title in old.items() if key not in new]
    return found


def _counts(plan: Plan) -> dict[str, object]:
    of = plan.membership
    return {"mailboxes": of.count, "mailboxes that change": of.changing, "mailboxes in a store": dict(of.per_store)}


def _verdicts(plan: Plan) -> dict[str, str]:
    return {
        f"{check.title} ({check.about})" if check.about else check.title: check.verdict.value for check in plan.checks
    }


def _titles(plan: Plan) -> Mapping[str, str]:
    return {step.key: step.title for step in plan.steps}


def _row(step: str, title: str, now: StepTime | None, before: StepTime | None) -> Row:
    took, earlier = (None if time is None else time.took for time in (now, before))
    return Row(step, title, took, now.without_mail if now else 0.0, earlier)
