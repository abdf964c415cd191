"""The directory's part of a failover, alone and again and again: the group is on the standby, the directory is not.

Every run has the journal and the receipts of one operation, so that it can be carried on; what the directory itself
counts is the witness of what was written.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from console.adapters.clock import SystemClock
from console.adapters.greeting import NetworkGreeter
from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.limits import Limits
from console.adapters.winrm import WinrmNodes
from console.catalog import generation
from console.domain.field import Field
from console.domain.lease import Fence, LeaseLost
from console.domain.outcome import Ending, Status
from console.domain.plan import Plan
from console.domain.ports import Control
from console.domain.progress import Line, Progress, read
from console.domain.runner import Runner
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.domain.steps.group import require_agreement
from console.domain.topology import Cluster
from console.drivers import driver_for
from tests.directory.snapshot import Snapshot, difference
from tests.domain.stage import ListJournal, People
from tests.moves.cutter import Cutter
from tests.moves.ground import Ground, ReceiptBook
from tests.moves.trapped import all_of_it, put_right

LIMITS = Limits(connect=5, answer=5, tries=4, pause=0.05)
Written = Counter[tuple[str, str, str, str]]
"""How often (attribute, object, before, after) was written."""


class Died(LeaseLost):
    """The worker is no more: nothing that it would have done or written comes."""


@dataclass
class Hand(People):
    """The control of a worker: what is done right before each send of something that changes, by its number."""

    on_send: Callable[[int], None] = lambda number: None
    sends: int = 0

    def fence(self) -> Fence:
        self.sends += 1
        self.on_send(self.sends)
        return super().fence()


class Clock(SystemClock):
    """The real clock, which may end a worker as it begins to wait."""

    def __init__(self) -> None:
        self.deadly = False
        self.waited: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        if self.deadly:
            self.deadly = False
            raise Died("while it waited")
        super().sleep(seconds)


class Fire(Ground):
    """A cluster whose directory is still to be switched; `afresh` puts everything back as it was."""

    def __init__(self, folder: Path, made: Any, *, behind: Cutter | None = None, **described: Any) -> None:
        """`behind` is the line over which the console reaches the directory."""
        self._behind = behind
        self.clock = Clock()
        super().__init__(folder, made, **described)
        whole = self.plan("failover")
        self.whole = whole
        self.before: Snapshot = all_of_it(self.backend)
        hand_over = tuple(step for step in whole.steps if step.phase == "hand-over")
        assert self.perform(replace(whole, steps=hand_over)).status is Status.SUCCEEDED
        self.afresh()

    def cluster(self, **changes: Any) -> Cluster:
        made = super().cluster(**changes)
        if self._behind is None:
            return made
        return replace(made, directory=replace(made.directory, host="127.0.0.1", port=self._behind.port))

    @property
    def lone(self) -> Plan:
        """The steps in the directory alone."""
        return replace(self.whole, steps=tuple(step for step in self.whole.steps if step.phase == "directory"))

    def afresh(self) -> None:
        """A new operation, of which nothing is done yet."""
        self.journal, self.receipts = ListJournal(), ReceiptBook()
        self.clock = Clock()
        self.hand = Hand()
        self.switch = self.lone
        self.mark = len(self.lab.world.log.since(0))

    @contextmanager
    def then_as_before(self) -> Iterator["Fire"]:
        """A test's turn; afterwards no fault is on and every object is as in the beginning."""
        self.afresh()
        try:
            with put_right(self.backend, self.before):
                try:
                    yield self
                finally:
                    self.heal()
        finally:
            self.afresh()

    def heal(self) -> None:
        """Take every fault of the lab's directories off."""
        for server in self.lab.directories:
            for name in server.service.faults.describe():
                server.fault(name, False)

    def hurried(self, *keys: str, within: float = 2.0) -> None:
        """Let these steps have less time."""
        steps = tuple(replace(s, within=within) if s.key in keys else s for s in self.switch.steps)
        self.switch = replace(self.switch, steps=steps)

    def open(self, cluster: Cluster | None = None, control: Control | None = None) -> Field:
        cluster, clock = cluster or self.cluster(), self.clock
        return Field(
            cluster,
            generation(cluster.generation),
            driver_for(cluster.driver),
            nodes=WinrmNodes(clock),
            directories=LdapDirectories(clock, LIMITS),
            greeter=NetworkGreeter(),
            clock=clock,
            control=control,
        )

    def worker(self, attempt: int = 1) -> Ending:
        """One worker's part of the operation, from where its journal ends."""
        with self.open(control=self.hand) as opened:
            stage = Stage(
                operation="7-fire",
                plan=self.switch,
                field=opened,
                mailboxes=self.frozen,
                journal=self.journal,
                control=self.hand,
                clock=opened.clock,
                receipts=self.receipts,
                attempt=attempt,
            )
            return Runner(stage, BEHAVIOURS, poll=0.05, settle=1.0, agree=require_agreement).run(self.progress())

    def progress(self) -> Progress:
        lines = [Line(seq, kind, step, data) for seq, (kind, step, _, data) in enumerate(self.journal.lines, 1)]
        return read(lines, len(lines))

    def carried_on(self, attempt: int = 2) -> Ending:
        """A person has it carried on from the step that failed."""
        self.journal.write("continued", "olga had it carried on.", data={"choice": "retry"})
        return self.worker(attempt)

    def by_turns(self, most: int = 20) -> Ending:
        """The operation to its end, by as many workers as it takes."""
        for _ in range(most):
            try:
                return self.worker()
            except Died:
                continue
        raise AssertionError(f"{most} workers did not end it")

    def written(self) -> Written:
        """What the console has written since the operation began, by the directory's own log."""
        ours = self.backend.forest.account("service").name
        return Counter(
            (e.kind, e.subject, e.before, e.after)
            for e in self.lab.world.log.since(self.mark)
            if e.kind.startswith("directory.") and e.by.endswith(ours)
        )

    def acknowledged(self) -> Counter[tuple[str, str]]:
        """How often the receipts say that (object, attribute) was applied."""
        return Counter(
            (change.dn.casefold(), part.attribute)
            for kept in self.receipts.kept
            for change, outcome in kept.fates()
            if outcome == "applied"
            for part in change.changes
        )

    def fates(self) -> set[str]:
        """Every outcome that the receipts hold."""
        return {outcome for kept in self.receipts.kept for _, outcome in kept.fates()}

    def inverse(self) -> set[tuple[str, str, tuple[str, ...]]]:
        """What an undo by the receipts would bring back: (object, attribute, values)."""
        frozen = self.frozen
        plan = self.undo_plan(self.switch)
        rows, self.frozen = self.frozen.rows(), frozen
        objects = {
            (c.dn, p.attribute, tuple(sorted(p.after))) for s in plan.steps for c in s.changes for p in c.changes
        }
        return objects | {(dn, attribute, (after,)) for _, dn, parts in rows for attribute, _, after in parts}


