"""What a person does at a node's own screen: type a command and see what it writes, look at a file."""

import contextlib
import threading
from typing import Any

from console.lab.cmd.process import Killed, Process
from console.lab.cmd.run import run
from console.lab.disk import DiskError
from console.lab.state import Node
from console.lab.world import World


class Typed:
    """A command line that an administrator typed: it runs on by itself from here on.

    Raises `ValueError` for a node on which nobody can type now.
    """

    def __init__(self, world: World, node: Node, line: str) -> None:
        if not node.powered or node.faulty("paused"):
            state = "stands still" if node.powered else "has no power"
            raise ValueError(f"{node.name} {state}: nobody can type there until its fault is off.")
        self._written = bytearray()
        self._code: int | None = None
        write = self._written.extend
        self._process = Process(world, node, write, write, rf"{node.name}\Administrator", delegated=True)
        self._thread = threading.Thread(target=self._run, args=(line,), name="lab-typed", daemon=True)
        self._thread.start()

    def told(self, seconds: float) -> dict[str, Any]:
        """What it has written after so many real seconds, or once it has `ended`; its exit `code`, None without one.

        A command that ended without a code has gone down with its node.
        """
        self._thread.join(seconds)
        text = bytes(self._written).decode("utf-8", "replace").replace("\r\n", "\n")
        return {"output": text, "ended": not self._thread.is_alive(), "code": self._code}

    def _run(self, line: str) -> None:
        with contextlib.suppress(Killed):
            self._code = run(self._process, line)


def look(node: Node, path: str) -> dict[str, Any]:
    """The `text` of a file of the node's disks, or the `names` in a folder (folders end with a backslash).

    It is read past Windows: the node may be off. Raises `ValueError` when there is nothing at the path.
    """
    full = node.disk.absolute(path)
    item = node.disk.item(full)
    if item is None:
        raise ValueError(f"{node.name} has no {full} now: name a file or a folder, such as C:\\.")
    if item.data is not None:
        return {"path": item.path, "text": _text(item.data).replace("\r\n", "\n")}
    try:
        found = node.disk.listing(full)
    except DiskError as error:
        raise ValueError(f"{full} on {node.name}: {error}") from error
    names = [entry.path.rpartition("\\")[2] + ("\\" if entry.data is None else "") for entry in found]
    return {"path": item.path, "names": names}


def _text(data: bytes) -> str:
    """UTF-8 where it is that, else the Japanese code page that the product's own log is in."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp932", "replace")
