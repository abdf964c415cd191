"""A stage for the runner with a clock that is driven, a journal kept in a list, and behaviours made to order."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from console.domain.field import Field
from console.domain.lease import Fence
from console.domain.plan import Membership, Plan, Step
from console.domain.runner import Runner
from console.domain.steps.base import Behaviour, Goal, Look, Stage

START = datetime(2008, 10, 15, 3, 0, tzinfo=UTC)


class DrivenClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


@dataclass
class ListJournal:
    """Journal lines as (kind, step, text, data)."""

    lines: list[tuple[str, str, str, Mapping[str, object] | None]] = field(default_factory=list)

    def write(self, kind: str, text: str, *, step: str = "", data: Mapping[str, object] | None = None) -> None:
        self.lines.append((kind, step, text, data))

    def kinds(self, step: str) -> list[str]:
        return [kind for kind, of, _, _ in self.lines if of == step]


@dataclass
class People:
    """The control: who asked for a stop, and what each heartbeat does."""

    stop_by: str = ""
    on_beat: Callable[[str], None] = lambda step: None

    def stop_requested(self) -> str:
        return self.stop_by

    def beat(self, step: str, deadline: float) -> None:
        self.on_beat(step)

    def waiting(self, seconds: float) -> None:
        """Nobody holds a lease here."""

    def ensure(self) -> None:
        """Nobody can lose one either."""

    def fence(self) -> Fence:
        return Fence(cluster=1, token=1, valid_until=math.inf)


class NoMailboxes:
    def guids(self) -> frozenset[str]:
        return frozenset()


@dataclass
class Scripted:
    """A behaviour that answers from a list of looks (the last one stays) and counts its acts."""

    looks: list[Look | Exception]
    act: Callable[[Stage, Step], None] = lambda stage, step: None
    only_looks: bool = False
    applied: int = 0

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        answer = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def apply(self, stage: Stage, step: Step) -> None:
        self.applied += 1
        self.act(stage, step)


HOLDS = Look(Goal.HOLDS, "It is so.")
NOT_YET = Look(Goal.NOT_YET, "It is not yet so.")
ONGOING = Look(Goal.NOT_YET, "It is on its way.", ongoing=True)
NEVER = Look(Goal.NEVER, "It said no.", remedy="Mend it.")


def step(kind: str, **changes: Any) -> Step:
    """A step named as its kind, of ten seconds."""
    values: dict[str, Any] = {"title": f"Do {kind}", "phase": "hand-over", "within": 10.0, **changes}
    return Step(key=kind, kind=kind, **values)


def plan_of(*steps: Step) -> Plan:
    """A plan of these steps."""
    return Plan(
        kind="failover",
        cluster="TOKYO",
        cluster_id=1,
        source="NODE1",
        target="NODE2",
        created=START,
        expires=START + timedelta(minutes=15),
        steps=tuple(steps),
        checks=(),
        membership=Membership("rule", 0, 0, ""),
        structural={},
        controller="dc1.corp.example",
    )


def runner(behaviours: Mapping[str, Scripted], *steps: Step, people: People | None = None) -> Runner:
    """A runner over `steps` (by default one for each behaviour), not yet run."""
    clock = DrivenClock()
    stage = Stage(
        operation="1",
        plan=plan_of(*(steps or tuple(step(kind) for kind in behaviours))),
        field=cast(Field, None),
        mailboxes=NoMailboxes(),
        journal=ListJournal(),
        control=people or People(),
        clock=clock,
    )
    return Runner(stage, cast(Mapping[str, Behaviour], behaviours))


def journal(of: Runner) -> ListJournal:
    """The journal that the runner wrote."""
    return cast(ListJournal, of.stage.journal)