@dataclass(frozen=True)
class Reference:
    """A switch that nothing disturbed."""

    written: Written
    acknowledged: Counter[tuple[str, str]]
    after: Snapshot
    inverse: set[tuple[str, str, tuple[str, ...]]]
    sends: int
    count: int
    """Writes, by the directory's own count."""

    @classmethod
    def of(cls, fire: Fire) -> "Reference":
        with fire.then_as_before():
            count = fire.writes()
            assert fire.worker().status is Status.SUCCEEDED
            count, sends = fire.writes() - count, fire.hand.sends
            after = all_of_it(fire.backend)
            return cls(fire.written(), fire.acknowledged(), after, fire.inverse(), sends, count)

    def holds_for(self, fire: Fire) -> None:
        """The same end, each write once, and receipts that say so."""
        self.holds_though_some_died(fire)
        assert fire.acknowledged() == self.acknowledged

    def holds_by_count(self, fire: Fire, count: int) -> None:
        """The same where only a number tells what was written: the controller's own count since the beginning."""
        assert not difference(self.after, all_of_it(fire.backend))
        assert count == self.count
        assert fire.acknowledged() <= self.acknowledged
        assert fire.inverse() == self.inverse

    def holds_though_some_died(self, fire: Fire) -> None:
        """The same, but that what a worker did not live to note is unknown, which an undo takes into account."""
        assert not difference(self.after, all_of_it(fire.backend))
        assert fire.written() == self.written
        assert set(fire.written().values()) == {1}
        assert fire.acknowledged() <= self.acknowledged
        assert fire.inverse() == self.inverse
