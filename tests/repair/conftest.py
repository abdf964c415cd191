"""A small world with a cluster of each generation, and a way to run a command on its nodes without the wire."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from console.lab.cmd.process import Process
from console.lab.cmd.run import run
from console.lab.presets import fast_definition, fukuoka, kyoto
from console.lab.world import World


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


Shell = Callable[..., Ran]


@pytest.fixture
def world() -> Iterator[World]:
    """Kyoto and Fukuoka, without any port open."""
    world = World(fast_definition(kyoto(), fukuoka(), speed=5.0))
    world.schedule.run()
    yield world
    world.schedule.stop()


@pytest.fixture
def shell(world: World) -> Shell:
    """Run a command line on a node without the wire."""

    def on(node: str, line: str, *, administrator: bool = True, stdin: bytes = b"") -> Ran:
        out, err = bytearray(), bytearray()
        user = rf"{node}\Administrator"
        process = Process(world, world.node(node), out.extend, err.extend, user, administrator, stdin=lambda: stdin)
        code = run(process, line)
        return Ran(code, out.decode(), err.decode())

    return on
