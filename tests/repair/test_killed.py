"""Workers that die in the middle of a repair: the next one goes on, and the node ends as if nobody had died."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.domain.plan import Plan
from console.domain.ports import Argv, CommandResult, Guard
from console.domain.progress import Line, read
from console.domain.runner import Runner
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.domain.steps.group import require_agreement
from console.domain.topology import Node
from tests.doctor.clinic import Session
from tests.doctor.defects import Defect, made
from tests.domain.stage import NoMailboxes, People
from tests.repair.surgery import Restless, Surgery

PATH = r"C:\WINDOWS\Cluster\EXRES.DLL"


class Died(LeaseLost):
    """The worker is no more."""


class Mortal(Session):
    """A session whose worker dies at a changing command: before it is sent, or when it has been carried out."""

    def __init__(self, theatre: "Theatre", node: Node) -> None:
        super().__init__(theatre, node)
        self.theatre = theatre

    def run(self, argv: Argv, **how: Any) -> CommandResult:
        self.theatre.sent += 1
        dies = self.theatre.sent == self.theatre.dies_at
        if dies and not self.theatre.after:
            raise Died("before it was sent")
        result = super().run(argv, **how)
        if dies:
            raise Died("after it was carried out")
        return result

    def put(self, path: str, data: bytes, *, within: float) -> None:
        self.theatre.sent += 1
        super().put(path, data, within=within)


class Theatre(Surgery):
    """A surgery in which one worker dies at the command of that number."""

    def __init__(self, generation: str, dies_at: int, *, after: bool) -> None:
        super().__init__(made(generation))
        self.sent, self.dies_at, self.after = 0, dies_at, after

    def open(self, node: Node, guard: Guard | None = None) -> AbstractContextManager[Session]:
        return nullcontext(Mortal(self, node))

    def carry_out(self, plan: Plan) -> Ending:
        """By as many workers as it takes."""
        while True:
            lines = [Line(seq, kind, step, data) for seq, (kind, step, _, data) in enumerate(self.journal.lines, 1)]
            try:
                with self.field() as field:
                    stage = Stage("9-h", plan, field, NoMailboxes(), self.journal, People(), Restless())
                    stage.receipts = self.receipts
                    runner = Runner(stage, BEHAVIOURS, poll=0.02, settle=10.0, agree=require_agreement)
                    return runner.run(read(lines, len(lines)))
            except Died:
                continue


@pytest.fixture
def theatre(request: pytest.FixtureRequest) -> Iterator[Theatre]:
    dies_at, after = request.param
    theatre = Theatre("2003", dies_at, after=after)
    yield theatre
    theatre.close()


EACH = [(number, after) for number in range(1, 7) for after in (False, True)]


@pytest.mark.slow
@pytest.mark.parametrize("theatre", EACH, indirect=True)
@pytest.mark.parametrize("fault", ["cluster-file-missing", "cluster-file-old"])
def test_a_file_is_put_in_place_whole_and_the_node_is_up(theatre: Theatre, fault: str):
    node = theatre.world.clusters[0].nodes[1]
    whole = node.disk.read(PATH)
    Defect(fault, "file", "EXRES.DLL", at=1).put(theatre.world)
    before = node.disk.item(PATH)
    old = before.data if before else None
    assert theatre.carry_out(theatre.plan()).status is Status.SUCCEEDED
    assert node.disk.read(PATH) == whole
    assert node.service("ClusSvc").state == 4
    assert theatre.diagnose().clean
    kept = [item.data for item in node.disk.matching(rf"{PATH}.20*")]
    assert kept == ([old] if old else [])
    assert node.disk.item(f"{PATH}.new") is None


@pytest.mark.slow
@pytest.mark.parametrize("theatre", EACH[:4], indirect=True)
def test_an_event_source_is_whole_and_its_receipt_tells_of_before(theatre: Theatre):
    Defect("source-missing", "source", "MSExchangeCluster").put(theatre.world)
    assert theatre.carry_out(theatre.plan()).status is Status.SUCCEEDED
    assert theatre.diagnose().clean
    first = list(theatre.receipts.newest_first())[-1]
    assert first.receipt.params["change"]["whole"] is True


@pytest.mark.slow
@pytest.mark.parametrize("theatre", EACH, indirect=True)
def test_a_resource_that_goes_offline_for_a_dependency_is_online_in_the_end(theatre: Theatre):
    Defect("dependency-missing", "type", "Microsoft Exchange Information Store").put(theatre.world)
    assert theatre.carry_out(theatre.plan()).status is Status.SUCCEEDED
    assert theatre.diagnose().clean
    assert {resource.status for resource in theatre.world.clusters[0].groups[0].resources} == {"Online"}
