"""Kyoto and Fukuoka without any port open, in a time that the tests move on, and ways to run a command there."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from console.lab import definition, presets
from console.lab.cmd.process import Process
from console.lab.cmd.run import run
from console.lab.state import Cluster
from console.lab.world import World

Definition = definition.World
LONG = 1000.0
"""World seconds in which everything that ends has ended."""


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


class Nodes:
    """A world whose clock is driven: what a command waits for happens while it waits."""

    def __init__(self, item: Definition) -> None:
        self.world = World(replace(item, clock="driven"))

    def cluster(self, name: str) -> Cluster:
        return self.world.cluster(name)

    def run(
        self, node: str, line: str, *, administrator: bool = True, delegated: bool = False, stdin: bytes = b""
    ) -> Ran:
        """Run a command line to its end, time passing as long as it waits."""
        out, err, code = bytearray(), bytearray(), list[int]()
        world = self.world
        encoding = "cp932" if world.node(node).faulty("cp932") else "utf-8"
        process = Process(
            world,
            world.node(node),
            out.extend,
            err.extend,
            rf"{node}\Administrator",
            administrator,
            encoding,
            stdin=lambda: stdin,
            delegated=delegated,
        )
        thread = threading.Thread(target=lambda: code.append(run(process, line)), daemon=True)
        thread.start()
        for step in range(2000):
            thread.join(0.002)
            if not thread.is_alive():
                break
            world.schedule.advance(0.25 if step < 100 else 5.0)
        assert code, f"{line} does not end"
        return Ran(code[0], out.decode(encoding), err.decode(encoding))

    def pass_time(self, seconds: float = LONG) -> None:
        self.world.schedule.advance(seconds)

    def effects(self, *kinds: str) -> list[tuple[str, str, str, str]]:
        """(node, subject, before, after) of every effect of these kinds."""
        return [(e.node, e.subject, e.before, e.after) for e in self.world.log.since() if e.kind in kinds]


Make = Callable[..., Nodes]


@pytest.fixture
def nodes() -> Nodes:
    return Nodes(presets.fast_definition(presets.kyoto(), presets.fukuoka()))


@pytest.fixture
def kyoto(nodes: Nodes) -> Cluster:
    return nodes.cluster("Kyoto")


@pytest.fixture
def fukuoka(nodes: Nodes) -> Cluster:
    return nodes.cluster("Fukuoka")
