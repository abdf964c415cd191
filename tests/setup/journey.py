"""The way through a whole set-up: a pair on which nothing is set up, a console beside it, and a person with hands."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from console.domain.secrets import Secret
from console.lab import definition, presets
from console.lab.assemble import assemble
from console.lab.definition import NodeKey, Script, Webhook
from console.lab.hands import HANDS, hand
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.models import AuditRecord, Cluster, Node, Operation
from console.services import audit, deciding, engine, plans, setup, upkeep
from console.services.clock import database_now
from console.services.confirm import confirm
from console.services.deployment import settings
from console.services.execute import execute
from console.services.hooks.keys import issue_key
from console.services.inventory_apply import apply_inventory
from console.services.inventory_export import dump
from tests.automatic.scene import QUICK
from tests.services import making

KEYS = (NodeKey("key-one", "1a" * 32), NodeKey("key-two", "2b" * 32))
PATIENT = ("command", "start_service", "stop_service", "move_group", "mount_stores", "greeting")
TIMING = QUICK | dict.fromkeys(PATIENT, 30.0)
"""Nothing is waited for in vain on this way, so a busy machine has all the time that it needs."""
WHOLE = 180.0
"""Seconds until a step of the way is taken for stuck."""


class Died(BaseException):
    """What ends a worker in the middle: nothing after it is done."""


def free_port(address: str) -> int:
    """A port that is free there now: the inventory names the greetings before anything listens."""
    with socket.create_server((address, 0)) as found:
        return int(found.getsockname()[1])


class Journey:
    """A lab with one cluster that is not set up, the console's rows about it, and Olga, who does what is asked."""

    def __init__(self, folder: Path, url: str, made: definition.Cluster) -> None:
        script = Script(retry=0.2, silence_after=60.0)
        greetings = {protocol: free_port(made.floating_ip) for protocol in made.greetings}
        cluster = replace(made, script=script, greetings=greetings)
        world = presets.fast_definition(cluster)
        world.directory = {"mailboxes": 6}
        world.webhook = Webhook(url, {node.name: key for node, key in zip(cluster.nodes, KEYS, strict=True)})
        self.lab: Lab = assemble(world, folder)
        self.lab.start()
        apply_inventory(dump(lab_inventory(self.lab)), audit.SYSTEM)
        Cluster.objects.update(timing=TIMING)
        self.cluster = Cluster.objects.select_related("site").get()
        self.primary, self.standby = (node.name for node in cluster.nodes)
        for name, key in world.webhook.keys.items():
            issue_key(Node.objects.get(name=name), audit.SYSTEM, key_id=key.id, key=Secret(key.key))
        self.olga = making.actor("olga")
        self.pages = Client()
        self.pages.force_login(self.olga.user)
        chief = audit.Actor.of(making.account("chief", "administrator"), AuditRecord.Origin.PAGE)
        settings.change(self.cluster, chief, url=url)
        self.dies_at = ""
        """The step whose command the next worker has just started when it dies."""
        self.done: list[str] = []
        """What a person did, in its order: the keys of hands, and of steps to which a word was given."""

    def close(self) -> None:
        self.lab.stop()

    def start(self, key: str) -> Operation:
        """Olga begins the procedure; no worker has it yet."""
        return setup.start(self.cluster, key, self.olga, "The new pair is to carry mail.")

    def work(self) -> None:
        """Decide what nodes ask, and carry out whatever is queued."""
        for run in deciding.due():
            deciding.decide(run.pk)
        upkeep.sweep()
        waiting = Operation.objects.filter(status__in=(Operation.Status.QUEUED, Operation.Status.RUNNING))
        for pk in waiting.values_list("pk", flat=True):
            self._execute(pk)

    def _execute(self, pk: int) -> None:
        """A worker carries it out; one that dies is not heard of any more."""
        try:
            execute(pk, "worker", self._perform)
        except Died:
            past = database_now() - timedelta(seconds=1)
            Operation.objects.filter(pk=pk).update(lease_until=past)

    def _perform(self, row: Operation, token: int, control: Any) -> Any:
        real = control.beat

        def beat(step: str, deadline: float) -> None:
            if step == self.dies_at and row.journal.filter(kind="note", step=step, text__startswith="Started").exists():
                self.dies_at = ""
                raise Died
            real(step, deadline)

        control.beat = beat
        return engine.perform(row, token, control)

    def go_on(self, operation: Operation, until: Callable[[Operation], bool] = lambda _: False) -> Operation:
        """Work and do what is asked until the procedure has ended, or rests as `until` says."""
        deadline, at = time.monotonic() + WHOLE, ""
        while True:
            self.work()
            operation.refresh_from_db()
            if operation.ended_at or until(operation):
                return operation
            if operation.waiting_step != at:
                deadline, at = time.monotonic() + WHOLE, operation.waiting_step
            assert time.monotonic() < deadline, self.story(operation)
            if operation.resting:
                self.answer(operation)

    def answer(self, operation: Operation) -> None:
        """Do what the procedure waits for, and say so on its page where nothing else tells."""
        step = operation.waiting_step
        if operation.waits_for == "word":
            self.post(operation, "say", step=step, said=f"I did {step} as it is written.")
            self.done.append(step)
            return
        if operation.waits_for == "move":
            self.move(operation)
            return
        key = step.partition(".")[0]
        if key in HANDS and key not in self.done:
            hand(self.lab, self.lab.world.clusters[0].name, key)
            self.done.append(key)
        time.sleep(0.3)
        if Operation.objects.filter(pk=operation.pk, status=Operation.Status.WAITING).exists():
            self.post(operation, "check-again")

    def post(self, operation: Operation, what: str, **fields: str) -> None:
        """Send a form of the operation's page; the page that follows shows the operation."""
        shown = self.pages.post(f"/operations/{operation.pk}/{what}/", fields, follow=True)
        assert shown.status_code == 200
        assert f"/operations/{operation.pk}/" in shown.content.decode()

    def move(self, operation: Operation) -> Operation:
        """Carry out the move for which the procedure waits."""
        kind = "failback" if operation.waiting_target == self.primary else "failover"
        return self.moved(kind)

    def moved(self, kind: str) -> Operation:
        """A failover or failback by hand, to its end."""
        record = plans.make(plans.prepare(self.cluster, kind, "", self.olga, send=False).pk)
        assert record.state == "ready", record.refusal or record.error
        found = confirm(record, self.olga, "It is time.")
        deadline = time.monotonic() + WHOLE
        while found.open:
            assert time.monotonic() < deadline, self.story(found)
            self.work()
            found.refresh_from_db()
        return found

    def owner(self) -> str:
        """The node that has the group, by the lab's own word."""
        group = self.lab.world.clusters[0].groups[0]
        return group.owner.name if group.owner else ""

    def disks(self) -> dict[str, tuple[int, Any]]:
        """Every file of the partition and of both nodes, with size and time; logs and the fence's notes left out."""
        cluster = self.lab.world.clusters[0]
        volumes = {"X": cluster.partition} | {node.name: node.disk.volumes["C"] for node in cluster.nodes}
        with self.lab.world.lock:
            return {
                f"{name}:{item.path}": (len(item.data), item.modified)
                for name, volume in volumes.items()
                for key, item in list(volume.items.items())
                if item.data is not None and r"\changeover\fence" not in key and "userlog" not in key
            }

    def changes(self, since: int) -> list[str]:
        """What the lab saw change after that number, but for the fence's notes."""
        return [f"{e.kind} {e.subject} {e.after}" for e in self.lab.world.log.since(since) if e.kind != "fence"]

    def story(self, operation: Operation) -> str:
        """Everything that was decided and done, for a test that fails."""
        lines = [f"{operation.kind}: {operation.status} at {operation.waiting_step} for {operation.waits_for}"]
        lines += [f"   {line.kind} {line.step}: {line.text}" for line in operation.journal.order_by("seq")]
        return "\n".join(lines[-60:])


