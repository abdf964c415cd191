"""Several connections to one controller, with modifies in flight on each of them."""

from __future__ import annotations

import select
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.adapters.last_moment import ends_with
from console.adapters.ldap import ber
from console.adapters.ldap.wire import Answer, Wire
from console.domain.directory import EntryChange
from console.domain.errors import ConnectionLost, ReachError, TimedOut

if TYPE_CHECKING:
    from console.adapters.ldap.session import LdapSession


@dataclass
class Lane:
    """One connection and what is in flight on it, by message id."""

    wire: Wire
    flying: dict[int, EntryChange] = field(default_factory=dict)

    def pending(self) -> bool:
        """Whether bytes have been decrypted already, which the socket no longer announces."""
        link = self.wire.link
        return isinstance(link, ssl.SSLSocket) and link.pending() > 0


@dataclass(frozen=True)
class Arrival:
    """An answer with the change that it is for. The change counts as in flight until it is `Lanes.settled`."""

    lane: Lane
    message_id: int
    change: EntryChange
    answer: Answer


class Lanes:
    """The session's own connection, and further ones where there is enough to send.

    A further one is opened when each that is open carries its share of `window`, up to `Limits.connections`. When one
    cannot be opened, the others carry all. They are one fate: when one breaks, `unsure` tells what was in flight on
    all of them.
    """

    def __init__(self, session: LdapSession, window: int) -> None:
        self._session = session
        self._share = -(-window // session.limits.connections)
        self._most = session.limits.connections
        self._lanes: list[Lane] = []

    @property
    def in_flight(self) -> int:
        """How many changes have been sent and not been settled."""
        return sum(len(lane.flying) for lane in self._lanes)

    def put(self, change: EntryChange, address: str) -> None:
        """Note one change to be sent. Raises `ReachError` and notes nothing when there is no connection."""
        lane = self._choose()
        lane.flying[lane.wire.put(ber.modify_request(address, change.changes))] = change

    def flush(self) -> None:
        """Send what was noted. Raises `ConnectionLost`, `TimedOut`, and `LeaseLost` in place of sending it."""
        for lane in self._lanes:
            if lane.wire.unsent:
                self._send(lane.wire)

    def _send(self, wire: Wire) -> None:
        if self._session.guard is None:
            wire.flush()
            return
        fence = self._session.guard()
        with ends_with(fence.valid_until):
            wire.flush(within=fence.valid_until - self._session.clock.monotonic())

    def _choose(self) -> Lane:
        """The connection with the least in flight, or a new one."""
        own = self._session.wire()
        if not self._lanes:
            self._lanes.append(Lane(own))
        if self._lanes[0].wire is not own:
            if self.in_flight:
                raise ConnectionLost(f"{self._session.where}: the connection was made anew.")
            self._lanes[0] = Lane(own)
        least = min(self._lanes, key=lambda lane: len(lane.flying))
        if len(least.flying) >= self._share and len(self._lanes) < self._most:
            return self._another() or least
        return least

    def _another(self) -> Lane | None:
        self.flush()  # what was noted need not wait for the greetings of a new connection
        try:
            lane = Lane(self._session.further_wire())
        except ReachError:
            self._most = len(self._lanes)
            return None
        self._lanes.append(lane)
        return lane

    def arrivals(self) -> list[Arrival]:
        """Everything that has been answered, after waiting for something. Raises `ReachError`."""
        while not (found := self._answered()):
            for lane in self._readable():
                lane.wire.receive()
        return found

    def _answered(self) -> list[Arrival]:
        return [
            Arrival(lane, number, lane.flying[number], lane.wire.wait(number))
            for lane in self._lanes
            for number in lane.wire.finished()
            if number in lane.flying
        ]

    def _readable(self) -> list[Lane]:
        """The connections in use that have something to read. Raises `TimedOut` when none gets anything."""
        busy = [lane for lane in self._lanes if lane.flying]
        if ready := [lane for lane in busy if lane.pending()]:
            return ready
        if len(busy) == 1:
            return busy
        by_file = {lane.wire.link.fileno(): lane for lane in busy}
        poll = select.poll()
        for file in by_file:
            poll.register(file, select.POLLIN)
        found = poll.poll(self._session.limits.answer * 1000)
        if not found:
            raise TimedOut(f"{self._session.where} did not answer in time.")
        return [by_file[file] for file, _ in found]

    def settled(self, arrival: Arrival) -> None:
        """It is known how the change of `arrival` ended."""
        del arrival.lane.flying[arrival.message_id]

    def unsure(self) -> list[EntryChange]:
        """What is in flight, on every connection."""
        return [change for lane in self._lanes for change in lane.flying.values()]

    def abort(self) -> None:
        """Break every connection in use, with what has not been sent over it."""
        for lane in self._lanes:
            lane.wire.abort()

    def close(self) -> None:
        """Forget what is in flight and let the further connections go; the session keeps its own."""
        for lane in self._lanes[1:]:
            lane.wire.close()
        self._lanes.clear()
