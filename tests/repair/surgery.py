"""A cluster without the wire that is given defects, and mended by planner and runner as a worker would."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from console import catalog
from console.adapters.clock import SystemClock
from console.domain import planner
from console.domain.checks import Refusal
from console.domain.outcome import Ending
from console.domain.plan import Plan
from console.domain.planner.repair_files import IN_USE
from console.domain.progress import FRESH, Progress
from console.domain.runner import Runner
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.domain.topology import Cluster as Described
from console.domain.topology import Timing
from console.lab.definition import Cluster
from console.lab.mscs import asking
from console.lab.mscs.equipment import MEDIA
from tests.doctor.clinic import Clinic
from tests.doctor.defects import Defect, made
from tests.domain.stage import ListJournal, NoMailboxes, People
from tests.moves.ground import ReceiptBook

PATIENT = Timing(stop_service=30.0, start_service=30.0)
HASTY = Timing(stop_service=1.0, start_service=2.0)
"""For what never comes."""


class Restless(SystemClock):
    """The real clock of somebody who looks again soon."""

    def sleep(self, seconds: float) -> None:
        super().sleep(min(seconds, 0.05))


class Surgery(Clinic):
    """The clinic with its clock running, and the hands to carry a plan out."""

    def __init__(self, item: Cluster) -> None:
        super().__init__(item)
        self.world.schedule.run()
        self.timing = PATIENT
        self.ending: Ending | None = None
        self.journal = ListJournal()
        self.receipts = ReceiptBook()

    def cluster(self) -> Described:
        """With the patience of the case."""
        return replace(super().cluster(), timing=self.timing)

    def close(self) -> None:
        """Stop the clock."""
        self.world.schedule.stop()

    def plan(self, codes: Sequence[str] = (), source: str = MEDIA) -> Plan:
        """The plan of a repair. Raises `Refusal`."""
        with self.field() as field:
            return planner.make_repair(field, catalog.findings(), codes, source=source)

    def perform(self, plan: Plan, progress: Progress = FRESH) -> Ending:
        """Carry it out with the runner that workers have."""
        self.journal, self.receipts = ListJournal(), ReceiptBook()
        with self.field() as field:
            stage = Stage(
                operation=f"9-{plan.hash[:8]}",
                plan=plan,
                field=field,
                mailboxes=NoMailboxes(),
                journal=self.journal,
                control=People(),
                clock=Restless(),
                receipts=self.receipts,
            )
            self.ending = Runner(stage, BEHAVIOURS, poll=0.02, settle=10.0).run(progress)
        return self.ending

    def mend(self) -> bool:
        """Repair what can be; the groups move where a file of theirs is in use. Whether there may be more to do."""
        try:
            plan = self.plan()
        except Refusal as refusal:
            if all(reason.key == IN_USE for reason in refusal.reasons):
                self.move_all()
                return True
            if [reason.key for reason in refusal.reasons] == ["repair.nothing"]:
                return False
            raise
        ending = self.perform(plan)
        assert ending.status == "succeeded", f"{ending.summary} {ending.remedy}"
        return any("Not in this plan" in note for note in plan.notes)

    def move_all(self) -> None:
        """Every group to the other node."""
        cluster = self.world.clusters[0]
        for group in cluster.groups:
            target = next(node for node in cluster.nodes if node is not group.owner)
            job = asking.move(self.world, group, target, "test")
            assert self.world.schedule.wait(lambda job=job: job.outcome is not None, 60)


@contextmanager
def suffering(generation: str, *chosen: Defect) -> Iterator[Surgery]:
    """A fresh cluster of the generation with these defects."""
    surgery = Surgery(made(generation))
    try:
        for defect in chosen:
            defect.put(surgery.world)
        yield surgery
    finally:
        surgery.close()
