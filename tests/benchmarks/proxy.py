"""A line with a delay: a proxy that holds back every chunk for a while in each direction.

Run as a program it prints the port it listens on: python -m tests.benchmarks.proxy HOST PORT MILLISECONDS
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHUNK = 65536


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Pass on what comes, each chunk `delay` seconds after it came; chunks do not wait for each other."""
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    sender = asyncio.create_task(_send(queue, writer))
    clock = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(CHUNK):
            queue.put_nowait((clock.time() + delay, chunk))
    queue.put_nowait((clock.time() + delay, b""))
    await sender


async def _send(queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    clock = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionError):
        while True:
            due, chunk = await queue.get()
            if (wait := due - clock.time()) > 0:
                await asyncio.sleep(wait)
            if not chunk:
                break
            writer.write(chunk)
            await writer.drain()
    writer.close()


async def serve(host: str, port: int, delay: float) -> None:
    """Listen on a free port, say which, and lead every connection to `host`:`port`."""

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, port)
        await asyncio.gather(carry(reader, back, delay), carry(there, writer, delay))

    server = await asyncio.start_server(both, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def line(port: int, round_trip: float) -> Iterator[int]:
    """The port of a line to 127.0.0.1:`port` that adds `round_trip` milliseconds, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.proxy", "127.0.0.1", str(port), str(round_trip / 2)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000))
