"""A move whose workers die one after the other is carried on by the next, and nothing that it does happens twice."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.domain.plan import Plan
from console.domain.progress import ACTING, Line, Progress, read
from console.domain.runner import Runner
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.domain.steps.group import require_agreement
from console.lab import presets
from tests.directory.snapshot import difference
from tests.domain.stage import ListJournal, People
from tests.moves.ground import WANTED, Ground
from tests.moves.scripted import TYO2, Scripted

DEADLY = (ACTING, "done", "already")


class Died(LeaseLost):
    """The worker is no more: nothing that it would have done or written comes."""


class Mortal(ListJournal):
    """A journal whose writer dies at a line, once for each: before it is written, or right after."""

    def __init__(self, *, before: bool, only: tuple[str, ...] = DEADLY) -> None:
        super().__init__()
        self.before, self.only = before, only
        self.died: set[tuple[str, str]] = set()

    def write(self, kind: str, text: str, *, step: str = "", data: Mapping[str, object] | None = None) -> None:
        dies = kind in self.only and (kind, step) not in self.died
        if dies:
            self.died.add((kind, step))
        if dies and self.before:
            raise Died(f"before {kind} of {step}")
        super().write(kind, text, step=step, data=data)
        if dies:
            raise Died(f"after {kind} of {step}")

    def progress(self) -> Progress:
        lines = [Line(seq, kind, step, data) for seq, (kind, step, _, data) in enumerate(self.lines, 1)]
        return read(lines, len(lines))


def carried_out(ground: Ground, plan: Plan, journal: ListJournal, progress: Progress, attempt: int = 1) -> Ending:
    """One worker's part of the operation."""
    with ground.open() as field:
        stage = Stage(
            operation=f"7-{plan.hash[:8]}",
            plan=plan,
            field=field,
            mailboxes=ground.frozen,
            journal=journal,
            control=People(),
            clock=field.clock,
            runs=ground.runs,
            receipts=ground.receipts,
            since=plan.created,
            attempt=attempt,
            wanted=WANTED,
        )
        return Runner(stage, BEHAVIOURS, poll=0.05, settle=2.0, agree=require_agreement).run(progress)


def in_turns(ground: Ground, plan: Plan, journal: Mortal) -> Ending:
    """The operation to its end, by as many workers as it takes."""
    while True:
        try:
            return carried_out(ground, plan, journal, journal.progress())
        except Died:
            continue


def what_happened(ground: Ground) -> list[tuple[str, str, str]]:
    """What changed on the nodes, in its order."""
    return ground.effects("service", "group")


@pytest.fixture(scope="module")
def faultless(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A failover that nothing disturbed: its effects, and the directory after it."""
    ground = Ground(tmp_path_factory.mktemp("lab"), presets.tokyo())
    try:
        assert ground.move("failover").status is Status.SUCCEEDED
        return {"effects": what_happened(ground), "picture": ground.picture()}
    finally:
        ground.close()


@pytest.mark.slow
@pytest.mark.parametrize("before", [True, False])
def test_a_move_whose_every_worker_dies_before_or_after_a_line_ends_as_if_nobody_had(
    tokyo: Ground, faultless: dict[str, object], before: bool
) -> None:
    plan = tokyo.plan("failover")
    journal = Mortal(before=before)
    ending = in_turns(tokyo, plan, journal)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert len(journal.died) > len(plan.steps)
    assert what_happened(tokyo) == faultless["effects"]
    assert not difference(faultless["picture"], tokyo.picture())  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_scripted_move_whose_every_worker_dies_after_it_acted_hands_over_and_gives_the_go_once(
    tmp_path: Path,
) -> None:
    ground = Scripted(tmp_path / "lab")
    try:
        plan = ground.plan("failover")
        ending = in_turns(ground, plan, Mortal(before=True))
        assert ending.status is Status.SUCCEEDED, ending.summary
        assert ground.owner() == TYO2
        starts = [e for e in ground.effects("service") if e[0] == TYO2 and e[2] == "START_PENDING"]
        assert len(starts) == len({subject for _, subject, _ in starts})
        assert ground.console.events().count((TYO2, "starting")) == 1
    finally:
        ground.close()


@pytest.mark.slow
def test_a_move_that_failed_is_carried_on_from_there_once_its_cause_is_mended(
    tokyo: Ground, faultless: dict[str, object]
) -> None:
    plan, journal = tokyo.plan("failover"), Mortal(before=True, only=())
    tokyo.lab.fault(TYO2, "service-does-not-start", True, service="SMTPSVC")
    first = carried_out(tokyo, plan, journal, journal.progress())
    assert (first.status, first.step) == (Status.FAILED, "start-SMTPSVC")
    assert "carried on" in first.remedy
    tokyo.lab.fault(TYO2, "service-does-not-start", False, service="SMTPSVC")
    journal.write("continued", "olga had it carried on.", data={"choice": "retry"})
    assert carried_out(tokyo, plan, journal, journal.progress(), attempt=2).status is Status.SUCCEEDED
    assert len([e for e in what_happened(tokyo) if e[1] == "EXCHANGE"]) == len(
        [e for e in faultless["effects"] if e[1] == "EXCHANGE"]  # type: ignore[attr-defined]
    )
    assert not difference(faultless["picture"], tokyo.picture())  # type: ignore[arg-type]
