"""Mail moves at night and nobody clicks: what the cluster product does by itself, from the question to the proof."""

from console.models import Alarm, AuditRecord, Go, Operation
from tests.automatic.scene import TYO1, TYO2, Scene


def test_the_active_node_dies_and_mail_is_up_on_the_other_without_a_click(scene: Scene) -> None:
    scene.observe()
    scene.lab.fault(TYO1, "powered-off", True)
    operation = scene.ended()
    assert (operation.kind, operation.target, operation.status) == ("takeover", TYO2, "succeeded"), scene.story()
    assert scene.owner() == TYO2
    assert scene.goes() == [TYO2]
    assert operation.automatic and operation.needs_acknowledgement
    assert operation.outage_started_at is not None and operation.outage_ended_at is not None
    assert operation.outage_started_at < operation.confirmed_at, "down since it was last seen to be up"
    assert AuditRecord.objects.get(action="operation:automatic:began").origin == "webhook"
    assert Go.objects.get().ended_how == "started"
