"""Plans of every kind of move, made by the real planner on a lab: what the pages about operations show of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.domain import planner
from console.domain.plan import Plan
from console.domain.topology import Cluster, Timing
from console.lab import presets
from tests.moves.carried import CarriedGround
from tests.moves.ground import Ground
from tests.moves.scripted import TYO1, TYO2, Scripted


class Unhurried(Ground):
    """Plans with the deadlines that a cluster has unless it says otherwise; carries out with those of the tests."""

    patient = True

    def cluster(self, **changes: Any) -> Cluster:
        return super().cluster(**({"timing": Timing()} if self.patient else {}), **changes)


class Bare(Unhurried):
    """Tokyo, whose group runs no script."""


class WithScripts(Unhurried, Scripted):
    """Tokyo, whose group runs the console's scripts."""


class Carrying(Unhurried, CarriedGround):
    """Kyoto, whose group carries the server's name."""


def plans(folder: Path) -> dict[str, Plan]:
    """A plan for each name: the kind, and what the group runs where that makes a difference."""
    found: dict[str, Plan] = {}
    for name, make in MAKERS.items():
        found |= make(folder / name)
    return found


def _bare(folder: Path) -> dict[str, Plan]:
    return _with(Bare(folder, presets.tokyo()), _there_and_back)


def _there_and_back(ground: Ground) -> dict[str, Plan]:
    """A failover, what takes it back, and the switch that follows when the group went home without the directory."""
    over = ground.plan("failover")
    ground.patient = False  # type: ignore[attr-defined]
    ground.perform(ground.plan("failover"))
    ground.patient = True  # type: ignore[attr-defined]
    found = {"failover": over, "failback": ground.plan("failback"), "undo": ground.undo_plan(over)}
    ground.lab.fault(TYO2, "powered-off", True)
    _wait(ground, lambda: ground.owner() == TYO1)
    ground.lab.fault(TYO2, "powered-off", False)
    _wait(ground, lambda: ground.lab.world.node(TYO2).engine)
    return found | {"directory-switch": _closing(ground)}


def _closing(ground: Ground) -> Plan:
    ground.frozen.kept.clear()
    with ground.open() as opened:
        return planner.make_directory_switch(opened, "", ground.frozen.kept.extend)


def _wait(ground: Ground, until: Callable[[], bool]) -> None:
    assert ground.lab.world.schedule.wait(until, 20)


def _scripts(folder: Path) -> dict[str, Plan]:
    return _with(WithScripts(folder), _asked)


def _asked(ground: Any) -> dict[str, Plan]:
    """A failover by the scripts; then the active node dies, and the other one asks for its go."""
    over = ground.plan("failover")
    ground.lab.fault(TYO1, "powered-off", True)
    return {"failover, scripts": over, "takeover, scripts": ground.takeover(ground.asked(TYO2))}


def _dead(folder: Path) -> dict[str, Plan]:
    return _with(WithScripts(folder), _alone)


def _alone(ground: Any) -> dict[str, Plan]:
    """Both nodes went down and came back: the primary's script asks, and the directory names it already."""
    for off in (True, False):
        for node in (TYO1, TYO2):
            ground.lab.fault(node, "powered-off", off)
    return {"start": ground.start(ground.asked(TYO1))}


def _unmoved(folder: Path) -> dict[str, Plan]:
    return _with(WithScripts(folder), _by_a_person)


def _by_a_person(ground: Any) -> dict[str, Plan]:
    """The active node died while the product on the other one was down: nothing has moved the group."""
    ground.lab.fault(TYO2, "engine-down", True)
    ground.lab.fault(TYO1, "powered-off", True)
    _wait(ground, lambda: ground.owner() == "")
    ground.lab.fault(TYO2, "engine-down", False)
    return {"takeover, by a person": ground.take_by_hand(TYO2)}


def _carried(folder: Path) -> dict[str, Plan]:
    return _with(Carrying(folder, presets.kyoto()), _moved_and_forced)


def _moved_and_forced(ground: Any) -> dict[str, Plan]:
    """A planned move; then somebody takes the group offline, and another one brings it up elsewhere."""
    over = ground.plan("failover")
    ground.lab.type(ground.source, 'cluster group "EVS Kyoto" /offline /wait:20').told(20)
    return {"failover, carried": over, "takeover, carried": ground.takeover(ground.target)}


def _with(ground: Any, make: Callable[[Any], dict[str, Plan]]) -> dict[str, Plan]:
    try:
        return make(ground)
    finally:
        ground.close()


MAKERS: dict[str, Callable[[Path], dict[str, Plan]]] = {
    "bare": _bare,
    "scripts": _scripts,
    "dead": _dead,
    "unmoved": _unmoved,
    "carried": _carried,
}
