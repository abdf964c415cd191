"""A procedure gives way to what the cluster product does, and outlives its worker and the nodes' bad moments."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q

from console.domain.events.decisions import Open
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.domain.receipts import Receipt
from console.lab.faults import switch
from console.models import Cluster, NodeRun, Operation
from console.services import automatic, continuing, engine, reservations, setup, upkeep
from console.services.claiming import claim
from console.services.clock import database_now
from console.services.endings import end
from console.services.execute import execute
from console.services.journal import OperationJournal
from console.services.progress import progress_of
from console.services.receipts import OperationReceipts
from tests.procedures import lacking
from tests.services import making
from tests.setup.scene import Scene, why
from tests.web import world

pytestmark = pytest.mark.slow


class Died(BaseException):
    """What ends a worker in the middle: nothing after it is done."""


def silent(operation: Operation) -> None:
    """Its worker is not heard of any more."""
    Operation.objects.filter(pk=operation.pk).update(lease_until=database_now() - timedelta(seconds=1))


def opened(scene: Scene, kind: str, target: str) -> Operation:
    """What the cluster product began: the operation that a node's question opens."""
    node = scene.cluster.nodes.get(name=target)
    now = database_now()
    run = NodeRun.objects.create(
        node=node,
        run_id=f"run-{kind}",
        first_event="starting",
        last_event="starting",
        clp_event="FAILOVER",
        first_seen_at=now,
        last_seen_at=now,
        answer=NodeRun.Answer.WAIT,
    )
    with transaction.atomic():
        automatic.carry_out(Cluster.objects.get(), run, Open(kind, target), "The other node is silent.")
    return Operation.objects.get(trigger=run)


def ended(operation: Operation) -> None:
    """It came to its end, as `endings` has it."""
    end(operation.pk, Ending(Status.SUCCEEDED, "Mail is up."), only_if=Q())


def test_a_worker_that_dies_in_a_burst_is_followed_by_another_that_goes_on(scene: Scene) -> None:
    operation = scene.start()
    real = engine.perform

    def dies(row: Operation, token: int, control: Any) -> Any:
        real_beat = control.beat

        def beat(step: str, deadline: float) -> None:
            if step == "network.bullet-2":
                raise Died
            real_beat(step, deadline)

        control.beat = beat
        return real(row, token, control)

    with pytest.raises(Died):
        execute(operation.pk, "worker-1", dies)
    operation.refresh_from_db()
    assert operation.status == "running"
    assert not execute(operation.pk, "worker-2")
    silent(operation)
    scene.work(operation, "worker-2")
    assert (operation.status, operation.takeovers) == ("waiting", 1)
    assert "worker-1" in scene.lines(operation, "resumed")[0][1]
    assert scene.say_all(operation).status == "succeeded"


def test_a_takeover_goes_before_a_burst_whose_worker_loses_it_and_pauses_the_procedure(scene: Scene) -> None:
    operation = scene.start()
    lease = claim(operation.pk, "worker-1")
    assert lease is not None
    journal = OperationJournal(operation.pk, lease.token)
    journal.write("started", "Give the group its script resource", step="scripts")
    journal.write("acting", "It acts.", step="scripts", data={"attempt": 1})
    takeover = opened(scene, "takeover", "NGO-EX2")
    with pytest.raises(LeaseLost):
        journal.write("done", "It is done.", step="scripts")
    operation.refresh_from_db()
    assert (operation.status, operation.superseded_by, operation.lease_owner) == ("paused", takeover, "")
    assert progress_of(operation.pk).in_doubt == "scripts"
    assert reservations.acting(scene.cluster) == takeover
    ended(takeover)
    assert reservations.why_held(scene.cluster, "failback", "NGO-EX1") is None
    assert "manage.py cooldown" in why(lambda: setup.resume(operation, scene.olga))
    scene.sweep()
    operation.refresh_from_db()
    assert operation.status == "paused", "only a person has it go on"


