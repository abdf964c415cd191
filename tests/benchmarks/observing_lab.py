"""A lab of many clusters, each answer of whose nodes takes a round trip: python -m tests.benchmarks.observing_lab ...

It prints a line when everything listens; to each line that it is given it answers with what it has cost so far.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import django

from console.lab import presets
from console.lab.assemble import assemble
from console.lab.cmd.process import Process
from console.lab.definition import Cluster
from console.lab.server import Lab
from console.lab.wsman import shells

ROOT = Path(__file__).parents[2]
INVENTORY = "inventory.yaml"
REMEMBERED = 45.0
"""Seconds for which a node's answer stays what it was: its clock, which is asked too, lags behind by so much."""
_MARK = re.compile(r"@@[0-9a-f]{12}:")
EACH = 20
"""Clusters with a directory of their own: the lab's directory looks through all of its objects for each question."""


def cluster(number: int) -> Cluster:
    """A cluster of Exchange 2007: Windows Server 2008 has the PowerShell that Ansible wants."""
    base = f"127.{20 + number // 200}.{number % 200}"
    made = presets._cluster(f"C{number:03}", f"C{number:03}", "2007", presets.FAST, base, {"smtp": 0}, STORES)
    for node in made.nodes:
        node.tls_port = None
    return made


STORES = {"First Storage Group": ["Mailbox Database"], "Second Storage Group": ["Mailbox Database 2"]}


def serve(count: int, round_trip: float, folder: Path) -> None:
    """Run labs of together `count` clusters in this process until standard input ends. `round_trip` is in seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    from console.services.inventory_export import dump  # its imports need the settings

    remember()
    inventory: dict[str, list[Any]] = {"sites": [], "credentials": [], "directories": [], "clusters": []}
    with ExitStack() as stack:
        for first in range(0, count, EACH):
            world = presets.fast_definition(*map(cluster, range(first, min(first + EACH, count))))
            world.directory = {"mailboxes": 5}
            lab = stack.enter_context(assemble(world, folder / f"lab-{first}"))
            for node in lab.world.nodes:
                node.faults["slow"] = {"ms": str(round_trip * 1000)}
            _add(inventory, lab, f"-{first}")
        (folder / INVENTORY).write_text(dump(inventory), encoding="utf-8")
        print("ready", flush=True)  # noqa: T201 (that is what it is for)
        for _ in sys.stdin:
            print(json.dumps(_cost()), flush=True)  # noqa: T201


def remember() -> None:
    """From now on a node looks at itself once in a while only, for each of the lines that it is asked.

    Nothing happens on these nodes, and what a lab has to compute is no part of what is measured. The marks between the
    commands of a batch are the question's own.
    """
    answers: dict[tuple[str, str], tuple[float, int, list[tuple[str, bytes]]]] = {}

    def run(process: Process, line: str) -> int:
        found = _MARK.search(line)
        mark = found.group().encode() if found else b"\0"
        key = process.node.name, _MARK.sub("", line)
        at, code, printed = answers.get(key, (0.0, 0, []))
        if time.monotonic() - at > REMEMBERED:
            heard: list[tuple[str, bytes]] = []
            hearing = {name: partial(_hear, heard, name) for name in ("stdout", "stderr")}
            code = real(process.child(**hearing), line)
            printed = [(name, data.replace(mark, b"@@?:")) for name, data in heard]
            answers[key] = time.monotonic(), code, printed
        for name, data in printed:
            getattr(process, name)(data.replace(b"@@?:", mark))
        return code

    real, shells.run = shells.run, run


def _hear(heard: list[tuple[str, bytes]], name: str, data: bytes) -> None:
    heard.append((name, data))


def _add(inventory: dict[str, list[Any]], lab: Lab, mark: str) -> None:
    """The lab's inventory, in which credentials and directory get names of their own, put with the others."""
    from console.management.lab_inventory import lab_inventory  # its imports need the settings

    found = lab_inventory(lab)
    inventory["sites"] = found["sites"]
    named = {item["name"]: item["name"] + mark for item in [*found["credentials"], *found["directories"]]}
    for kind in ("credentials", "directories", "clusters"):
        inventory[kind] += [_renamed(item, named) for item in found[kind]]


def _renamed(item: Any, named: dict[str, str]) -> Any:
    if isinstance(item, list):
        return [_renamed(part, named) for part in item]
    if not isinstance(item, dict):
        return item
    renamed = {key: _renamed(value, named) for key, value in item.items()}
    for key in ("name", "credential", "directory"):
        if key in item:
            renamed[key] = named.get(item[key], item[key])
    return renamed


def _cost() -> dict[str, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"seconds": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024}


@dataclass
class RunningLab:
    """A lab in a process of its own."""

    folder: Path
    process: subprocess.Popen[str]

    def cost(self) -> dict[str, float]:
        """Its processor time so far in `seconds`, and its peak memory in `mib`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        told: dict[str, float] = json.loads(self.process.stdout.readline())
        return told


@contextmanager
def running(count: int, round_trip: float, folder: Path, env: dict[str, str]) -> Iterator[RunningLab]:
    """A lab of `count` clusters that listens; its inventory lies in `folder`."""
    command = [sys.executable, "-m", "tests.benchmarks.observing_lab", str(count), str(round_trip), str(folder)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=env, text=True, **pipes) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n", "the lab did not come up; see above"
            yield RunningLab(folder, process)
        finally:
            process.terminate()


if __name__ == "__main__":
    serve(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
