"""Kyoto and Fukuoka without any port open, in a time that the tests move on, and ways to run a command there."""

from dataclasses import dataclass, replace

import pytest

from console.lab import definition, presets
from console.lab.cmd.process import Process
from console.lab.cmd.run import run
from console.lab.schedule import Condition
from console.lab.state import Cluster
from console.lab.world import World

Definition = definition.World
STEP, DAY = 0.25, 86400.0
LONG = 1000.0
"""World seconds in which everything that ends has ended."""


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


class Waiting(Process):
    """A process that moves the time on itself while it waits, and gives up after a day."""

    def wait(self, condition: Condition) -> None:
        assert self.wait_at_most(condition, DAY), f"{self.line} waits for ever"

    def wait_at_most(self, condition: Condition, seconds: float) -> bool:
        clock = self.world.clock
        end = clock.now() + seconds
        while not condition() and clock.now() < end:
            self.world.schedule.advance(min(STEP, end - clock.now()))
        return condition()


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
        out, err = bytearray(), bytearray()
        world = self.world
        encoding = "cp932" if world.node(node).faulty("cp932") else "utf-8"
        process = Waiting(
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
        code = run(process, line)
        return Ran(code, out.decode(encoding), err.decode(encoding))

    def pass_time(self, seconds: float = LONG) -> None:
        self.world.schedule.advance(seconds)

    def effects(self, *kinds: str) -> list[tuple[str, str, str, str]]:
        """(node, subject, before, after) of every effect of these kinds."""
        return [(e.node, e.subject, e.before, e.after) for e in self.world.log.since() if e.kind in kinds]


@pytest.fixture
def nodes() -> Nodes:
    return Nodes(presets.fast_definition(presets.kyoto(), presets.fukuoka()))


@pytest.fixture
def kyoto(nodes: Nodes) -> Cluster:
    return nodes.cluster("Kyoto")


@pytest.fixture
def fukuoka(nodes: Nodes) -> Cluster:
    return nodes.cluster("Fukuoka")