def test_after_a_takeover_it_is_resumed_by_a_person_and_proves_what_it_had(scene: Scene) -> None:
    operation = scene.begun()
    takeover = opened(scene, "takeover", "NGO-EX2")
    ended(takeover)
    Cluster.objects.update(cooldown_seconds=0)
    with lacking.interconnect_first(scene.ground):
        setup.resume(operation, scene.otto)
        assert scene.work(operation).waiting_step == "network"
    assert (operation.superseded_by, operation.paused_by) == (None, "")
    assert [step for step, _ in scene.lines(operation, "reopened")] == ["network"]
    assert reservations.why_held(scene.cluster, "failback", "NGO-EX1") is not None


def test_a_start_goes_before_a_burst_and_the_procedure_goes_on_by_itself(scene: Scene) -> None:
    operation = scene.start()
    assert claim(operation.pk, "worker-1") is not None
    start = opened(scene, "start", "NGO-EX1")
    operation.refresh_from_db()
    assert (operation.status, operation.superseded_by) == ("waiting", None)
    scene.sweep()
    operation.refresh_from_db()
    assert operation.status == "waiting", "something else acts"
    ended(start)
    scene.sweep()
    operation.refresh_from_db()
    assert operation.status == "queued"
    assert scene.work(operation).status == "waiting"


@pytest.mark.parametrize(
    ("node", "how", "seen"),
    [("NGO-EX1", "succeeded", True), ("NGO-EX1", "failed", False), ("NGO-EX2", "succeeded", False)],
)
def test_a_start_that_it_asked_for_itself_and_that_ended_well_needs_nobody_to_look(
    scene: Scene, node: str, how: str, seen: bool
) -> None:
    operation = scene.start()
    lease = claim(operation.pk, "worker-1")
    assert lease is not None
    Operation.objects.filter(pk=operation.pk).update(current_step="start")
    receipts = OperationReceipts(operation.pk, lease.token)
    receipts.keep(Receipt("start", "setup.group.start", "The group was on no node.", {"node": "NGO-EX1"}))
    start = opened(scene, "start", node)
    end(start.pk, Ending(Status(how), "So it ended."), only_if=Q())
    start.refresh_from_db()
    assert (start.acknowledged_by == "changeover") is seen
    assert (f"operation {operation.pk}, had the group started" in start.acknowledge_note) is seen


def test_a_pause_that_was_asked_for_outlasts_a_start(scene: Scene) -> None:
    operation = scene.start()
    assert claim(operation.pk, "worker-1") is not None
    setup.pause(operation, scene.olga, "Lunch.")
    ended(opened(scene, "start", "NGO-EX1"))
    scene.sweep()
    operation.refresh_from_db()
    assert (operation.status, operation.paused_by, operation.pause_reason) == ("paused", "olga", "Lunch.")


def test_a_procedure_that_rests_for_a_person_is_left_alone_by_a_start(scene: Scene) -> None:
    operation = scene.begun()
    step, text = operation.waiting_step, operation.waiting_text
    ended(opened(scene, "start", "NGO-EX1"))
    operation.refresh_from_db()
    assert (operation.status, operation.waiting_step, operation.waiting_text) == ("waiting", step, text)


def test_one_that_is_paused_stays_so_whatever_the_cluster_product_does(scene: Scene) -> None:
    operation = setup.pause(scene.begun(), scene.olga, "Lunch.")
    takeover = opened(scene, "takeover", "NGO-EX2")
    operation.refresh_from_db()
    assert (operation.status, operation.paused_by) == ("paused", "olga")
    assert operation.superseded_by == takeover
    assert any(f"Operation {takeover.pk}" in text for _, text in scene.lines(operation, "note"))


