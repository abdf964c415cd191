"""The nodes' way to the console's webhook: every exchange in a thread of its own, so that the world goes on."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from console.lab.definition import Webhook
from console.lab.hook_client import HookClient, Outcome
from console.lab.schedule import Scheduler
from console.lab.state import Node

TIMEOUT = 10.0
"""Real seconds for one exchange."""
KEY_FILE = r"C:\Changeover\node.key"
"""Where a node keeps its key; without the file the lab's definition has it."""


@dataclass(eq=False)
class Call:
    """One exchange under way: `outcome` is None until it has ended."""

    outcome: Outcome | None = None
    expired: bool = False
    """Whether the answer is a go whose time has passed by the console's clock."""

    @property
    def done(self) -> bool:
        """Whether it has ended, with an answer or in silence."""
        return self.outcome is not None

    @property
    def kind(self) -> str:
        """What came of it; `silent` also while nothing has."""
        return self.outcome.kind if self.outcome else "silent"


class Hooks:
    """Sends the nodes' messages and records their answers."""

    def __init__(self, schedule: Scheduler, webhook: Webhook, record: Callable[..., object]) -> None:
        self._schedule = schedule
        self._record = record
        self.use(webhook)

    def use(self, webhook: Webhook) -> None:
        """Where the console is from now on. What was learned of its clock is forgotten."""
        with self._schedule.lock:
            self._webhook = webhook
            self._clients: dict[str, HookClient] = {}

    def describe(self) -> dict[str, Any]:
        """Where the console is (empty: nobody has said), and the id of each node's key."""
        with self._schedule.lock:
            return {"url": self._webhook.url, "keys": {name: key.id for name, key in self._webhook.keys.items()}}

    def event(self, node: Node, event: str, fields: dict[str, str], seconds: float = TIMEOUT) -> Call:
        """Tell the console of an event, with the other keys of its body."""
        return self._start(node, event, fields["run"], lambda client: client.event(event, fields), seconds)

    def run(self, node: Node, run: str) -> Call:
        """Ask the console what a run is to do."""
        return self._start(node, "asks", run, lambda client: client.run(run), TIMEOUT)

    def _start(self, node: Node, event: str, run: str, ask: Callable[[HookClient], Outcome], seconds: float) -> Call:
        call, client = Call(), self._client(node)
        if client is None or node.faulty("webhook-unreachable"):
            self._end(call, node, event, Outcome("silent", run, detail="no way to the console"))
            return call
        client.timeout = seconds

        def exchange() -> None:
            self._end(call, node, event, ask(client), client)

        threading.Thread(target=exchange, name="lab-hook", daemon=True).start()
        return call

    def _end(self, call: Call, node: Node, event: str, outcome: Outcome, client: HookClient | None = None) -> None:
        with self._schedule.lock:
            if event != "asks" or outcome.kind != "wait":
                said = " ".join(filter(None, (outcome.kind, outcome.refusal, outcome.detail)))
                self._record("hook", f"{event} {outcome.run}", "", said, node=node.name, by=outcome.reason)
            if client and outcome.expires:
                call.expired = outcome.expires.timestamp() <= client.clock() + client.offset
            call.outcome = outcome
            self._schedule.touch()

    def _client(self, node: Node) -> HookClient | None:
        known = self._webhook.keys.get(node.name)
        key = _key_file(node) or ((known.id, known.key) if known else None)
        if not self._webhook.url or key is None:
            return None
        client = self._clients.get(node.name)
        if client is None or (client.key_id, client.key) != key:
            client = HookClient(self._webhook.url, *key, clock=lambda: _clock(node))
            self._clients[node.name] = client
        return client


def _key_file(node: Node) -> tuple[str, str] | None:
    """The id and the key in the file that the scripts read; None without one, or without both in it."""
    item = node.disk.item(KEY_FILE)
    if item is None or item.data is None:
        return None
    lines = dict(line.partition("=")[::2] for line in item.data.decode("ascii", "replace").splitlines())
    return (lines["id"], lines["key"]) if {"id", "key"} <= lines.keys() else None


def _clock(node: Node) -> float:
    """The node's own clock: seconds since 1970."""
    return time.time() + float(node.faults.get("clock-off", {}).get("seconds") or 0)
