"""Two workers on one operation, one paused or dead at any seam while the other goes on: nothing happens twice."""

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from console.domain.errors import ConnectionLost, Fenced
from console.domain.field import Field
from console.domain.outcome import Ending
from console.domain.plan import Plan, Step
from console.domain.ports import Control
from console.domain.runner import Runner
from console.domain.steps.base import Behaviour, Goal, Look, Stage
from console.models import JournalLine, Operation
from console.services import lease as leases
from console.services.clock import database_now
from console.services.confirm import confirm
from console.services.execute import execute
from console.services.journal import OperationJournal
from console.services.progress import progress_of
from tests.domain.stage import DrivenClock, NoMailboxes
from tests.services import making

pytestmark = pytest.mark.slow

ONCE = ("move", "hand")
"""Steps that may not be repeated; they leave a trace on their node."""
STEPS = (
    Step("recheck", "recheck", "Check again", "recheck", safe_point=True),
    Step("stop", "service.stop", "Stop the services", "hand-over"),
    Step("move", "group.move", "Move the group", "hand-over", repeatable=False),
    Step("switch", "directory.apply", "Switch the directory", "directory"),
    Step("hand", "hand-over", "Hand it over", "hand-over", repeatable=False),
    Step("proof", "moved", "Prove it", "proof"),
)
PLACES = ("sending", "sent", "before acting", "after acting", "after started", "before done", "before already")
SEAMS = [f"{place} {step.key}" for step in STEPS for place in PLACES]
GO_ON, DIE, PAUSE, LOSE = "go on", "die", "pause", "lose the answer"


class Dead(BaseException):
    """The process is no more."""


@dataclass
class World:
    """What the steps change, with a guard that remembers the highest token; and who reaches which seam."""

    script: dict[str, str]
    """What befalls whoever reaches the seam of that name first."""
    operation: Operation
    effects: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    looks: Counter[str] = field(default_factory=Counter)
    """How often each step's goal was looked at since its effect began: it holds at the third look."""
    seen: int = 0
    tokens: list[tuple[int, int]] = field(default_factory=list)
    passed: float = 0.0
    deep: int = 0
    workers: int = 0

    def seam(self, name: str) -> str:
        """What befalls the worker here: it goes on, dies, or is paused while others take over."""
        what = self.script.pop(name, GO_ON)
        if what == DIE:
            raise Dead
        if what == PAUSE and self.deep < 3:
            self.deep += 1
            self.time_passes()
            self.work()
            self.deep -= 1
        return what

    def time_passes(self) -> None:
        """Longer than a lease, for every clock."""
        self.passed += 10_000.0
        over = database_now() - timedelta(seconds=1)
        Operation.objects.filter(pk=self.operation.pk, status="running").update(lease_until=over)

    def work(self) -> bool:
        """Another worker gets the message."""
        self.workers += 1
        try:
            return execute(self.operation.pk, f"worker-{self.workers}", self.perform)
        except Dead:
            return False

    def perform(self, operation: Operation, token: int, control: Control) -> Ending:
        clock = DrivenClock()
        stage = Stage(
            operation="1",
            plan=Plan.from_json(operation.plan.body or {}),
            field=cast(Field, None),
            mailboxes=NoMailboxes(),
            journal=Recorded(operation.pk, token, self),
            control=control,
            clock=clock,
        )
        behaviours = {step.kind: cast(Behaviour, Told(self, step, control)) for step in STEPS}
        return Runner(stage, behaviours).run(progress_of(operation.pk))

    def send(self, step: Step, control: Control) -> None:
        """As a session does: check, send with the fence, be refused by the guard, or act; the answer may be lost."""
        control.ensure()
        token = control.fence().token
        lost = self.seam(f"sending {step.key}") == LOSE
        if token < self.seen:
            raise Fenced("The node has seen a later token.")
        self.seen = token
        self.requests[step.key] += 1
        if step.key in ONCE or not self.effects[step.key]:
            self.effects[step.key] += 1
        if lost or self.seam(f"sent {step.key}") == LOSE:
            raise ConnectionLost("The answer was lost.", may_have_run=True)


