"""A whole console on free ports: lab, Redis, worker and pages as processes of their own, with a database of its own."""

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import ldap3
from ruamel.yaml import YAML

from console.demo import children
from console.demo.process import Process
from console.demo.ready import LOOPBACK, file_is_there, free_port, log_says, page_answers, redis_answers
from console.demo.supervisor import Ready
from console.lab import control, definition, presets
from console.lab.assemble import DirectoryPart
from tests import schema
from tests.directory.snapshot import Snapshot, snapshot

LOGIN, PASSWORD = "olga", "correct horse battery staple"
TOLD = "hooks.corp.example"
"""A host outside that notices may go to; nothing here has that name."""
MAILBOXES = 30
INSTANT = definition.Timings(service_start=0.0, service_stop=0.0, resource_start=0.02, resource_stop=0.02)
DEADLINES = {"stop_service": 3, "start_service": 6, "move_group": 20, "mount_stores": 4, "greeting": 15, "command": 15}
ISSUE = """
import json, sys
from console.domain.secrets import Secret
from console.services.audit import SYSTEM
from console.services.hooks.keys import issue_key
for node in Node.objects.filter(name__in=(keys := json.loads(sys.stdin.readline()))):
    issue_key(node, SYSTEM, key_id=keys[node.name]["id"], key=Secret(keys[node.name]["key"]))
"""
"""Takes in the keys that lie on the lab's nodes, all in one process."""


def lab_of(count: int, scripted: int) -> definition.World:
    """Clusters of two nodes each, Exchange 2003 and 2007 in turn, in one directory.

    MAIL01, MAIL02 ... run no script; NIGHT01, NIGHT02 ... run the console's, which ask it for a go. Kyoto and Fukuoka
    are of Microsoft's cluster service.
    """
    bare = [_cluster(f"MAIL{number:02}", f"MX{number:02}", number) for number in range(1, count + 1)]
    own = [_scripted(_cluster(f"NIGHT{n:02}", f"NX{n:02}", count + n)) for n in range(1, scripted + 1)]
    bases = (f"127.0.{100 + count + scripted + number}" for number in (1, 2))
    carried = [make(INSTANT, base=base) for make, base in zip((presets.kyoto, presets.fukuoka), bases, strict=True)]
    return definition.World([*bare, *own, *carried], presets.accounts(), directory={"mailboxes": MAILBOXES})


def _cluster(name: str, prefix: str, number: int) -> definition.Cluster:
    preset = presets.osaka if number % 2 == 0 else presets.tokyo
    made = preset(INSTANT, base=f"127.0.{100 + number}")
    names = (f"{prefix}-A", f"{prefix}-B")
    nodes = [replace(node, name=name, tls_port=None) for node, name in zip(made.nodes, names, strict=True)]
    return replace(made, name=name, nodes=nodes)


def _scripted(made: definition.Cluster) -> definition.Cluster:
    return replace(made, scripts="console", script=definition.Script(retry=0.2, silence_after=60.0))


def _webhook(world: definition.World, url: str) -> definition.Webhook:
    """A key for every node that runs the console's scripts."""
    asking = [node.name for cluster in world.clusters if cluster.scripts == "console" for node in cluster.nodes]
    keys = {name: definition.NodeKey(f"key-{name.lower()}", secrets.token_hex(32)) for name in asking}
    return definition.Webhook(url, keys)


