"""Many modifies in flight; when a connection breaks, what was in flight is read again, never just repeated."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from console.adapters.ldap.entries import entry_of
from console.adapters.ldap.errors import SUCCESS, UNWILLING, of_result
from console.adapters.ldap.lanes import Arrival, Lanes
from console.adapters.ldap.settling import SPN, TRANSIENT, UNWILLING_IN_A_ROW, concerns_one, settle
from console.adapters.ldap.wire import Answer
from console.domain.directory import EntryChange, Modified
from console.domain.errors import ConnectionLost, ReachError, TimedOut
from console.domain.filters import Equal
from console.domain.lease import LeaseLost
from console.domain.ports import Entry
from console.domain.switch.values import at_target

if TYPE_CHECKING:
    from console.adapters.ldap.session import LdapSession

Result = tuple[EntryChange, Modified]


class Pipeline:
    """One pass over changes. Feeds from a source, keeps up to `window` in flight, gives results as they come.

    Busy answers are tried again after a pause. An error that concerns all stops the feeding; it is raised when every
    request in flight has been accounted for. Attempts are bounded: `limits.tries` in a row without any progress.
    """

    def __init__(self, session: LdapSession, window: int) -> None:
        self._session = session
        self._window = max(1, window)
        self._lanes = Lanes(session, self._window)
        self._arrived: deque[Arrival] = deque()
        self._waiting: deque[EntryChange] = deque()
        self._failures = 0
        self._busy = False
        self._error: ReachError | None = None
        self._unwilling: ReachError | None = None
        self._judged = 0

    def run(self, changes: Iterable[EntryChange]) -> Iterator[Result]:
        """Every change with how it ended. Raises `ReachError`, with `may_have_run` when a fate is unknown.

        Raises `LeaseLost` when the lease is over; the fate of what was in flight is then another worker's to find out.
        """
        source = iter(changes)
        try:
            while True:
                try:
                    if not self._arrived:
                        self._fill(source)
                        if not self._lanes.in_flight:
                            break
                    results = self._collect()
                except (ConnectionLost, TimedOut) as error:
                    results = self._recover(error)
                except ReachError as error:
                    raise self._unsure(error) from error
                yield from results
            if failure := self._error or self._unwilling_at_last():
                raise failure
        except LeaseLost:
            self._abandon()
            raise
        finally:
            self._drain()

    def _fill(self, source: Iterator[EntryChange]) -> None:
        flying = self._lanes.in_flight
        if self._busy and flying:
            return
        if self._busy:
            self._pause()
        while flying < self._window and not self._error:
            change = self._waiting.popleft() if self._waiting else next(source, None)
            if change is None:
                break
            self._waiting.appendleft(change)
            self._lanes.put(change, _address(change))
            self._waiting.popleft()
            flying += 1
        self._lanes.flush()

    def _collect(self) -> list[Result]:
        """Take one answer, waiting where there is none, and see what it means."""
        if not self._arrived:
            self._arrived.extend(self._lanes.arrivals())
        arrival = self._arrived[0]
        results = self._judge(arrival.change, arrival.answer)
        self._lanes.settled(arrival)
        self._arrived.popleft()
        return results

    def _judge(self, change: EntryChange, answer: Answer) -> list[Result]:
        if answer.code in TRANSIENT and self._failures < self._session.limits.tries:
            self._busy = True
            self._waiting.append(change)
            return []
        if not self._concerns_one(change, answer):
            self._error = self._error or self._meaning(change, answer)
            return []
        self._judged += 1
        result = settle(change, answer, self._read, self._holders, self._session.where)
        self._session.has_written |= answer.code == SUCCESS
        self._failures = 0
        return [(change, result)]

    def _meaning(self, change: EntryChange, answer: Answer) -> ReachError:
        where, doing = self._session.where, f"writing {change.dn}"
        return of_result(answer.code, answer.text, answer.referrals, where=where, doing=doing)

    def _concerns_one(self, change: EntryChange, answer: Answer) -> bool:
        """Whether the answer is about one object; a controller that stays unwilling has become read-only."""
        session, unwilling = self._session, answer.code == UNWILLING
        session.unwilling = session.unwilling + 1 if unwilling else 0
        self._unwilling = self._meaning(change, answer) if unwilling else None
        return concerns_one(answer, has_written=session.has_written and session.unwilling < UNWILLING_IN_A_ROW)

    def _unwilling_at_last(self) -> ReachError | None:
        """What it means that the last of several changes were refused so, with nothing taken after them."""
        return self._unwilling if self._judged > 1 else None

    def _pause(self) -> None:
        self._busy = False
        self._failures += 1
        self._session.clock.sleep(self._session.limits.pause_before(self._failures))

    def _recover(self, error: ReachError) -> list[Result]:
        """Connect anew and read what was in flight: at its goal, gone, or to be sent again.

        Sending again is safe: a request of the old connection that still comes through makes the new one fail its
        comparison, and the object is then found at its goal.
        """
        unsure = self._lanes.unsure()
        if self._error or self._failures >= self._session.limits.tries:
            raise self._unsure(self._error or error) from error
        self._pause()
        try:
            self._session.reconnect()
            results = [self._look_again(change) for change in unsure]
        except ReachError as again:
            raise self._unsure(again) from error
        self._forget()
        found = [result for result in results if result]
        self._failures = 0 if found else self._failures
        return found

    def _look_again(self, change: EntryChange) -> Result | None:
        """How a change stands that was in flight when the connection broke; None when it waits to be sent again."""
        entry = self._session.read(_address(change), [c.attribute for c in change.changes])
        if entry is None:
            return change, Modified("missing", "The object is not there any more.")
        if at_target(entry, change):
            return change, Modified("applied", "found done after the connection broke")
        self._waiting.append(change)
        return None

    def _unsure(self, error: ReachError) -> ReachError:
        """The error with the news that what was in flight may have been done."""
        unsure = bool(self._lanes.in_flight) or error.may_have_run
        self._forget()
        self._session.drop()
        return type(error)(error.message, remedy=error.remedy, may_have_run=unsure)

    def _abandon(self) -> None:
        """The lease is over: nothing more is sent or waited for, and what has not left this machine stays here."""
        self._lanes.abort()
        self._forget()
        self._session.drop()

    def _forget(self) -> None:
        self._arrived.clear()
        self._lanes.close()

    def _read(self, change: EntryChange) -> Entry | None:
        """On the same connection, without a second try: another one would lose sight of what is in flight."""
        raw = self._session.read_once(_address(change), [c.attribute for c in change.changes])
        return entry_of(raw, self._session.read_once_part) if raw else None

    def _holders(self, name: str) -> list[str]:
        controller = self._session.controller()
        return [e.dn for base in controller.domain_contexts for e in self._session.search(base, Equal(SPN, name), ())]

    def _drain(self) -> None:
        """Wait for what is still in flight when the reader of the results has left."""
        with contextlib.suppress(ReachError):
            while self._lanes.in_flight:
                for arrival in self._arrived or self._lanes.arrivals():
                    self._lanes.settled(arrival)
                self._arrived.clear()
        self._forget()


def _address(change: EntryChange) -> str:
    """By GUID, so that a rename in between does not matter; by DN where there is none."""
    return f"<GUID={change.guid}>" if change.guid else change.dn
