"""A console and a lab on which procedures are carried out: rows in a database, and a worker that works when told."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from console.domain.checks import Refusal
from console.management.lab_inventory import lab_inventory
from console.models import Cluster, Operation
from console.services import audit, setup, upkeep
from console.services.execute import execute
from console.services.inventory_apply import apply_inventory
from console.services.inventory_export import dump
from tests.moves.ground import QUICK, Ground
from tests.services import making

Wrong = Callable[[Ground], Any]
TIMING = {name: getattr(QUICK, name) for name in ("stop_service", "start_service", "move_group", "command")}


class Scene:
    """A lab with one cluster, a console that knows it, and two people: Olga and Otto."""

    def __init__(self, folder: Path, made: Any, **described: Any) -> None:
        self.ground = Ground(folder, made, mailboxes=2, **described)
        apply_inventory(dump(lab_inventory(self.ground.lab)), audit.SYSTEM)
        Cluster.objects.update(timing=TIMING)
        self.cluster = Cluster.objects.select_related("site").get()
        self.olga, self.otto = making.actor("olga"), making.actor("otto")

    def close(self) -> None:
        self.ground.close()

    @property
    def key(self) -> str:
        """The procedure that sets this cluster up."""
        return f"exchange-{self.cluster.generation}-setup"

    def start(self, key: str = "") -> Operation:
        """Olga begins the procedure; no worker has it yet."""
        return setup.start(self.cluster, key or self.key, self.olga, "the new pair")

    def begun(self, key: str = "") -> Operation:
        """A procedure that a worker has carried out as far as it gets by itself."""
        operation = self.start(key)
        return self.work(operation)

    def work(self, operation: Operation, worker: str = "worker") -> Operation:
        """Let a worker carry it out until it rests or ends."""
        execute(operation.pk, worker)
        operation.refresh_from_db()
        return operation

    def sweep(self) -> None:
        upkeep.sweep()

    def board(self, operation: Operation) -> setup.Board:
        operation.refresh_from_db()
        return setup.board(operation)

    def say_all(self, operation: Operation, said: str = "I did it on both nodes.") -> Operation:
        """Olga gives her word wherever the procedure asks for it, until it rests for something else or ends."""
        while operation.resting and operation.waits_for == "word":
            setup.confirm_step(operation, operation.waiting_step, self.olga, said)
            self.work(operation)
        return operation

    def lines(self, operation: Operation, *kinds: str) -> list[tuple[str, str]]:
        """(step, text) of the journal's lines of these kinds."""
        return [(line.step, line.text) for line in operation.journal.filter(kind__in=kinds).order_by("seq")]

    def states(self, operation: Operation) -> Mapping[str, str]:
        """The state of every step, by the plan's key."""
        return {row.key: row.state for row in self.board(operation).rows}

    def effects(self) -> int:
        """How much the lab has seen done to it: everything but writes of the directory, and those."""
        return len(self.ground.lab.world.log.since(0)) + self.ground.writes()


def why(act: Callable[[], object]) -> str:
    """The reasons and remedies of the refusal that `act` meets."""
    try:
        act()
    except Refusal as refusal:
        return " ".join([refusal.headline, *(f"{reason.text} {reason.remedy}" for reason in refusal.reasons)])
    raise AssertionError("it was not refused")
