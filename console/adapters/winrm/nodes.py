"""Opens sessions to nodes over WinRM and closes them with their shells, whatever happens in between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from console.adapters.winrm.channel import Channel
from console.adapters.winrm.session import Exchanged, WinrmSession
from console.domain.ports import Clock, Guard
from console.domain.topology import Node

__all__ = ["Exchanged", "WinrmNodes"]


class WinrmNodes:
    """Implements `console.domain.ports.Nodes`. `on_trace` is told every line sent and what came back."""

    def __init__(self, clock: Clock, on_trace: Callable[[Exchanged], None] | None = None) -> None:
        self._clock = clock
        self._on_trace = on_trace

    @contextmanager
    def open(self, node: Node, guard: Guard | None = None) -> Iterator[WinrmSession]:
        """A session to `node`, closed with its shell at the end. Connects when first used.

        With a `guard` each changing line is sent under its lease, and the node itself refuses one that comes too late.
        Raises `TrustFailed` at once when the inventory would send the password in clear text without allowing it.
        """
        channel = Channel(node, self._clock, guard)
        try:
            yield WinrmSession(channel, self._on_trace)
        finally:
            channel.close()
