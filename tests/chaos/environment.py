"""Everything that runs for the harness, as processes: pages, two workers, Redis, a database, a lab, and a proxy."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, TypeVar

import ldap3
from django.db import DatabaseError, connection

from console.demo import children
from console.demo.process import Process
from console.demo.ready import LOOPBACK, file_is_there, free_port, log_says, page_answers, redis_answers
from console.demo.supervisor import Ready
from console.lab import control
from console.lab.assemble import DirectoryPart
from tests.chaos import world
from tests.chaos.postgres import Postgres
from tests.chaos.proxy import Proxy, State
from tests.chaos.wires import FOLDER, Post
from tests.directory.snapshot import Snapshot, snapshot

LOGIN, PASSWORD = "olga", "correct horse battery staple"
LEASE_SECONDS = 3
START_WITHIN = 90.0
WORKERS = ("worker-a", "worker-b")
SETTINGS = {
    "CHANGEOVER_LEASE_SECONDS": str(LEASE_SECONDS),
    "CHANGEOVER_SWEEP_EVERY": "1",
    "CHANGEOVER_OBSERVE_EVERY": "86400",  # looks have no part in the cases, and two cores are few
    "CHANGEOVER_LOG_FORMAT": "json",
}
FLAG = "msExchPatchMDB"
"""The flag by which a store that another server wrote may be mounted."""
T = TypeVar("T")


class Environment:
    """All processes, and the way to each of them. `start` makes Django of this process use its database."""

    def __init__(self, folder: Path, database: str = "postgresql") -> None:
        self.folder = folder
        self.post = Post(folder)
        self.proxy = Proxy()
        self.address = f"http://{LOOPBACK}:{free_port(0)}"
        self.postgres = Postgres(folder / "postgresql") if database == "postgresql" else None
        self.processes: dict[str, Process] = {}
        self._socket = folder / "redis.sock"
        self._ready: set[int] = set()
        self._stack = ExitStack()
        self.env = children.environment(os.environ, folder, self._socket) | SETTINGS | {FOLDER: str(folder)}
        if self.postgres:
            self.env["CHANGEOVER_DATABASE_URL"] = self.postgres.url

    # -- from start to end

    def start(self) -> None:
        """Start everything; returns when the pages answer and both workers take messages."""
        self._stack.enter_context(self.proxy)
        self.start_redis()
        inventory = self._start_lab()
        if self.postgres:
            self.postgres.start()
            self._stack.callback(self.postgres.stop)
        self._set_up_django()
        self._fill(inventory)
        self.start_pages()
        for name in WORKERS:
            self.start_worker(name)
        for name in WORKERS:
            self.worker_is_ready(name)
        self.pages_answer()

    def stop(self) -> None:
        """End every process, and leave nothing that runs."""
        for process in reversed(list(self.processes.values())):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
            process.ask_to_stop()
        for process in self.processes.values():
            process.stop(time.monotonic() + 5)
        self._stack.close()

    def _start_lab(self) -> Path:
        inventory, described = self.folder / "inventory.yaml", self.folder / "lab.yaml"
        world.write(world.lab(self.address), described)
        options = ("--definition", str(described), "--state", str(self.folder / "lab"), "--inventory-out")
        lab = self._run("lab", [*children.MANAGE, "lab", "up", *options, str(inventory)])
        self._wait(lab, file_is_there(inventory))
        self.lab = control.wait_for_lab(self.folder / "lab", 30)
        world.lead_over(self.proxy, inventory)
        return inventory

    def _set_up_django(self) -> None:
        import django
        from django.core.management import call_command

        os.environ.update(self.env)
        os.environ["DJANGO_SETTINGS_MODULE"] = "console.settings"
        django.setup()
        call_command("migrate", "--no-input", verbosity=0)

    def _fill(self, inventory: Path) -> None:
        from django.contrib.auth.models import User

        from console.domain.secrets import Secret
        from console.models import Grant, Node
        from console.services import audit
        from console.services.hooks.keys import issue_key
        from console.services.inventory_apply import apply_inventory

        user = User.objects.create_user(LOGIN, password=PASSWORD)
        Grant.objects.create(user=user, role="administrator")
        apply_inventory(inventory.read_text(encoding="utf-8"), audit.SYSTEM)
        for node in Node.objects.all():
            key_id, key = world.key_of(node.name)
            issue_key(node, audit.SYSTEM, key_id=key_id, key=Secret(key))

    # -- processes that cases kill

    def start_redis(self) -> None:
        """An empty Redis."""
        self._socket.unlink(missing_ok=True)
        self._wait(self._run("redis", children.redis(self._socket)), redis_answers(self._socket))

    def start_pages(self) -> None:
        """Start the pages, where nodes ask too; they are not waited for."""
        self._run("web", children.web(self.address))

    def pages_answer(self) -> None:
        """Wait until the pages answer."""
        self._wait(self.processes["web"], page_answers(self.address))

    def kill(self, name: str) -> None:
        """The process is gone at once, with all that it held."""
        self.processes.pop(name).stop(0)

    def start_worker(self, name: str) -> None:
        """Start a worker that carries trip wires; it is not waited for."""
        plain = children.worker()
        at = plain.index("-A") + 1
        self._run(name, [*plain[:at], "tests.chaos.worker", *plain[at + 1 :], "--hostname", f"{name}@%h"])

    def worker_is_ready(self, name: str) -> None:
        """Wait until the worker takes messages."""
        process = self.processes[name]
        if process.pid not in self._ready:
            self._wait(process, log_says(process, "ready."))
            self._ready.add(process.pid)

    def mend(self) -> None:
        """Bring back what a case has killed, stopped or cut: workers, Redis, lines; wires are taken down."""
        self.post.go_on()
        self.proxy.change("", State.OPEN)
        if "redis" not in self.processes:
            self.start_redis()
        if "web" not in self.processes:
            self.start_pages()
        self.pages_answer()
        for name in WORKERS:
            with suppress(ProcessLookupError):
                os.killpg(self.processes[name].pid, signal.SIGCONT)
        self.revive()
        for name in WORKERS:
            self.worker_is_ready(name)
        self.post.set(None)

    def revive(self) -> None:
        """Start dead workers again, without waiting for them."""
        for name in WORKERS:
            if self.processes[name].has_ended():
                self.processes[name].stop(0)
                self.start_worker(name)

    def worker_of(self, group: int) -> str:
        """The name of the worker whose process group this is."""
        return next(name for name in WORKERS if self.processes[name].pid == group)

    # -- what it looks like

    def picture(self) -> Snapshot:
        """The directory as an independent client with every right sees it."""
        with self._administrator() as connection:
            return snapshot(connection)

    def after_mounting(self, cluster: str, seen: Snapshot) -> None:
        """Take the mount flags of the cluster's stores back, there and in `seen`, so that each move has to set them."""
        with self._administrator() as connection:
            for dn, values in seen.items():
                if values.get(FLAG) == {b"TRUE"} and f",CN={cluster}-" in dn:
                    connection.modify(dn, {FLAG: [(ldap3.MODIFY_REPLACE, ["FALSE"])]})
                    assert connection.result["result"] == 0, connection.result
                    seen[dn] = values | {FLAG: frozenset({b"FALSE"})}

    def _administrator(self) -> ldap3.Connection:
        part, told = DirectoryPart(), self.lab.status()["directory"]
        server = ldap3.Server(
            told["host"], told["tls_port"], use_ssl=True, tls=ldap3.Tls(validate=0), get_info=ldap3.NONE
        )
        account = f"{part.netbios}\\Administrator"
        return ldap3.Connection(server, account, part.administrator_password, auto_bind=True, auto_referrals=False)

    def told(self, cluster: str) -> dict[str, Any]:
        """A cluster by the lab's own word."""
        return next(dict(item) for item in self.lab.status()["clusters"] if item["name"] == cluster)

    # -- the small things

    def _run(self, name: str, argv: list[str]) -> Process:
        process = Process(name, argv, self.folder / f"{name}.log", self.env)
        process.start()
        self.processes[name] = process
        return process

    def _wait(self, process: Process, ready: Ready) -> None:
        deadline = time.monotonic() + START_WITHIN
        while (reason := ready()) is not None:
            assert not process.has_ended(), f"{process.name} ended: {process.last_lines()}"
            assert time.monotonic() < deadline, f"{process.name} is not ready: {reason}"
            time.sleep(0.05)


class Overdue(Exception):
    """Something did not come to pass in time; the text says what."""


def until(what: Callable[[], T | None], why: str, within: float, pause: float = 0.05) -> T:
    """What `what` gives as soon as that is something; a database that is away for a moment is asked again.

    Raises `Overdue` with `why` after `within` seconds.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            found = what()
        except DatabaseError:
            connection.close()
            found = None
        if found:
            return found
        if time.monotonic() > deadline:
            raise Overdue(f"not within {within:.0f} s: {why}")
        time.sleep(pause)