def test_a_node_that_reboots_in_the_middle_is_waited_for_and_nothing_looks_good_meanwhile(scene: Scene) -> None:
    node = lacking.node_of(scene.ground)
    operation = scene.start()
    switch(scene.ground.lab.world, node, "winrm-down", True)
    try:
        scene.work(operation)
        assert (operation.status, operation.waiting_step) == ("waiting", "network")
        assert operation.wake_at is not None
        rows = {row.key: row for row in scene.board(operation).rows}
        assert rows["standby-services"].verdict == "unknown"
    finally:
        switch(scene.ground.lab.world, node, "winrm-down", False)
    Operation.objects.filter(pk=operation.pk).update(wake_at=database_now())
    scene.sweep()
    assert scene.work(operation).waiting_step != "network"


def test_one_that_no_worker_takes_up_again_rests_on_and_says_so(scene: Scene) -> None:
    operation = scene.begun()
    setup.check_again(operation, scene.olga)
    Operation.objects.filter(pk=operation.pk).update(claim_before=database_now())
    upkeep.expire_unclaimed()
    operation.refresh_from_db()
    assert (operation.status, operation.ended_at) == ("waiting", None)
    assert "no worker of the site" in operation.waiting_text
    assert operation.wake_at is not None


def test_a_password_that_cannot_be_had_does_not_end_what_has_gone_on_for_days(scene: Scene) -> None:
    operation = scene.begun()
    password = scene.ground.lab.state / "lab-nodes.password"
    hidden = password.rename(password.with_suffix(".away"))
    setup.check_again(operation, scene.olga)
    scene.work(operation)
    assert (operation.status, operation.waits_for) == ("waiting", "mend")
    assert "could not be carried on" in operation.waiting_text
    hidden.rename(password)
    setup.check_again(operation, scene.olga)
    assert scene.work(operation).waits_for == "word"


def test_where_exchange_is_in_use_a_move_is_a_failover_of_its_own_which_alone_is_let_through(scene: Scene) -> None:
    with lacking.store_elsewhere(2)(scene.ground):
        operation = scene.say_all(scene.begun())
        assert (operation.waits_for, operation.waiting_target) == ("move", "NGO-EX2"), operation.waiting_text
        assert operation.waiting_step == "to-standby"
        assert "Plan a failover of Nagoya to NGO-EX2" in operation.waiting_remedy
        held = {kind: reservations.why_held(scene.cluster, kind, node) for kind, node in MOVES}
        assert {kind for kind, refusal in held.items() if refusal is None} == {"failover", "takeover"}
        assert "It waits for a move to NGO-EX2." in str(held["failback"])
        failover = making.operation(scene.cluster, "failover")
        assert failover.target == "NGO-EX2"
        Operation.objects.filter(pk=operation.pk).update(wake_at=database_now())
        scene.sweep()
        operation.refresh_from_db()
        assert operation.status == "waiting", "the move acts"
    ended(failover)
    scene.sweep()
    operation.refresh_from_db()
    assert operation.status == "queued"
    assert scene.say_all(scene.work(operation)).status == "succeeded"


MOVES = (("failover", "NGO-EX2"), ("failback", "NGO-EX1"), ("takeover", "NGO-EX2"), ("undo", ""))


def test_one_that_ended_uncertain_is_answered_and_goes_on_even_after_a_takeover(scene: Scene) -> None:
    operation = scene.begun()
    step = operation.waiting_step
    Operation.objects.filter(pk=operation.pk).update(status="uncertain", ended_at=database_now(), ending_step=step)
    ended(opened(scene, "takeover", "NGO-EX2"))
    Cluster.objects.update(cooldown_seconds=0)
    world.observed(scene.cluster, ago=-1)
    operation.refresh_from_db()
    continuing.carry_on(operation, continuing.Choice.AGAIN, scene.olga, "Both nodes are as they were.")
    scene.work(operation)
    assert (operation.status, operation.waiting_step) == ("waiting", step)
    assert scene.states(operation)["network"] == "done"
    assert reservations.resting(scene.cluster) == operation