class Stack:
    """Everything that runs. `start` returns when the pages answer and the worker takes messages."""

    def __init__(self, folder: Path, clusters: int, scripted: int) -> None:
        self.folder = folder
        self.address = f"http://{LOOPBACK}:{free_port(0)}"
        self.world = lab_of(clusters, scripted)
        self.world.webhook = _webhook(self.world, self.address)
        self.part = DirectoryPart()
        self.redis_socket = folder / "redis.sock"
        self.processes: list[Process] = []
        self.ready = False
        self.env = children.environment(os.environ, folder, self.redis_socket) | {
            "DJANGO_SETTINGS_MODULE": "tests.journeys.settings",
            "CHANGEOVER_OBSERVE_EVERY": "86400",  # once; then journeys look when they want to: two cores are few
            "CHANGEOVER_SWEEP_EVERY": "1",
            "CHANGEOVER_OUTBOUND": TOLD,
            "CHANGEOVER_FRESH_SECONDS": "3600",  # windows that stay open for many pages are not asked again half-way
        }

    def start(self) -> None:
        """Start it all, what does not depend on each other side by side."""
        inventory, lab_folder = self.folder / "inventory.yaml", self.folder / "lab"
        described = self.folder / "lab.yaml"
        with described.open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(definition.to_dict(self.world), file)
        queue = self._start("redis", children.redis(self.redis_socket))
        options = ("--definition", str(described), "--state", str(lab_folder), "--inventory-out", str(inventory))
        lab = self._start("lab", [*children.MANAGE, "lab", "up", *options])
        schema.place(self.folder / schema.DATABASE)
        self.manage(*children.account(LOGIN)[len(children.MANAGE) :], typed=PASSWORD)
        self.web = self._start("web", children.web(self.address))
        self._wait(lab, file_is_there(inventory))
        self._hurry(inventory)
        self.manage("inventory", "apply", str(inventory))
        keys = definition.to_dict(self.world)["webhook"]["keys"]
        self.manage("shell", "-c", ISSUE, typed=json.dumps(keys))
        self._wait(queue, redis_answers(self.redis_socket))
        self.start_worker()
        self._wait(self.web, page_answers(self.address))
        self.lab = control.wait_for_lab(lab_folder, 30)
        wait_for(self._all_observed, "every cluster was observed", 240)
        self.ready = True

    def start_empty(self) -> None:
        """Start it as somebody has it who has just installed it: one account, nothing in the inventory, no lab."""
        schema.place(self.folder / schema.DATABASE)
        queue = self._start("redis", children.redis(self.redis_socket))
        self.manage(*children.account(LOGIN)[len(children.MANAGE) :], typed=PASSWORD)
        self.web = self._start("web", children.web(self.address))
        self._wait(queue, redis_answers(self.redis_socket))
        self.start_worker()
        self._wait(self.web, page_answers(self.address))

    def stop(self) -> None:
        """End every process, the last one first."""
        while self.processes:
            process = self.processes.pop()
            process.ask_to_stop()
            process.stop(time.monotonic() + 5)

    def start_worker(self) -> None:
        """Start the worker and wait until it takes messages."""
        self.worker = self._start("worker", children.worker())
        self._wait(self.worker, log_says(self.worker, "ready."))

    def kill_worker(self) -> None:
        """Take the worker away as a crash would."""
        self.processes.remove(self.worker)
        self.worker.stop(0)

    def stop_pages(self) -> None:
        """Take the pages away as a crash would."""
        self.processes.remove(self.web)
        self.web.stop(0)

    def start_pages(self) -> None:
        """Bring the pages back where they were."""
        self.web = self._start("web", children.web(self.address))
        self._wait(self.web, page_answers(self.address))

    def manage(self, *words: str, typed: str = "") -> str:
        """Run `manage.py` to its end and give what it wrote. Raises AssertionError unless it exits with 0."""
        source = self.folder / "typed"
        source.write_text(typed + "\n", encoding="utf-8")
        process = Process("manage", [*children.MANAGE, *words], self.folder / "manage.log", self.env, source)
        process.start()
        code = process.stop(time.monotonic() + 90)
        said = "\n".join(process.last_lines(10_000))
        assert code == 0, said
        return said

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the console's database says, read beside the console."""
        with closing(sqlite3.connect(self.folder / "changeover.sqlite3", timeout=20)) as database, database:
            return database.execute(query, values).fetchall()

    def forget(self, cluster: str) -> None:
        """Let the cluster be one that nobody has observed yet."""
        query = (
            "DELETE FROM console_observationrecord WHERE cluster_id = (SELECT id FROM console_cluster WHERE name = ?)"
        )
        self.rows(query, cluster)

    def picture(self) -> Snapshot:
        """The directory as an independent client with every right sees it."""
        with self.administrator() as connection:
            return snapshot(connection)

    def administrator(self) -> ldap3.Connection:
        """That client's connection; a context manager."""
        told = self.lab.status()["directory"]
        server = ldap3.Server(
            told["host"], told["tls_port"], use_ssl=True, tls=ldap3.Tls(validate=0), get_info=ldap3.NONE
        )
        account = f"{self.part.netbios}\\Administrator"
        return ldap3.Connection(server, account, self.part.administrator_password, auto_bind=True, auto_referrals=False)

    def _all_observed(self) -> bool:
        """The worker observes new clusters by itself; a journey that comes later meets no such look half-way."""
        ((seen,),) = self.rows("SELECT count(*) FROM console_observationrecord")
        return bool(seen == len(self.world.clusters))

    def _hurry(self, inventory: Path) -> None:
        """Deadlines of seconds for every cluster, so that a journey sees one pass."""
        yaml = YAML(typ="safe")
        data = yaml.load(inventory)
        for cluster in data["clusters"]:
            cluster["timing"] = dict(DEADLINES)
        with inventory.open("w", encoding="utf-8") as file:
            yaml.dump(data, file)

    def _start(self, name: str, argv: list[str]) -> Process:
        process = Process(name, argv, self.folder / f"{name}.log", self.env)
        process.start()
        self.processes.append(process)
        return process

    def _wait(self, process: Process, ready: Ready) -> None:
        deadline = time.monotonic() + 90
        while (reason := ready()) is not None:
            assert not process.has_ended(), f"{process.name} ended: {process.last_lines()}"
            assert time.monotonic() < deadline, f"{process.name} is not ready: {reason}"
            time.sleep(0.05)