class Recorded(OperationJournal):
    """A journal whose lines are remembered with the token that wrote them."""

    def __init__(self, operation_id: int, token: int, world: World) -> None:
        super().__init__(operation_id, token)
        self.token, self.world = token, world

    def write(self, kind: str, text: str, *, step: str = "", data: Mapping[str, object] | None = None) -> None:
        self.world.seam(f"before {kind} {step}")
        super().write(kind, text, step=step, data=data)
        last = JournalLine.objects.filter(operation_id=self.world.operation.pk).order_by("-seq").first()
        assert last is not None
        self.world.tokens.append((last.seq, self.token))
        self.world.seam(f"after {kind} {step}")


@dataclass
class Told:
    """A step over the world: its goal holds once its effect is there."""

    world: World
    step: Step
    control: Control

    @property
    def only_looks(self) -> bool:
        return self.step.key in ("recheck", "proof")

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        if self.only_looks:
            return Look(Goal.HOLDS, "It is so.")
        self.world.looks[step.key] += self.world.effects[step.key]
        if self.world.looks[step.key] > 2:
            return Look(Goal.HOLDS, "It is so.")
        return Look(Goal.NOT_YET, "It is not so.", ongoing=applied)

    def begun(self, stage: Stage, step: Step) -> bool | None:
        return self.world.effects[step.key] > 0

    def apply(self, stage: Stage, step: Step) -> None:
        self.world.send(step, self.control)


NUMBERS = itertools.count(1)


def begun(script: Mapping[str, str]) -> World:
    number = next(NUMBERS)
    cluster = making.cluster(f"{number:03}-CLUSTER", number % 250 + 1)
    record = making.ready(cluster, steps=STEPS)
    return World(dict(script), confirm(record, making.actor(), "maintenance"))


@pytest.fixture
def shifted(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[World], None]:
    """Makes the worlds' time the leases' time, whose heartbeats do not come by themselves."""
    settings.LEASE_SECONDS = 600
    real = leases.time.monotonic

    def follow(world: World) -> None:
        monkeypatch.setattr(leases.time, "monotonic", lambda: real() + world.passed)

    return follow


@pytest.mark.django_db
@profile(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(script={"sending move": PAUSE})
@example(script={"sending move": PAUSE, "sending hand": PAUSE, "sent switch": PAUSE})
@example(script={"sent move": PAUSE, "before done move": DIE, "after acting hand": PAUSE})
@example(script={"sent move": LOSE, "before done hand": PAUSE})
@given(script=st.dictionaries(st.sampled_from(SEAMS), st.sampled_from((PAUSE, DIE, LOSE)), max_size=8))
def test_whatever_befalls_the_workers_nothing_is_done_twice_and_no_old_token_writes(
    shifted: Callable[[World], None], script: dict[str, str]
) -> None:
    with transaction.atomic():
        world = begun(script)
        shifted(world)
        _to_the_end(world)
        transaction.set_rollback(True)


def _to_the_end(world: World) -> None:
    for _ in range(40):
        world.work()
        world.operation.refresh_from_db()
        if not world.operation.open:
            break
        world.time_passes()
    assert not world.operation.open, "it never ended"
    written = [token for _, token in sorted(world.tokens)]
    assert written == sorted(written), "an old token wrote after a new one"
    assert all(count == 1 for count in world.effects.values()), "an effect came twice"
    assert all(world.requests[key] <= 1 for key in ONCE), "a step that may not be repeated was sent twice"
    if world.operation.status == "succeeded":
        assert set(world.effects) == {"stop", "move", "switch", "hand"}
    else:
        assert world.operation.status == "uncertain", world.operation.ending_summary
    lines = JournalLine.objects.filter(operation=world.operation).order_by("seq").values_list("seq", flat=True)
    assert list(lines) == list(range(1, world.operation.last_seq + 1))
