"""A console and a lab whose nodes ask it over HTTP: rows in a database, workers in threads, nobody who clicks."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import close_old_connections, connections

from console.domain.secrets import Secret
from console.lab import presets
from console.lab.assemble import assemble
from console.lab.definition import NodeKey, Script, Webhook
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.models import Cluster, Go, Node, NodeRun, Operation
from console.services import audit, deciding, observe, upkeep
from console.services.execute import execute
from console.services.hooks.keys import issue_key
from console.services.inventory_apply import apply_inventory
from console.services.inventory_export import dump

TYO1, TYO2 = "TYO-EX1", "TYO-EX2"
KEYS = {TYO1: NodeKey("key-tyo-1", "1a" * 32), TYO2: NodeKey("key-tyo-2", "2b" * 32)}
QUICK = {
    "stop_service": 5.0,
    "start_service": 10.0,
    "move_group": 10.0,
    "mount_stores": 5.0,
    "greeting": 8.0,
    "command": 10.0,
    "go": 20.0,
}


class Scene:
    """Tokyo with the console's scripts, and a console beside it. `workers` carry out what there is to do."""

    def __init__(self, folder: Path, url: str, **script: Any) -> None:
        settings = Script(**{"retry": 0.2, "silence_after": 60.0, **script})
        world = presets.fast_definition(replace(presets.tokyo(base="127.0.41"), scripts="console", script=settings))
        world.directory = {"mailboxes": 20}
        world.webhook = Webhook(url, KEYS)
        self.lab: Lab = assemble(world, folder)
        self.lab.start()
        apply_inventory(dump(lab_inventory(self.lab)), audit.SYSTEM)
        Cluster.objects.update(timing=QUICK)
        self.cluster = Cluster.objects.get()
        for name, key in KEYS.items():
            issue_key(Node.objects.get(name=name), audit.SYSTEM, key_id=key.id, key=Secret(key.key))
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def close(self) -> None:
        self.workers_stop()
        self.lab.stop()

    def workers(self) -> None:
        """Start who decides and who carries out."""
        self._over.clear()
        self._threads = [threading.Thread(target=self._work, args=(act,)) for act in (_decide, _carry_out)]
        for thread in self._threads:
            thread.start()

    def workers_stop(self) -> None:
        """Let them finish what they do, and no more."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _work(self, act: Callable[[], None]) -> None:
        try:
            while not self._over.is_set():
                act()
                close_old_connections()
                time.sleep(0.05)
        finally:
            connections.close_all()

    def observe(self) -> None:
        """One observation, as the scheduler asks for it."""
        observe.observe(Cluster.objects.select_related("site", "directory").get())

    def until(self, what: Callable[[], Any], within: float = 30.0) -> Any:
        """What `what` gives as soon as that is something; an `AssertionError` that tells all after `within` s."""
        deadline = time.monotonic() + within
        while not (found := what()):
            assert time.monotonic() < deadline, self.story()
            time.sleep(0.05)
        return found

    def ended(self, number: int = -1, within: float = 60.0) -> Operation:
        """The operation (by default the last one, once there is one) when it has ended."""
        chosen = (lambda: Operation.objects.order_by("pk").last()) if number < 0 else _nth(number)
        return self.until(lambda: (found := chosen()) and not found.open and found, within)

    def run_of(self, node: str, **which: Any) -> NodeRun:
        """The last question of that node that fits, once there is one."""
        asked = NodeRun.objects.filter(node__name=node, first_event="starting", **which)
        return self.until(lambda: asked.order_by("-pk").first())

    def goes(self) -> list[str]:
        """The nodes of all goes that were ever given, in their order."""
        return list(Go.objects.order_by("pk").values_list("run__node__name", flat=True))

    def owner(self) -> str:
        """The node that has the group, by the lab's own word."""
        group = self.lab.world.clusters[0].groups[0]
        return group.owner.name if group.owner else ""

    def effects(self, kind: str) -> list[tuple[str, str, str]]:
        """(node, subject, after) of the lab's effects of a kind, as its log tells them."""
        return [(e.node, e.subject, e.after) for e in self.lab.world.log.since(0) if e.kind == kind]

    def started_on(self) -> set[str]:
        """The nodes on which the store service was ever started after the lab began."""
        return {node for node, name, after in self.effects("service") if name == "MSExchangeIS" and after == "RUNNING"}

    def story(self) -> str:
        """Everything that was decided and done, for a test that fails."""
        lines = [f"{r.node.name} {r.first_event}/{r.last_event} {r.answer} {r.decision} {r.reason}" for r in _runs()]
        for operation in Operation.objects.order_by("pk"):
            lines.append(f"{operation.pk} {operation.kind} to {operation.target}: {operation.status}")
            lines += [f"   {line.kind} {line.step}: {line.text}" for line in operation.journal.all()]
        return "\n".join(lines)


def _runs() -> list[NodeRun]:
    return list(NodeRun.objects.select_related("node").order_by("pk"))


def _nth(number: int) -> Callable[[], Operation | None]:
    return lambda: Operation.objects.filter(pk=number).first()


def _decide() -> None:
    for run in deciding.due():
        deciding.decide(run.pk)
    upkeep.sweep()


def _carry_out() -> None:
    for pk in Operation.objects.filter(status=Operation.Status.QUEUED).values_list("pk", flat=True):
        execute(pk, "worker")
