"""Nodes for whoever looks at them again and again: channels that stay open in between, signed in, with their shell."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import copy
from functools import partial
from typing import Self

from console.adapters.winrm.channel import Channel
from console.adapters.winrm.nodes import WinrmNodes
from console.adapters.winrm.patience import Patience
from console.adapters.winrm.session import WinrmSession
from console.domain.ports import Clock, Guard
from console.domain.topology import Node

KEEP = 150.0
"""Seconds without use after which a channel is given up: before the node does away with its shell."""

MOST = 2_500
"""Channels that are kept at most; beyond that the one that was used longest ago is given up."""


class KeptNodes(WinrmNodes):
    """Opens sessions over channels that other sessions left behind. Threads may share it; a channel is one's alone.

    A channel is for one node as the inventory has it: with another address or password there is another channel.
    Only what is sound is kept. What signs in to a further machine, or is under a lease, is never kept.
    A node that did not answer is left alone for a while: a session to it says so at once.
    """

    def __init__(self, clock: Clock, *, most: int = MOST, patience: Patience | None = None) -> None:
        super().__init__(clock)
        self._patience = patience or Patience(clock)
        self._pressing = False
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Node, tuple[Channel, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many channels nobody uses at the moment."""
        return len(self._kept)

    def pressing(self) -> Self:
        """The same nodes for somebody who waits: those that are left alone are tried too."""
        same = copy(self)
        same._pressing = True
        return same

    def close(self) -> None:
        """Close what is kept, shells and connections."""
        with self._lock:
            channels = [channel for channel, _ in self._kept.values()]
            self._kept.clear()
        for channel in channels:
            channel.close()

    def _session(self, channel: Channel, further: Callable[[], WinrmSession] | None = None) -> WinrmSession:
        trying = partial(self._patience.trying, channel.node, pressing=self._pressing)
        return WinrmSession(channel, self._on_trace, further, trying)

    def _channel(self, node: Node, guard: Guard | None, stack: ExitStack) -> Channel:
        if guard is not None or node.auth in ("credssp", "kerberos"):
            return super()._channel(node, guard, stack)
        channel = self._take(node) or Channel(node, self._clock, kept=True)
        stack.callback(self._give, channel)
        return channel

    def _take(self, node: Node) -> Channel | None:
        """The channel that was left behind for `node`, out of everybody else's reach."""
        with self._lock:
            channel, _ = self._kept.pop(node, (None, 0.0))
            return channel

    def _give(self, channel: Channel) -> None:
        """Keep the channel for the next session; close one that is not sound, or is one too many for its node."""
        with self._lock:
            keep = channel.sound and channel.node not in self._kept
            if keep:
                self._kept[channel.node] = (channel, self._clock.monotonic())
            given_up = list(self._given_up())
        if not keep:
            channel.close()
        for old in given_up:
            old.abandon()

    def _given_up(self) -> Iterator[Channel]:
        """What was not used for too long or is one too many, taken out of what is kept."""
        while self._kept:
            channel, since = next(iter(self._kept.values()))
            if len(self._kept) <= self._most and self._clock.monotonic() - since <= KEEP:
                return
            del self._kept[channel.node]
            yield channel
