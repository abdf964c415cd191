"""The whole console on clusters of Microsoft's cluster service: rows, workers, audit, and the lab over the wire."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.lab import presets
from console.lab.assemble import assemble
from console.lab.definition import Cluster as Described
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.models import AuditRecord, Cluster, ObservationRecord, Operation
from console.services import audit, observe, plans
from console.services.confirm import confirm, sentence_of
from console.services.execute import execute
from console.services.inventory_apply import apply_inventory
from console.services.inventory_export import dump
from tests.services import making

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

QUICK = {"start_service": 6.0, "move_group": 10.0, "mount_stores": 5.0, "greeting": 8.0, "command": 10.0}


class Console:
    """A console beside a lab with one cluster."""

    def __init__(self, folder: Path, made: Described) -> None:
        world = presets.fast_definition(made)
        world.directory = {"mailboxes": 20}
        self.lab: Lab = assemble(world, folder)
        self.lab.start()
        apply_inventory(dump(lab_inventory(self.lab)), audit.SYSTEM)
        Cluster.objects.update(timing=QUICK)

    @property
    def cluster(self) -> Cluster:
        """The cluster's row."""
        return Cluster.objects.select_related("site", "directory").get()

    def observe(self) -> ObservationRecord:
        """One observation, as the scheduler asks for it."""
        return observe.observe(self.cluster)

    def moved(self, kind: str, target: str = "", *, planned: Callable[[], object] = lambda: None) -> Operation:
        """A person's operation, from the plan to its end; `planned` is called once the plan is there."""
        actor = making.actor()
        record = plans.make(plans.prepare(self.cluster, kind, target, actor, send=False).pk)
        assert record.state == "ready", (record.refusal, record.error)
        plan = plans.of(record)
        typed = plan.cluster if plan.typed_confirmation else ""
        planned()
        made = confirm(record, actor, "patch day", typed=typed, sentence=sentence_of(plan))
        assert execute(made.pk, "worker-1")
        return Operation.objects.get(pk=made.pk)

    def owner(self) -> str:
        """The node that has the group, by the lab's own word."""
        group = self.lab.world.clusters[0].groups[0]
        return group.owner.name if group.owner else ""

    def until_on(self, node: str, within: float = 20.0, status: str = "Online") -> None:
        """Wait until the lab's cluster service has the group there, in that state."""
        deadline, group = time.monotonic() + within, self.lab.world.clusters[0].groups[0]
        while not (self.owner() == node and group.status == status):
            assert time.monotonic() < deadline, f"{group.name} is {group.status} on {self.owner()}"
            time.sleep(0.05)


@pytest.fixture
def kyoto(tmp_path: Path) -> Iterator[Console]:
    """Exchange 2003's virtual server."""
    made = Console(tmp_path / "lab", presets.kyoto())
    yield made
    made.lab.stop()


def test_a_node_that_dies_is_seen_once_as_a_start_that_the_product_began_and_is_proved(kyoto: Console) -> None:
    record = kyoto.observe()
    assert record.status["active"] == "KYO-N1"
    assert not Operation.objects.exists()
    kyoto.lab.fault("KYO-N1", "powered-off")
    kyoto.until_on("KYO-N2")
    kyoto.observe()
    kyoto.observe()
    seen = Operation.objects.get()
    assert (seen.kind, seen.source, seen.target) == ("start", "KYO-N1", "KYO-N2")
    assert AuditRecord.objects.filter(action="operation:unplanned:seen").count() == 1
    assert execute(seen.pk, "worker-1")
    seen.refresh_from_db()
    assert seen.status == "succeeded", seen.ending_summary
    assert seen.outage_started_at is not None
    assert seen.outage_ended_at is not None


def test_a_move_by_a_person_is_not_taken_for_one_that_nobody_planned(kyoto: Console) -> None:
    kyoto.observe()
    done = kyoto.moved("failover")
    assert done.status == "succeeded", done.ending_summary
    kyoto.observe()
    assert Operation.objects.get() == done
    status = kyoto.observe().status
    assert (status["active"], status["tone"], status["mail"]) == ("KYO-N2", "good", "up")
    assert status["directory"]["value"] == "KYO-EVS1 moves with the group"
    assert len(status["resources"]) == 10


def test_it_is_taken_over_by_force_with_a_sentence_that_is_true(kyoto: Console) -> None:
    name = "Exchange Information Store Instance - (KYO-EVS1)"
    kyoto.lab.fault("KYO-N2", "group-fails", resource=name)
    failed = kyoto.moved("failover")
    assert failed.status == "failed"
    assert name in failed.ending_summary
    kyoto.lab.fault("KYO-N2", "group-fails", on=False, resource=name)
    forced = kyoto.moved("takeover", "KYO-N2")
    assert forced.status == "succeeded", forced.ending_summary
    assert forced.outage_started_at == failed.outage_started_at


def test_a_move_that_the_cluster_service_refuses_has_taken_no_mail_down(kyoto: Console) -> None:
    pause = "cluster node KYO-N2 /pause"
    done = kyoto.moved("failover", planned=lambda: kyoto.lab.type("KYO-N1", pause).told(10))
    assert (done.status, done.ending_step) == ("failed", "move-group")
    assert done.outage_started_at is None
    kyoto.lab.type("KYO-N1", pause.replace("pause", "resume")).told(10)
    again = kyoto.moved("failover")
    assert again.status == "succeeded", again.ending_summary
    assert again.outage_started_at is not None
    assert again.outage_started_at >= again.started_at


def test_a_failover_by_the_product_that_does_not_come_up_is_a_start_that_failed_with_the_name(kyoto: Console) -> None:
    name = "Exchange Information Store Instance - (KYO-EVS1)"
    kyoto.observe()
    kyoto.lab.fault("KYO-N2", "group-fails", resource=name)
    kyoto.lab.fault("KYO-N1", "powered-off")
    kyoto.until_on("KYO-N2", status="Failed")
    assert kyoto.observe().status["mail"] == "down"
    seen = Operation.objects.get()
    execute(seen.pk, "worker-1")
    seen.refresh_from_db()
    assert (seen.kind, seen.status) == ("start", "failed")
    assert f"{name} has failed on KYO-N2" in seen.ending_summary
    kyoto.observe()
    assert Operation.objects.count() == 1
