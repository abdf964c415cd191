"""Opens sessions to nodes over WinRM and closes them with their shells, whatever happens in between."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from winrm.transport import HAVE_CREDSSP, HAVE_KERBEROS

from console.adapters.winrm.channel import Channel
from console.adapters.winrm.session import Exchanged, WinrmSession
from console.domain.errors import SecondHopRefused
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
        A command that signs in to a further machine goes over a connection of its own, as the inventory lets it.
        Raises `TrustFailed` at once when the inventory would send the password in clear text without allowing it.
        """
        with ExitStack() as stack:

            def further() -> WinrmSession:
                return self._session(self._channel(for_second_hop(node), guard, stack))

            yield self._session(self._channel(node, guard, stack), further)

    def _session(self, channel: Channel, further: Callable[[], WinrmSession] | None = None) -> WinrmSession:
        return WinrmSession(channel, self._on_trace, further)

    def _channel(self, node: Node, guard: Guard | None, stack: ExitStack) -> Channel:
        """A channel to `node` that `stack` closes."""
        made = Channel(node, self._clock, guard)
        stack.callback(made.close)
        return made


def for_second_hop(node: Node) -> Node:
    """The node as it is reached for what signs in further. Raises `SecondHopRefused` without what that needs here."""
    missing = {
        "credssp": "" if HAVE_CREDSSP else "requests-credssp",
        "kerberos": "" if HAVE_KERBEROS else "pywinrm[kerberos], which needs Kerberos' own headers and a compiler",
    }[node.second_hop]
    if missing:
        text = f"{node.name} is to be reached by {node.second_hop}, for which the console's host lacks a package."
        raise SecondHopRefused(text, remedy=f"Install it in the console's environment: {missing}.")
    return replace(node, auth=node.second_hop, second_hop="none")  # type: ignore[arg-type]
