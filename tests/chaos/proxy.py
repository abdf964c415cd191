"""A line between workers and the world that can be cut, held still, and mended: a small TCP proxy in a thread."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

CHUNK = 65536
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing sends a reset."""
T = TypeVar("T")


class State(StrEnum):
    """How a line is."""

    OPEN = "open"
    CUT = "cut"
    """Every connection is reset, and so is every new one."""
    HELD = "held"
    """Bytes go in and do not come out until the line is mended; then they do."""


@dataclass(eq=False)
class Link:
    """One connection over a line. What is under way on a frozen one arrives when the line is opened again."""

    writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    frozen: bool = False


@dataclass(eq=False)
class Line:
    """One way: from `address`:`port` to where it leads."""

    name: str
    address: str
    leads_to: tuple[str, int]
    port: int = 0
    state: State = State.OPEN
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever the state has changed; a new one follows each time."""
    links: set[Link] = field(default_factory=set)

    async def until_open(self, link: Link | None = None) -> None:
        """Wait while bytes may not pass."""
        while self.state is State.HELD or (link is not None and link.frozen):
            await self.moved.wait()


class Proxy:
    """All lines, in a thread of their own. Usable as a context manager."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._lines: dict[str, Line] = {}
        self._thread = threading.Thread(target=self._loop.run_forever, name="chaos-proxy", daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.change("", State.CUT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def add(self, name: str, address: str, host: str, port: int) -> int:
        """A new line from a free port of `address`, which is returned, to `host`:`port`."""
        line = Line(name, address, (host, port))
        self._lines[name] = line
        return self._do(self._listen(line))

    def change(self, name: str, state: State) -> None:
        """Bring every line whose name begins so into this state."""
        for line in self._called(name):
            self._do(self._turn(line, state))

    def freeze(self, name: str) -> None:
        """Hold what passes on the connections that there are now; new ones are not concerned."""
        for line in self._called(name):
            self._do(self._freeze(line))

    def _called(self, name: str) -> list[Line]:
        return [line for line in self._lines.values() if line.name.startswith(name)]

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self, line: Line) -> int:
        server = await asyncio.start_server(lambda r, w: self._connected(line, r, w), line.address, 0)
        line.port = int(server.sockets[0].getsockname()[1])
        return line.port

    async def _turn(self, line: Line, state: State) -> None:
        line.state = state
        for link in line.links:
            link.frozen = link.frozen and state is not State.OPEN
        line.moved, moved = asyncio.Event(), line.moved
        moved.set()
        if state is State.CUT:
            for writer in [writer for link in line.links for writer in link.writers]:
                _reset(writer)

    async def _freeze(self, line: Line) -> None:
        for link in line.links:
            link.frozen = True

    async def _connected(self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if line.state is State.CUT:
            return _reset(writer)
        await line.until_open()
        try:
            there, back = await asyncio.open_connection(*line.leads_to)
        except OSError:
            return _reset(writer)
        link = Link((writer, back))
        line.links.add(link)
        try:
            await asyncio.gather(_carry(line, link, reader, back), _carry(line, link, there, writer))
        finally:
            line.links.discard(link)


async def _carry(line: Line, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes while the line is open; what comes while it is held, as soon as it is not."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            await line.until_open(link)
            writer.write(chunk)
            await writer.drain()
    await line.until_open(link)
    writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    socket_ = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
