"""Many modifies in flight on one connection; when it breaks, what was in flight is read again, never just repeated."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ldap3 import MODIFY_ADD, MODIFY_DELETE
from ldap3.operation.modify import modify_operation

from console.adapters.ldap.entries import entry_of
from console.adapters.ldap.errors import SUCCESS, of_result
from console.adapters.ldap.settling import SPN, TRANSIENT, concerns_one, settle
from console.adapters.ldap.wire import Answer, Wire
from console.domain.directory import EntryChange, Modified
from console.domain.errors import ConnectionLost, ReachError, TimedOut
from console.domain.filters import Equal
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
        self._wire: Wire | None = None
        self._flying: dict[int, EntryChange] = {}
        self._waiting: deque[EntryChange] = deque()
        self._failures = 0
        self._busy = False
        self._error: ReachError | None = None

    def run(self, changes: Iterable[EntryChange]) -> Iterator[Result]:
        """Every change with how it ended. Raises `ReachError`, with `may_have_run` when a fate is unknown."""
        source = iter(changes)
        try:
            while True:
                try:
                    self._fill(source)
                    if not self._flying:
                        break
                    results = self._collect()
                except (ConnectionLost, TimedOut) as error:
                    results = self._recover(error)
                except ReachError as error:
                    raise self._unsure(error) from error
                yield from results
            if self._error:
                raise self._error
        finally:
            self._drain()

    def _fill(self, source: Iterator[EntryChange]) -> None:
        if self._busy and self._flying:
            return
        if self._busy:
            self._pause()
        while len(self._flying) < self._window and not self._error:
            change = self._waiting.popleft() if self._waiting else next(source, None)
            if change is None:
                return
            self._waiting.appendleft(change)
            self._use(self._session.wire())
            message_id = self._send(change)
            self._flying[message_id] = self._waiting.popleft()

    def _use(self, wire: Wire) -> None:
        """Notice when the session has made a new connection: what was in flight on the old one is then unsure."""
        if self._flying and wire is not self._wire:
            raise ConnectionLost(f"{self._session.where}: the connection was made anew.")
        self._wire = wire

    def _send(self, change: EntryChange) -> int:
        wanted = {
            part.attribute: [
                *([(MODIFY_DELETE, list(part.removed))] if part.removed else []),
                *([(MODIFY_ADD, list(part.added))] if part.added else []),
            ]
            for part in change.changes
        }
        assert self._wire is not None
        return self._wire.send("modifyRequest", modify_operation(_address(change), wanted, False))

    def _collect(self) -> list[Result]:
        """Wait for one answer and see what it means."""
        assert self._wire is not None
        message_id = self._wire.wait_any(self._flying.keys())
        answer = self._wire.wait(message_id)
        change = self._flying[message_id]
        results = self._judge(change, answer)
        del self._flying[message_id]
        return results

    def _judge(self, change: EntryChange, answer: Answer) -> list[Result]:
        if answer.code in TRANSIENT and self._failures < self._session.limits.tries:
            self._busy = True
            self._waiting.append(change)
            return []
        if not concerns_one(answer, has_written=self._session.has_written):
            self._error = self._error or of_result(
                answer.code, answer.text, answer.referrals, where=self._session.where, doing=f"writing {change.dn}"
            )
            return []
        result = settle(change, answer, self._read, self._holders)
        self._session.has_written |= answer.code == SUCCESS
        self._failures = 0
        return [(change, result)]

    def _pause(self) -> None:
        self._busy = False
        self._failures += 1
        self._session.clock.sleep(self._session.limits.pause_before(self._failures))

    def _recover(self, error: ReachError) -> list[Result]:
        """Connect anew and read what was in flight: at its goal, gone, or to be sent again.

        Sending again is safe: a request of the old connection that still comes through makes the new one fail its
        comparison, and the object is then found at its goal.
        """
        unsure = list(self._flying.values())
        if self._error or self._failures >= self._session.limits.tries:
            raise self._unsure(self._error or error) from error
        self._pause()
        try:
            self._session.reconnect()
            results = [self._look_again(change) for change in unsure]
        except ReachError as again:
            raise self._unsure(again) from error
        self._flying.clear()
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
        unsure = bool(self._flying) or error.may_have_run
        self._flying.clear()
        self._session.drop()
        return type(error)(error.message, remedy=error.remedy, may_have_run=unsure)

    def _read(self, change: EntryChange) -> Entry | None:
        """On the same connection, without a second try: another one would lose sight of what is in flight."""
        raw = self._session.read_once(_address(change), [c.attribute for c in change.changes])
        return entry_of(raw, self._session.read_once_part) if raw else None

    def _holders(self, name: str) -> list[str]:
        controller = self._session.controller()
        return [e.dn for base in controller.domain_contexts for e in self._session.search(base, Equal(SPN, name), ())]

    def _drain(self) -> None:
        """Wait for what is still in flight when the reader of the results has left."""
        try:
            while self._flying and self._wire is not None:
                message_id = self._wire.wait_any(self._flying.keys())
                self._wire.wait(message_id)
                del self._flying[message_id]
        except ReachError:
            self._flying.clear()


def _address(change: EntryChange) -> str:
    """By GUID, so that a rename in between does not matter; by DN where there is none."""
    return f"<GUID={change.guid}>" if change.guid else change.dn
