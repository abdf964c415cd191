"""A running lab: its world, its nodes' WinRM, its greetings, its directory and its control channel."""

import contextlib
import threading
from pathlib import Path
from typing import Any, Protocol

from console.lab import definition, faults
from console.lab.certificates import Authority
from console.lab.control_server import ControlServer
from console.lab.greetings import Greeter
from console.lab.state import Handle, Node
from console.lab.typed import Typed, look
from console.lab.world import World
from console.lab.wsman.server import NodeServer


class DirectoryService(Protocol):
    """A directory server that lives in the lab's process and records into its effect log."""

    @property
    def name(self) -> str:
        """By which a fault or the state file names it."""

    def start(self) -> None:
        """Listen. Raises `OSError` when a port is taken."""

    def stop(self) -> None:
        """End listeners and connections; the data stay."""

    def fault(self, name: str, on: bool = True, **arguments: Any) -> None:
        """Switch a fault on or off. Raises `ValueError` for an unknown name or argument."""

    def describe(self) -> dict[str, Any]:
        """How it stands, for the control channel."""


class Lab:
    """Everything that listens. Usable as a context manager; all methods may be called from any thread."""

    def __init__(self, item: definition.World, state: Path) -> None:
        """Prepare a lab whose state file, effect log and certificates go into the folder `state`."""
        state.mkdir(parents=True, exist_ok=True)
        self.state = state
        self.authority = Authority(state / "certificates")
        self.world = World(item, effects=state / "effects.jsonl")
        self.servers = {node.name: self._server(node) for node in self.world.nodes}
        self.greeters = [
            Greeter(self.world, cluster, protocol, port)
            for cluster in self.world.clusters
            for protocol, port in cluster.definition.greetings.items()
        ]
        self.directories: list[DirectoryService] = []
        self.control = ControlServer(self)
        self.stopped = threading.Event()
        self._stopping = False
        self._reconciling = threading.Lock()

    def __enter__(self) -> "Lab":
        self.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.stop()

    def join(self, directory: DirectoryService) -> None:
        """Let a directory server live and end with the lab: the first one is `directory`. Call it before `start`."""
        self.directories.append(directory)

    @property
    def directory(self) -> DirectoryService | None:
        """The first domain controller."""
        return self.directories[0] if self.directories else None

    def start(self) -> None:
        """Open every port. Raises `OSError` when an address or a port is taken."""
        for directory in self.directories:
            directory.start()
        self.world.schedule.run()
        try:
            self.reconcile()
        except OSError:
            self.stop()
            raise
        threading.Thread(target=self._watch, name="lab-listeners", daemon=True).start()
        self.control.start()

    def stop(self) -> None:
        """Close every port and end every thread. May be called twice."""
        with self._reconciling:
            if self._stopping:
                return
            self._stopping = True
        self.world.schedule.stop()
        self.control.stop()
        for server in self.servers.values():
            server.stop()
        for greeter in self.greeters:
            greeter.listener.stop()
        for directory in self.directories:
            directory.stop()
        self.world.log.close()
        self.stopped.set()

    def endpoint(self, node: str, *, tls: bool = False) -> str:
        """The WinRM URL of a node. Raises `KeyError`."""
        server = self.servers[node]
        listener = server.https if tls else server.http
        if listener is None:
            raise KeyError(f"Node {node} has no HTTPS: give it a tls_port (0 takes a free one).")
        return f"{'https' if tls else 'http'}://{listener.address}:{listener.port}/wsman"

    def fault(self, node: str, name: str, /, on: bool = True, **arguments: str) -> None:
        """Switch a fault of a node. Raises `KeyError`, `faults.UnknownFault`."""
        faults.switch(self.world, self.world.node(node), name, on, **arguments)
        self.reconcile()

    def type(self, node: str, line: str) -> Typed:
        """Let an administrator type a command on a node: it runs on by itself. Raises `KeyError`, `ValueError`."""
        return Typed(self.world, self.world.node(node), line)

    def look(self, node: str, path: str) -> dict[str, Any]:
        """A file or a folder of a node's disks, as `typed.look` gives it. Raises `KeyError`, `ValueError`."""
        found = self.world.node(node)
        with self.world.lock:
            return look(found, path)

    def open_handle(self, node: str, image: str, path: str) -> None:
        """Let a process that is no service open a file."""
        with self.world.lock:
            found = self.world.node(node)
            found.handles.append(Handle(image, self.world.new_pid(), path))
            self.world.record("handle", path, "", f"opened by {image}", node=found.name)

    def close_handles(self, node: str, image: str) -> None:
        """Close everything that a process has open."""
        with self.world.lock:
            found = self.world.node(node)
            found.handles[:] = [handle for handle in found.handles if handle.image != image]
            self.world.record("handle", image, "open", "closed", node=found.name)

    def webhook(self, url: str, keys: dict[str, tuple[str, str]]) -> None:
        """Tell the nodes' scripts where the console is: its base URL, and (key id, key) by node.

        Raises `KeyError` for a node that is not in the lab.
        """
        names = {self.world.node(name).name: key for name, key in keys.items()}
        known = {name: definition.NodeKey(*key) for name, key in names.items()}
        self.world.hooks.use(definition.Webhook(url, known))

    def advance(self, seconds: float) -> None:
        """Move a driven clock on. Raises `ValueError` for another clock."""
        self.world.schedule.advance(seconds)
        self.reconcile()

    def reconcile(self) -> None:
        """Bring the listeners into line with the world's state."""
        with self._reconciling:
            if self._stopping:
                return
            for server in self.servers.values():
                server.reconcile()
            for greeter in self.greeters:
                greeter.reconcile()

    def _server(self, node: Node) -> NodeServer:
        item = node.definition
        name = node.name.lower()
        tls = None if item.tls_port is None else self.authority.issue(name, [name, item.address]).context()
        return NodeServer(self.world, node, tls)

    def _watch(self) -> None:
        schedule, seen = self.world.schedule, -1
        while not self._stopping:
            with schedule.lock:
                schedule.changed.wait_for(lambda seen=seen: self._stopping or schedule.version != seen, 0.5)  # type: ignore[misc]
                seen = schedule.version
            with contextlib.suppress(OSError):  # a port that somebody else has taken meanwhile: tried again
                self.reconcile()
