"""Single steps of a set-up carried out on the lab, everything else being over; and what a person does in between."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ldap3

from console import catalog
from console.domain.outcome import Ending
from console.domain.plan import Plan
from console.domain.planner.setup import make_setup
from console.domain.progress import Progress
from console.domain.runner import Runner
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.domain.steps.setup.again import no_longer
from console.lab.disk import Disk
from console.lab.state import Cluster, Node
from console.lab.wsman import shells
from tests.domain.stage import ListJournal, People
from tests.moves.ground import Ground, ReceiptBook

PATHS = ("msExchEDBFile", "msExchSLVFile", "msExchESEParamLogFilePath", "msExchESEParamSystemPath")


class Acting:
    """A set-up under way on a ground: its plan, its journal and its receipts stay from step to step."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.journal = ListJournal()
        self.receipts = ReceiptBook()
        self._plan: Plan | None = None

    @property
    def cluster(self) -> Cluster:
        return self.ground.lab.world.clusters[0]

    def node(self, number: int) -> Node:
        """The primary (1) or the standby (2)."""
        return self.cluster.nodes[number - 1]

    @property
    def plan(self) -> Plan:
        """The plan of the generation's set-up, made at its first use."""
        if self._plan is None:
            with self.ground.open() as field:
                procedure = catalog.procedure(f"exchange-{field.cluster.generation}-setup")
                self._plan = make_setup(field, procedure, catalog.means(), {})
        return self._plan

    def perform(
        self, *keys: str, people: People | None = None, operation: str = "17", taken_on: Mapping[str, str] | None = None
    ) -> Ending:
        """Carry out the steps of these keys; every other one counts as over. `taken_on` as `Progress` has it."""
        control = people or People()
        with self.ground.open(control=control) as field:
            stage = Stage(
                operation=operation,
                plan=self.plan,
                field=field,
                mailboxes=self.ground.frozen,
                journal=self.journal,
                control=control,
                clock=field.clock,
                receipts=self.receipts,
            )
            runner = Runner(stage, BEHAVIOURS, poll=0.05, settle=1.0, no_longer=lambda stage, over: {})
            others = frozenset(step.key for step in self.plan.steps) - set(keys)
            return runner.run(Progress(finished=others, changed=True, taken_on=taken_on or {}))

    def reopened(self, *keys: str) -> dict[str, str]:
        """Which of these steps, having been done, certainly do not hold any more."""
        with self.ground.open() as field:
            stage = Stage("17", self.plan, field, self.ground.frozen, self.journal, People(), field.clock)
            stage.receipts = self.receipts
            return dict(no_longer(stage, keys))

    def disk(self) -> Disk:
        """The partition, as nobody's node sees it."""
        disk = Disk()
        disk.volumes["X"] = self.cluster.partition
        disk.clock = self.ground.lab.world.clock.date
        return disk

    def write(self, *paths: str, data: bytes = b"mail") -> None:
        """Files that Exchange, or somebody, puts on the partition."""
        for path in paths:
            self.disk().write(path, data)

    def files(self) -> dict[str, bytes]:
        """What lies on the partition, by its path."""
        return {item.path: item.data for item in self.cluster.partition.items.values() if item.data is not None}

    def lives_on(self, number: int, drive: str) -> None:
        """A person moves every store and log of the primary (1) or the standby (2) to the drive."""
        server = f"CN={self.node(number).name},".casefold()
        with self.ground.administrator() as connection:
            for dn, values in list(paths_in(connection, self.ground.backend.forest.configuration_dn)):
                if server in f"{dn},".casefold():
                    moved = {name: [(ldap3.MODIFY_REPLACE, [drive + value[2:]])] for name, value in values.items()}
                    assert connection.modify(dn, moved), connection.result

    def texts(self, *kinds: str) -> str:
        """The journal's texts of these kinds, in one piece."""
        return "\n".join(text for kind, _, text, _ in self.journal.lines if kind in kinds)


def paths_in(connection: Any, base: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every object with paths of storage: its DN, and the paths by their attributes."""
    wanted = "(|" + "".join(f"({name}=*)" for name in PATHS) + ")"
    assert connection.search(base, wanted, "SUBTREE", attributes=list(PATHS)), connection.result
    for row in connection.response:
        if row["type"] == "searchResEntry":
            yield row["dn"], {name: raw[0].decode() for name, raw in row["raw_attributes"].items() if raw}


@contextmanager
def at_command(ground: Ground, word: str, act: Any) -> Iterator[None]:
    """Have `act` happen once, right before a node runs a command line that holds `word`."""
    run, done = shells.run, []

    def watched(process: Any, line: str) -> int:
        if word in line and not done:
            done.append(line)
            act()
        return run(process, line)

    shells.run = watched
    try:
        yield
    finally:
        shells.run = run
    assert done, f"no node was sent a line with {word}"