class LabCluster:
    """One cluster of the lab that belongs to one journey: its nodes, its faults, and what really happened to it."""

    def __init__(self, stack: Stack, item: definition.Cluster) -> None:
        self.stack, self.lab = stack, stack.lab
        self.name, self.generation, self.scripted = item.name, item.generation, item.scripts == "console"
        self.carried = item.product == "mscs"
        self.primary, self.standby = (node.name for node in item.nodes)
        self._seen = 0

    def begin(self) -> Self:
        """What happened until now belongs to other journeys."""
        self._seen = len(self.lab.effects())
        return self

    def alone(self) -> Self:
        """Begin when nothing runs any more that another journey left: all clusters have one directory."""
        running = "SELECT 1 FROM console_operation WHERE status IN ('queued', 'running')"
        wait_for(lambda: not self.stack.rows(running), "what other journeys began has ended", 60)
        return self.begin()

    def fault(self, node: str, name: str, on: bool = True, **arguments: str) -> None:
        """Switch a fault of one of its nodes."""
        self.lab.fault(node, name, on, **arguments)

    def power(self, node: str, on: bool) -> None:
        """Take a node's power, or give it back and wait until its cluster service is up."""
        self.fault(node, "powered-off", not on)
        wait_for(lambda: self._node(node)["engine"] == on, f"{node} is {'up' if on else 'dead'}")

    def endpoint(self, node: str) -> tuple[str, str]:
        """Address and port at which a node answers WinRM."""
        where = urlsplit(self._node(node)["winrm"])
        return str(where.hostname), str(where.port)

    def owner(self) -> str:
        """The node that has the group, by the lab's own word."""
        return str(self._told()["groups"][0]["current"] or "")

    def services(self, node: str) -> dict[str, str]:
        """The state of each service of a node, by the lab's own word."""
        return dict(self._node(node)["services"])

    def automatic(self, but: int = 0) -> tuple[int, str]:
        """The number and status of the last operation that began by itself, except for number `but`; else (0, "")."""
        query = (
            "SELECT o.id, o.status FROM console_operation o JOIN console_cluster c ON c.id = o.cluster_id "
            "WHERE c.name = ? AND o.automatic AND o.id <> ? ORDER BY o.id DESC LIMIT 1"
        )
        found = self.stack.rows(query, self.name, but)
        return found[0] if found else (0, "")

    def taken_over(self, but: int = 0) -> int:
        """Wait until an operation that began by itself has succeeded; its number."""
        wait_for(lambda: self.automatic(but)[1] == "succeeded", f"mail of {self.name} came up by itself", 60)
        return self.automatic(but)[0]

    def effects(self, *kinds: str) -> list[dict[str, Any]]:
        """What changed since the journey began, of these kinds (all when none is named)."""
        mine = (self.primary, self.standby, "directory")
        found = (e for e in self.lab.effects(self._seen) if e["node"] in mine)
        return [e for e in found if not kinds or e["kind"] in kinds]

    def writes(self) -> list[dict[str, Any]]:
        """What changed in the directory since the journey began."""
        return [e for e in self.effects() if e["kind"].startswith("directory.")]

    def untouched(self) -> bool:
        """Whether no service, no group and nothing in the directory changed since the journey began."""
        return not self.effects("service", "group") and not self.writes()

    def _node(self, name: str) -> dict[str, Any]:
        return next(item for item in self._told()["nodes"] if item["name"] == name)

    def _told(self) -> dict[str, Any]:
        return next(item for item in self.lab.status()["clusters"] if item["name"] == self.name)


def wait_for(holds: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait until something holds. Raises AssertionError with `what` when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


def json_lines(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return (json.loads(line) for line in text.splitlines() if line.strip())
