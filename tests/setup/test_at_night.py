"""A procedure is paused and at night a node dies: mail is up on the other, and in the morning the procedure goes on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.models import Operation
from console.services import brakes, reservations, setup
from tests.automatic.scene import TYO1, TYO2, Scene
from tests.procedures.lacking import interconnect_with_netbios
from tests.services import making

pytestmark = pytest.mark.slow

AT_WORK = ("queued", "running")


@pytest.fixture
def scene(transactional_db: None, live_server: Any, tmp_path: Path) -> Iterator[Scene]:
    """Tokyo with the console's scripts, active on TYO-EX1, with workers that are at work."""
    made = Scene(tmp_path / "lab", live_server.url)
    made.workers()
    yield made
    made.close()


def rested(scene: Scene, operation: Operation) -> Operation:
    """The procedure, once no worker has it."""

    def looked() -> bool:
        operation.refresh_from_db()
        return operation.status not in AT_WORK

    scene.until(looked, within=60.0)
    return operation


def test_a_takeover_during_a_paused_procedure(scene: Scene) -> None:
    olga, otto = making.actor("olga"), making.actor("otto")
    operation = rested(scene, setup.start(scene.cluster, "exchange-2003-setup", olga, "the new pair"))
    assert operation.status == "waiting", scene.story()
    setup.pause(operation, olga, "Home time.")
    scene.lab.fault(TYO1, "powered-off", True)
    takeover = scene.until(lambda: Operation.objects.filter(kind="takeover").first())
    assert scene.ended(takeover.pk).status == "succeeded", scene.story()
    assert (scene.owner(), scene.goes()) == (TYO2, [TYO2])
    operation.refresh_from_db()
    assert (operation.status, operation.superseded_by) == ("paused", takeover)
    assert reservations.resting(scene.cluster) is None, "after a takeover it holds nothing"

    scene.lab.fault(TYO1, "powered-off", False)
    scene.until(lambda: scene.lab.world.node(TYO1).engine)
    brakes.lift_cooldown(scene.cluster, otto, "The power is back.")
    with interconnect_with_netbios(scene):  # type: ignore[arg-type]
        assert rested(scene, setup.resume(operation, otto)).waiting_step == "network.bullet-2", scene.story()
    rested(scene, setup.check_again(operation, otto))
    assert (operation.status, operation.waiting_step) != ("waiting", "network.bullet-2"), scene.story()
    kinds = list(operation.journal.filter(step="network.bullet-2").values_list("kind", flat=True))
    assert kinds.count("reopened") == 1
    assert scene.owner() == TYO2, "it moves nothing that carries mail"
