"""A lab in the test's own process, and ways to run a command on its nodes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from winrm.protocol import Protocol

from console.lab.cmd.process import Process
from console.lab.cmd.run import run
from console.lab.presets import PASSWORD, fast_definition
from console.lab.presets import tokyo as tokyo_cluster
from console.lab.server import Lab
from console.lab.state import Cluster, Node
from console.lab.world import World


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.split("\r\n")


Shell = Callable[..., Ran]


@pytest.fixture
def world() -> Iterator[World]:
    """A fast world without any port open: five of its seconds pass in one."""
    world = World(fast_definition(speed=5.0))
    world.schedule.run()
    yield world
    world.schedule.stop()


@pytest.fixture
def tokyo(world: World) -> Cluster:
    return world.cluster("Tokyo")


@pytest.fixture
def first(world: World) -> Node:
    return world.node("TYO-EX1")


@pytest.fixture
def second(world: World) -> Node:
    return world.node("TYO-EX2")


@pytest.fixture
def shell(world: World) -> Shell:
    """Run a command line on a node without the wire."""

    def on(node: str, line: str, *, administrator: bool = True, encoding: str = "utf-8", stdin: bytes = b"") -> Ran:
        out, err = bytearray(), bytearray()
        process = Process(
            world,
            world.node(node),
            out.extend,
            err.extend,
            r"TYO-EX1\Administrator",
            administrator,
            encoding,
            stdin=lambda: stdin,
        )
        code = run(process, line)
        return Ran(code, out.decode(encoding), err.decode(encoding))

    return on


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A running lab for tests that change nothing which outlives them."""
    with Lab(fast_definition(), tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def own_lab(tmp_path: Path) -> Iterator[Lab]:
    """A running lab of the test's own."""
    with Lab(fast_definition(tokyo_cluster()), tmp_path) as lab:
        yield lab


def protocol(lab: Lab, node: str = "TYO-EX1", transport: str = "ntlm", *, tls: bool = False, **more: Any) -> Protocol:
    """A pywinrm connection to a node of a lab."""
    options: dict[str, Any] = {
        "username": "Administrator",
        "password": PASSWORD,
        "operation_timeout_sec": 2,
        "read_timeout_sec": 10,
        "ca_trust_path": str(lab.authority.certificate_path),
        "proxy": None,
    }
    options |= {"endpoint": lab.endpoint(node, tls=tls), "transport": transport}
    return Protocol(**(options | more))


def hasty(lab: Lab, node: str = "TYO-EX1", transport: str = "ntlm") -> Protocol:
    """A connection that loses patience within half a second (the library itself counts in whole seconds)."""
    connection: Any = protocol(lab, node, transport)
    connection.operation_timeout_sec = 0.3
    connection.transport.read_timeout_sec = 0.5
    return connection


def attempt(connection: Protocol, line: str) -> bytes:
    """Run one command and tidy nothing up, so that the first error is the one that is seen."""
    shell_id = connection.open_shell(codepage=65001)
    return connection.get_command_output(shell_id, connection.run_command(shell_id, line))[0]


def command(connection: Protocol, line: str, code_page: int = 65001) -> Ran:
    """Run one command over a connection and close its shell."""
    shell_id = connection.open_shell(codepage=code_page)
    try:
        command_id = connection.run_command(shell_id, line)
        try:
            out, err, code = connection.get_command_output(shell_id, command_id)
        finally:
            connection.cleanup_command(shell_id, command_id)
    finally:
        connection.close_shell(shell_id)
    encoding = "utf-8" if code_page == 65001 else f"cp{code_page}"
    return Ran(code, out.decode(encoding), err.decode(encoding))
