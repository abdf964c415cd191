"""A session with one pinned domain controller: reads try again by themselves, writes go through the pipeline."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from ldap3 import LEVEL, SUBTREE

from console.adapters.ldap import identity, requests, security
from console.adapters.ldap.entries import entry_of
from console.adapters.ldap.errors import NO_OBJECT, SUCCESS, of_result
from console.adapters.ldap.filters import write
from console.adapters.ldap.limits import Limits
from console.adapters.ldap.opening import Peer, name_of, open_wire
from console.adapters.ldap.pipeline import Pipeline
from console.adapters.ldap.wire import Answer, RawEntry, Wire
from console.domain.access_lists import AccessEntry
from console.domain.directory import Controller, EntryChange, Modified
from console.domain.errors import ConnectionLost, ProtocolFault, ReachError, TimedOut, Unavailable, Unreachable
from console.domain.filters import Filter
from console.domain.ports import Clock, Entry, Guard
from console.domain.topology import Directory

T = TypeVar("T")
EMPTY_PAGES = 1000
"""Pages that may come beside the full ones: Active Directory gives some with less, or nothing."""
NO_DIRECTORY = "Check that the address leads to a domain controller of yours, and what that machine is."


class LdapSession:
    """Implements `domain.ports.DirectorySession`. Not for several threads."""

    def __init__(self, directory: Directory, clock: Clock, limits: Limits, guard: Guard | None = None) -> None:
        self.directory = directory
        self.guard = guard
        self.clock = clock
        self.limits = limits
        self.where = name_of(directory)
        self.has_written = False
        """Whether the controller has taken a write in this session."""
        self.unwilling = 0
        """How many writes in a row it was not willing to do after that."""
        self._wire: Wire | None = None
        self._peer: Peer | None = None
        self._controller: Controller | None = None

    # -- connection -------------------------------------------------------------------------------------------

    def wire(self) -> Wire:
        """The open connection, made when there is none. Raises `ReachError`."""
        if self._wire is None:
            self._wire, self._peer = open_wire(self.directory, self._peer, self.limits)
        return self._wire

    def further_wire(self) -> Wire:
        """One more signed-in connection to the same machine, for the caller to close. Raises `ReachError`."""
        return open_wire(self.directory, self._peer, self.limits)[0]

    def drop(self) -> None:
        """Let the connection go; the next request makes a new one to the same machine."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def reconnect(self) -> None:
        """A new connection to the same machine, waiting for it within bounds. Raises `ReachError`."""
        self.drop()
        for attempt in range(1, self.limits.tries):
            try:
                self.wire()
                return
            except (Unreachable, ConnectionLost, TimedOut, Unavailable):
                self.clock.sleep(self.limits.pause_before(attempt))
        self.wire()

    def ask(self, operation: bytes) -> Answer:
        """One request and its answer, once. Raises `ReachError`; the connection is then dropped where it is broken."""
        wire = self.wire()
        try:
            number = wire.put(operation)
            wire.flush()
            return wire.wait(number)
        except ReachError:
            self.drop()
            raise

    def again(self, read: Callable[[], T]) -> T:
        """Do a read, with further tries when the connection broke or the controller is busy."""
        for attempt in range(1, self.limits.tries):
            try:
                return read()
            except (ConnectionLost, Unavailable):
                self.clock.sleep(self.limits.pause_before(attempt))
        return read()

    # -- reading ----------------------------------------------------------------------------------------------

    def controller(self) -> Controller:
        """Who answers, from the rootDSE, with the forest's domains from CN=Partitions."""
        if self._controller is None:
            self._controller = identity.controller(self)
        return self._controller

    def read(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        """The object `dn` (or `<GUID=...>`), or None when there is none. Raises `ReachError`."""
        raw = self.again(lambda: self.read_once(dn, attributes))
        return entry_of(raw, self._more) if raw else None

    def read_once(self, dn: str, attributes: Sequence[str], control: Any = None) -> RawEntry | None:
        """The object as it came, without a second try."""
        answer = self.ask(requests.read(dn, attributes, control))
        if answer.code == NO_OBJECT:
            return None
        self.check(answer, f"reading {dn or 'the rootDSE'}")
        return answer.entries[0] if answer.entries else None

    def read_once_part(self, dn: str, attribute: str) -> RawEntry | None:
        """Part of an attribute with very many values, without a second try."""
        return self.read_once(dn, [attribute])

    def _more(self, dn: str, attribute: str) -> RawEntry | None:
        return self.again(lambda: self.read_once(dn, [attribute]))

    def search(self, base: str, what: Filter, attributes: Sequence[str], *, subtree: bool = True) -> Iterator[Entry]:
        """Every object under `base` that fits, page by page; nothing when there is no `base`.

        Raises `ReachError`. A connection that breaks after the first page ends the search with `ConnectionLost`: the
        controller keeps the place in a search only for its own connection.
        """
        asked = partial(requests.search, base, write(what), SUBTREE if subtree else LEVEL, attributes, self.limits.page)
        page = self.again(lambda: self._page(asked(requests.FIRST_PAGE), base))
        for _ in range(self.limits.objects // self.limits.page + EMPTY_PAGES):
            for raw in page.entries:
                yield entry_of(raw, self._more)
            if not page.cookie:
                return
            page = self._page(asked(page.cookie), base)
        raise ProtocolFault(f"{self.where} does not come to the end of searching {base}.", remedy=NO_DIRECTORY)

    def _page(self, operation: bytes, base: str) -> Answer:
        answer = self.ask(operation)
        if answer.code != NO_OBJECT:
            self.check(answer, f"searching {base}")
        if len(answer.entries) > self.limits.page:
            text = f"{self.where} gives {len(answer.entries)} objects where at most {self.limits.page} were asked for."
            raise ProtocolFault(text, remedy=NO_DIRECTORY)
        return answer

    def check(self, answer: Answer, doing: str) -> None:
        """Raise the error that a result other than success means."""
        if answer.code != SUCCESS:
            raise of_result(answer.code, answer.text, answer.referrals, where=self.where, doing=doing)

    # -- writing ----------------------------------------------------------------------------------------------

    def modify(self, change: EntryChange) -> Modified:
        """Carry out one change as compare-and-set; see `settle` for what ends how. Raises `ReachError`."""
        return next(self.modify_many([change], window=1))[1]

    def modify_many(
        self, changes: Iterable[EntryChange], *, window: int = 16
    ) -> Iterator[tuple[EntryChange, Modified]]:
        """Carry out many, up to `window` in flight; see `Pipeline`. Raises `ReachError` after the last known result."""
        return Pipeline(self, window).run(changes)

    # -- rights -----------------------------------------------------------------------------------------------

    def writable(self, dn: str) -> frozenset[str]:
        """The attributes of `dn` that the bound account may write, casefolded; empty when there is no such object."""
        entry = self.read(dn, ["allowedAttributesEffective"])
        return frozenset(name.casefold() for name in entry.all("allowedAttributesEffective")) if entry else frozenset()

    def bound_as(self) -> tuple[str, bool | None]:
        """The account, and whether it is a domain administrator (None: could not be told)."""
        return identity.account(self), identity.is_domain_administrator(self)

    def access_list(self, dn: str) -> tuple[AccessEntry, ...] | None:
        """Who may do what to `dn`; None when the directory does not show it. Raises `ReachError`, `Garbled`."""
        return security.access_list(self, dn)

    def token(self, dn: str) -> frozenset[str]:
        """The SIDs of the account `dn` and of its groups, as far as they are shown. Raises `ReachError`."""
        return security.token(self, dn)

    def attribute_guids(self, names: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Each attribute, casefolded, to the GUIDs by which access lists know it. Raises `ReachError`."""
        return security.attribute_guids(self, names)