def is_set_up(journey: Journey, operation: Operation) -> None:
    """The procedure has ended well, by two workers, with the group and Exchange up on the primary node."""
    assert operation.status == "succeeded", journey.story(operation)
    assert (operation.takeovers, journey.dies_at) == (1, ""), journey.story(operation)
    assert journey.owner() == journey.primary
    own = Operation.objects.filter(kind="start", automatic=True)
    assert {one.acknowledged_by for one in own} == {"changeover"}, "nobody has to look into what the procedure began"
    moved = [f"{e.node}" for e in journey.lab.world.log.since(0) if e.kind == "partition" and e.after == "mounted"]
    assert moved == [journey.primary, journey.standby, journey.primary, journey.primary], "no move was made twice"
    aside = [path for path in journey.disks() if path.startswith(r"X:X:\Set aside" + "\\")]
    assert aside, "what the standby left was set aside, and is still there"


def fails_over_and_back(journey: Journey) -> None:
    """Mail moves to the other node and back, by the console's own operations."""
    for kind, target in (("failover", journey.standby), ("failback", journey.primary)):
        moved = journey.moved(kind)
        assert (moved.status, journey.owner()) == ("succeeded", target), journey.story(moved)


def runs_again_without_a_trace(journey: Journey, key: str) -> None:
    """On the live cluster every step is proved once more; nothing changes and no file is touched."""
    disks, seen, done = journey.disks(), len(journey.lab.world.log.since(0)), list(journey.done)
    again = journey.go_on(journey.start(key))
    assert again.status == "succeeded", journey.story(again)
    assert journey.done == done, "nobody was asked anything"
    assert not again.journal.filter(kind="acting").exists()
    assert journey.changes(seen) == []
    assert journey.disks() == disks
