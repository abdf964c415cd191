"""A whole installation beside the test: its own database, a real Redis, a real Celery worker, and a lab."""

import atexit
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from console.demo import children
from console.demo.ready import LOOPBACK, free_port, page_answers
from console.lab import presets
from console.lab.assemble import assemble
from console.lab.definition import Cluster
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.services.access import os_user
from console.services.inventory_export import dump
from tests import schema


@dataclass
class Installation:
    """Its folder, its environment, its lab, and the processes that were started for it."""

    folder: Path
    lab: Lab
    env: dict[str, str]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def manage(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        """Run `manage.py` and give its exit code and what it said."""
        argv = [*children.MANAGE, *words]
        done = subprocess.run(argv, env=self.env, input=stdin, capture_output=True, text=True, timeout=90, check=False)
        return done.returncode, done.stdout, done.stderr

    def json(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Run `manage.py` with `--json` and give its exit code and its one object."""
        code, out, err = self.manage(*words, "--json")
        try:
            return code, json.loads(out)
        except ValueError:
            raise AssertionError(f"no single JSON object on standard output:\n{out}\n{err}") from None

    def start(self, name: str, argv: list[str], **env: str) -> subprocess.Popen[bytes]:
        """Start a process with `env` besides its environment; its output goes to a log in the folder."""
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(argv, env=self.env | env, stdout=log, stderr=log, start_new_session=True)
        self.started.append(process)
        return process

    def worker(self, name: str = "worker", app: str = "tasks", **env: str) -> subprocess.Popen[bytes]:
        """Start a worker with its scheduler and wait until it takes messages."""
        before = self.told(name).count("ready.")
        argv = [app if word == "tasks" else word for word in children.worker()]
        process = self.start(name, [*argv, "--hostname", f"{name}@%h"], **env)
        wait_for(lambda: self.told(name).count("ready.") > before, 90)
        return process

    def log(self, name: str) -> Path:
        """Where the process of that name writes."""
        return self.folder / f"{name}.log"

    def told(self, name: str) -> str:
        """What the process of that name has written so far."""
        return self.log(name).read_text(encoding="utf-8") if self.log(name).exists() else ""

    def shell(self, text: str) -> str:
        """Run Python with the console set up, and give what it printed."""
        code, out, err = self.manage("shell", "--no-imports", "-c", text)
        assert code == 0, out + err
        return out.strip()

    def redis(self) -> subprocess.Popen[bytes]:
        """Start an empty Redis."""
        socket = self.folder / "redis.sock"
        process = self.start("redis", children.redis(socket))
        wait_for(socket.exists)
        return process

    def pages(self) -> str:
        """Start the pages, which are the webhook too, on a free port; their address once they answer."""
        address = f"http://{LOOPBACK}:{free_port(0)}"
        self.start("web", children.web(address))
        wait_for(lambda: page_answers(address)() is None)
        return address

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the console's database says, read beside the console."""
        with closing(sqlite3.connect(self.folder / "changeover.sqlite3", timeout=20)) as database:
            return database.execute(query).fetchall()

    def statuses(self) -> list[str]:
        """The status of every operation, in their order."""
        return [str(status) for (status,) in self.rows("SELECT status FROM console_operation ORDER BY id")]

    def effects(self, kind: str) -> list[tuple[str, str, str]]:
        """(node, subject, after) of the lab's effects of that kind, as its log tells them."""
        return [(e.node, e.subject, e.after) for e in self.lab.world.log.since(0) if e.kind == kind]

    def stop(self, process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
        """End a process and all that it started."""
        if process.poll() is None:
            os.killpg(process.pid, number)
            process.wait(20)


def wait_for(holds: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


@cache
def _new_console() -> Path:
    """A folder with what every installation begins with, made once: a migrated database, and an administrator.

    That is whoever runs the tests.
    """
    folder = Path(tempfile.mkdtemp(prefix="changeover-new-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    schema.place(folder / schema.DATABASE)
    env = children.environment(os.environ, folder, folder / "redis.sock")
    words = ("account", "add", "ops", "--role", "administrator", "--os-user", os_user(), "--password-stdin")
    argv = [*children.MANAGE, *words]
    subprocess.run(argv, env=env, input="A-Test-Password-1\n", capture_output=True, text=True, check=True)
    return folder


@contextmanager
def installed(folder: Path, *clusters: Cluster) -> Iterator[Installation]:
    """Migrated, with whoever runs the tests as administrator and the lab's inventory; only the lab is started."""
    world = presets.fast_definition(*clusters)
    world.directory = {"mailboxes": 60}
    env = children.environment(os.environ, folder, folder / "redis.sock")
    env |= {"CHANGEOVER_LEASE_SECONDS": "2", "CHANGEOVER_SWEEP_EVERY": "1", "PYTHON": sys.executable}
    with assemble(world, folder / "lab") as lab:
        made = Installation(folder, lab, env)
        inventory = folder / "inventory.yaml"
        inventory.write_text(dump(lab_inventory(lab)), encoding="utf-8")
        shutil.copytree(_new_console(), folder, dirs_exist_ok=True)
        code, out, err = made.manage("inventory", "apply", str(inventory))
        assert code == 0, out + err
        yield made
        for process in reversed(made.started):
            made.stop(process)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation with one cluster."""
    with installed(tmp_path, presets.tokyo(base="127.0.32")) as made:
        yield made
